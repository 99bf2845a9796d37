package io.fairlead.nameserver.map;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each address that is to be probed every {@link MapSettings#probeIntervalMs} whether it serves: by a connection, and a GET where a path is given.
 * Lives on one event loop of its own. An address that has not answered after half of the time-out is asked a second time meanwhile: one whose packets are lost is known to be silent half a time-out after the first
 * probe was in vain, not a whole one. It has two probes at most: where its turn comes while there is one, the next follows as soon as all have ended.
 */
public final class Prober implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
    private static final int STOP_S = 1;
    private static final int MOST_AT_ONCE = 2;

    private final MapSettings settings;
    private final NetworkMap map;
    private final Runnable onVerdict;
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("probes", true), NioIoHandler.newFactory());
    private final Map<String, Streak> streaks = new HashMap<>();

    /** How the last probes of an address have ended. On the loop. */
    private static final class Streak {
        boolean up;
        int length;
        int running;

        /** Its turn came while a probe was running. */
        boolean due;
    }

    private Prober(MapSettings settings, NetworkMap map, Runnable onVerdict) {
        this.settings = settings;
        this.map = map;
        this.onVerdict = onVerdict;
    }

    /**
     * Starts to probe what the map knows.
     *
     * @param onVerdict run when an address serves no more, or again; must not block
     */
    public static Prober start(MapSettings settings, NetworkMap map, Runnable onVerdict) {
        Prober prober = new Prober(settings, map, onVerdict);
        prober.loop.scheduleAtFixedRate(prober::round, 0, settings.probeIntervalMs(), TimeUnit.MILLISECONDS);
        return prober;
    }

    private void round() {
        try {
            Set<String> present = new HashSet<>();
            for (Group group : map.known()) {
                if (group.probePort() > 0) {
                    for (Group.Address address : group.addresses()) {
                        String key = group.id() + " " + address.text();
                        present.add(key);
                        Streak streak = streaks.computeIfAbsent(key, same -> new Streak());
                        if (streak.running > 0) {
                            streak.due = true;
                        } else {
                            probe(group, address, streak);
                        }
                    }
                }
            }
            streaks.keySet().retainAll(present);
        } catch (RuntimeException e) {
            LOG.error("A round of probes failed; the next one begins in {} ms.", settings.probeIntervalMs(), e);
        }
    }

    private void probe(Group group, Group.Address address, Streak streak) {
        streak.running++;
        streak.due = false;
        Probe probe = new Probe(group, address, streak);
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.probeTimeoutMs())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(probe);
                    }
                })
                .connect(new InetSocketAddress(address.text(), group.probePort()));
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                probe.end(false);
            } else if (group.probePath().isEmpty()) {
                probe.end(true);
            } else {
                connected
                        .channel()
                        .writeAndFlush(ByteBufUtil.writeAscii(
                                connected.channel().alloc(),
                                "GET " + group.probePath() + " HTTP/1.1\r\nHost: " + address.text()
                                        + "\r\nConnection: close\r\nUser-Agent: fairlead-probe\r\n\r\n"));
            }
        });
        Channel channel = connected.channel();
        channel.eventLoop()
                .schedule(() -> probe.end(false), settings.probeTimeoutMs(), TimeUnit.MILLISECONDS)
                .isCancelled();
        channel.eventLoop()
                .schedule(() -> probe.askAgain(), settings.probeTimeoutMs() / 2, TimeUnit.MILLISECONDS)
                .isCancelled();
        probe.channel = channel;
    }

    /** One probe; reads the first line of the answer, and nothing else. */
    private final class Probe extends ChannelInboundHandlerAdapter {

        private static final int LINE_BYTES = "HTTP/1.1 200".length();

        private final Group group;
        private final Group.Address address;
        private final Streak streak;
        private final StringBuilder line = new StringBuilder();
        private Channel channel;
        private boolean over;

        @SuppressWarnings("NullAway.Init") // set before anything can end it
        Probe(Group group, Group.Address address, Streak streak) {
            this.group = group;
            this.address = address;
            this.streak = streak;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf bytes) {
                line.append(
                        bytes.toString(StandardCharsets.ISO_8859_1), 0, Math.min(LINE_BYTES, bytes.readableBytes()));
            }
            ReferenceCountUtil.release(message);
            if (line.length() >= LINE_BYTES) {
                end(line.substring(0, LINE_BYTES).matches("HTTP/1\\.[01] 2\\d\\d"));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end(false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end(false); // a connection that breaks is an answer, too
        }

        /** It is slow, or was lost. */
        void askAgain() {
            if (!over && streak.running < MOST_AT_ONCE) {
                probe(group, address, streak);
            }
        }

        void end(boolean up) {
            if (over) {
                return;
            }
            over = true;
            streak.running--;
            streak.length = streak.up == up ? streak.length + 1 : 1;
            streak.up = up;
            if (streak.length == settings.probesAlike()) {
                map.probed(group.id(), address.text(), up);
                onVerdict.run();
            }
            Channel open = channel;
            if (open != null) {
                open.close();
            }
            if (streak.due && streak.running == 0) {
                probe(group, address, streak);
            }
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS).awaitUninterruptibly(2L * STOP_S, TimeUnit.SECONDS);
    }
}
