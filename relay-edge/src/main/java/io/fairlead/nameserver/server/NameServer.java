package io.fairlead.nameserver.server;

import io.fairlead.edge.link.Sockets;
import io.fairlead.nameserver.server.NameServerCounters.Ended;
import io.fairlead.nameserver.wire.Cookies;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for questions over UDP and TCP on a number of addresses. Each address has several sockets for datagrams, among which the kernel spreads
 * whoever asks, each on an event loop of its own with what it needs to answer; connections are spread over the same loops. Where epoll
 * does not load, one socket for each address does.
 */
public final class NameServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);
    private static final int STOP_S = 2;
    private static final int BACKLOG = 1_024;

    /** What is longer is cut by the kernel. */
    static final int QUESTION_BYTES_MAX = 2_048;

    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final int PORT_TRIES = 20;

    /** Answers that wait to be taken from a TCP connection before no more questions are read from it. */
    private static final WriteBufferWaterMark WAITING = new WriteBufferWaterMark(32 << 10, 64 << 10);

    private final NameServerSettings settings;
    private final NameServerCounters counters;
    private final Served served;
    private final Cookies cookies;
    private final RateLimit rate;
    private final InstantSource clock;
    private final Function<EventLoop, Asked> asked;
    private final BiConsumer<Channel, InetAddress> answeredOverTcp;
    private final EventLoopGroup loops;
    private final boolean epoll;
    private final ConcurrentHashMap<EventLoop, Responder> responders = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<InetAddress, AtomicInteger> clients = new ConcurrentHashMap<>();
    private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<InetSocketAddress> addresses = new ArrayList<>();

    private NameServer(
            NameServerSettings settings,
            Served served,
            NameServerCounters counters,
            Function<EventLoop, Asked> asked,
            BiConsumer<Channel, InetAddress> answeredOverTcp,
            InstantSource clock) {
        this.settings = settings;
        this.served = served;
        this.counters = counters;
        this.asked = asked;
        this.answeredOverTcp = answeredOverTcp;
        this.clock = clock;
        this.cookies = settings.cookies(new SecureRandom());
        this.rate = new RateLimit(settings.answersPerSecond(), settings.slip(), settings.rateSlots());
        this.loops = Sockets.loops(settings.udpSockets(), "dns");
        this.epoll = Sockets.datagrams(loops) == EpollDatagramChannel.class;
    }

    private int udpSockets() {
        if (!epoll) {
            return 1;
        }
        return settings.udpSockets() == 0 ? NettyRuntime.availableProcessors() : settings.udpSockets();
    }

    /**
     * Starts one.
     *
     * @param listen addresses, each with a port; port 0: any that is free, the same for UDP and TCP
     * @param asked makes what counts questions, for each event loop
     * @param answeredOverTcp told, on the connection's event loop, of each question answered over TCP
     * @throws IOException if an address can't be bound; nothing is left behind
     */
    public static NameServer start(
            List<InetSocketAddress> listen,
            NameServerSettings settings,
            Served served,
            NameServerCounters counters,
            Function<EventLoop, Asked> asked,
            BiConsumer<Channel, InetAddress> answeredOverTcp,
            InstantSource clock)
            throws IOException {
        NameServer server = new NameServer(settings, served, counters, asked, answeredOverTcp, clock);
        try {
            for (InetSocketAddress address : listen) {
                server.listen(address);
            }
        } catch (IOException e) {
            server.close();
            throw e;
        }
        LOG.info(
                "questions on {} over UDP ({} sockets each, {}) and TCP",
                server.addresses,
                server.udpSockets(),
                server.epoll ? "epoll, in batches of " + settings.batch() : "NIO");
        return server;
    }

    private void listen(InetSocketAddress address) throws IOException {
        for (int tries = 0; ; tries++) {
            Channel first = bound(udp(address).bind(address), address, "UDP");
            InetSocketAddress chosen = (InetSocketAddress) first.localAddress();
            ChannelFuture tcp = tcp().bind(chosen).awaitUninterruptibly();
            if (!tcp.isSuccess() && address.getPort() == 0 && tries < PORT_TRIES) {
                first.close().syncUninterruptibly(); // free for datagrams, but not for connections
                continue;
            }
            sockets.add(first);
            sockets.add(bound(tcp, chosen, "TCP"));
            for (int i = 1; i < udpSockets(); i++) {
                sockets.add(bound(udp(chosen).bind(chosen), chosen, "UDP"));
            }
            addresses.add(chosen);
            return;
        }
    }

    private static Channel bound(ChannelFuture future, InetSocketAddress address, String transport) throws IOException {
        if (!future.awaitUninterruptibly().isSuccess()) {
            throw new IOException(
                    "can't listen for questions on " + address + " over " + transport + ": "
                            + future.cause().getMessage()
                            + "; choose another address, end what uses it, or allow ports under 1024 to this process",
                    future.cause());
        }
        return future.channel();
    }

    private Bootstrap udp(InetSocketAddress address) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new UdpHandler(responder(channel.eventLoop()), counters));
                    }
                });
        if (!epoll) {
            return bootstrap
                    .channel(Sockets.datagrams(loops))
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(QUESTION_BYTES_MAX));
        }
        // A socket of both families takes more time for each datagram of IPv4.
        SocketProtocolFamily family =
                address.getAddress() instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        return bootstrap
                .channelFactory(() -> new EpollDatagramChannel(family))
                .option(UnixChannelOption.SO_REUSEPORT, true)
                .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, QUESTION_BYTES_MAX)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new KeptReceiveBuffer(QUESTION_BYTES_MAX * settings.batch()));
    }

    private ServerBootstrap tcp() {
        return new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
    }

    private Responder responder(EventLoop loop) {
        return responders.computeIfAbsent(
                loop, one -> new Responder(settings, counters, served, asked.apply(one), cookies, rate, clock));
    }

    private void accept(SocketChannel channel) {
        InetAddress from = channel.remoteAddress().getAddress();
        int ofSource = clients.compute(from, (same, count) -> {
                    AtomicInteger counted = count == null ? new AtomicInteger() : count;
                    counted.incrementAndGet();
                    return counted;
                })
                .get();
        int all = counters.tcpClients.incrementAndGet();
        channel.closeFuture().addListener(closed -> {
            counters.tcpClients.decrementAndGet();
            clients.computeIfPresent(from, (same, count) -> count.decrementAndGet() == 0 ? null : count);
        });
        if (all > settings.maxTcpClients() || ofSource > settings.maxTcpClientsPerSource()) {
            counters.count(all > settings.maxTcpClients() ? Ended.FULL : Ended.FULL_FOR_SOURCE);
            channel.config().setSoLinger(0);
            channel.close();
            return;
        }
        connections.add(channel);
        channel.pipeline().addLast(new TcpHandler(responder(channel.eventLoop()), settings, counters, answeredOverTcp));
    }

    /** Where it listens, in the order that was asked for. */
    public List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    public NameServerCounters counters() {
        return counters;
    }

    /** Event loops, each with what counts its questions. */
    public EventLoopGroup loops() {
        return loops;
    }

    /** Takes no connection any more, answers what has come, and gives everything back. */
    @Override
    public void close() {
        sockets.close().awaitUninterruptibly(STOP_S, TimeUnit.SECONDS);
        connections.close().awaitUninterruptibly(STOP_S, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS).awaitUninterruptibly(2L * STOP_S, TimeUnit.SECONDS);
    }
}
