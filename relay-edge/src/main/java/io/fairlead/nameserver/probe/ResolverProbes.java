package io.fairlead.nameserver.probe;

import io.fairlead.edge.publish.Telling;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the ways to resolvers: a question over UDP first; where nothing comes back, a connection over TCP, of which a refusal is an answer, too. Each packet has its
 * turn, {@link ProbeSettings#perSecond} a second and no more, whatever waits. Lives on one event loop of its own.
 */
final class ResolverProbes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ResolverProbes.class);
    private static final int STOP_S = 1;
    private static final int IDS = 1 << 16;
    private static final long US_NANOS = 1_000;

    private final ProbeSettings settings;
    private final Targets targets;
    private final Telling telling;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("probes", true), NioIoHandler.newFactory());
    private final LongAdder questions = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder connected = new LongAdder();
    private final LongAdder silent = new LongAdder();

    // On the loop.
    private final Map<Integer, Asked> underWay = new HashMap<>();
    private final ArrayDeque<InetAddress> toConnect = new ArrayDeque<>();
    private final Channel datagrams;

    private record Asked(InetAddress resolver, int token, long atNanos) {}

    private ResolverProbes(
            ProbeSettings settings, Targets targets, Telling telling, InstantSource clock, RandomGenerator random)
            throws IOException {
        this.settings = settings;
        this.targets = targets;
        this.telling = telling;
        this.clock = clock;
        this.random = random;
        var bound = new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .handler(new Answers())
                .bind(0)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loop.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS);
            throw new IOException("no socket for questions can be opened: " + bound.cause(), bound.cause());
        }
        datagrams = bound.channel();
    }

    /**
     * Begins to measure.
     *
     * @throws IOException if no socket can be opened
     */
    static ResolverProbes start(
            ProbeSettings settings, Targets targets, Telling telling, InstantSource clock, RandomGenerator random)
            throws IOException {
        ResolverProbes probes = new ResolverProbes(settings, targets, telling, clock, random);
        long everyNanos = TimeUnit.SECONDS.toNanos(1) / settings.perSecond();
        probes.loop.scheduleWithFixedDelay(probes::turn, everyNanos, everyNanos, TimeUnit.NANOSECONDS);
        return probes;
    }

    /** One packet. */
    private void turn() {
        try {
            InetAddress silentOne = toConnect.poll();
            InetAddress next = silentOne == null ? targets.next(clock.millis()) : null;
            if (silentOne != null) {
                connect(silentOne);
            } else if (next != null) {
                ask(next);
            }
        } catch (RuntimeException e) {
            LOG.error("A turn of the probes failed; the next comes at once.", e);
        }
    }

    private void ask(InetAddress resolver) {
        int id = random.nextInt(IDS);
        while (underWay.containsKey(id)) {
            id = (id + 1) % IDS;
        }
        int of = id;
        Asked asked = new Asked(resolver, random.nextInt(), System.nanoTime());
        underWay.put(of, asked);
        ByteBuf question = datagrams.alloc().buffer(64);
        ProbeQuestion.write(question, of, asked.token, settings.sourceName());
        questions.increment();
        datagrams.writeAndFlush(
                new DatagramPacket(question, new InetSocketAddress(resolver, settings.port())),
                datagrams.voidPromise());
        loop.schedule(() -> missed(of, asked), settings.timeoutMs(), TimeUnit.MILLISECONDS);
    }

    private void missed(int id, Asked asked) {
        if (underWay.remove(id, asked)) {
            toConnect.add(asked.resolver);
        }
    }

    /** Takes what comes back. */
    private final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            long nowNanos = System.nanoTime();
            int id = ProbeQuestion.id(packet.content());
            Asked asked = underWay.get(id);
            if (asked != null
                    && packet.sender().getAddress().equals(asked.resolver)
                    && packet.sender().getPort() == settings.port()
                    && ProbeQuestion.repeats(packet.content(), asked.token)) {
                underWay.remove(id);
                answers.increment();
                measured(asked.resolver, nowNanos - asked.atNanos);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // A resolver can't be reached, which the time-out says of it, too; the socket serves others.
            LOG.debug("A question has failed: {}", cause.toString());
        }
    }

    private void connect(InetAddress resolver) {
        connections.increment();
        long atNanos = System.nanoTime();
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.timeoutMs())
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new InetSocketAddress(resolver, settings.port()))
                .addListener((io.netty.channel.ChannelFuture done) -> {
                    if (done.isSuccess() || refused(done.cause())) {
                        connected.increment();
                        measured(resolver, System.nanoTime() - atNanos);
                    } else {
                        silent.increment();
                        targets.asked(resolver, false, clock.millis());
                    }
                    done.channel().close();
                });
    }

    private static boolean refused(@Nullable Throwable cause) {
        return cause instanceof ConnectException
                && String.valueOf(cause.getMessage()).startsWith("Connection refused");
    }

    private void measured(InetAddress resolver, long nanos) {
        targets.asked(resolver, true, clock.millis());
        byte[] bytes = resolver.getAddress();
        ResolverRtt rtt = new ResolverRtt();
        rtt.setSource(RttSource.PROBE);
        rtt.setPrefix(resolver.getHostAddress() + (bytes.length == 4 ? "/32" : "/128"));
        rtt.setGroupId(settings.groupId());
        rtt.setSamples(1L);
        rtt.setMinUs(Math.max(1, nanos / US_NANOS));
        rtt.setMedianUs(Math.max(1, nanos / US_NANOS));
        rtt.setSentBytes(0L);
        rtt.setIntervalMs((long) settings.againMs());
        String key = AddressPrefix.covering(bytes, Long.SIZE).neighbourhood().toString();
        telling.offer(Topics.TELEMETRY_RESOLVERS, key, rtt);
    }

    /** Shows it as meters {@code fairlead.probe.*}. */
    void bindTo(MeterRegistry registry) {
        counter(registry, "sent", "by", "udp", questions, "Questions and connections that were begun");
        counter(registry, "sent", "by", "tcp", connections, "Questions and connections that were begun");
        counter(registry, "measured", "by", "udp", answers, "Round trips that were measured");
        counter(registry, "measured", "by", "tcp", connected, "Round trips that were measured");
        counter(registry, "silent", "after", "both", silent, "Resolvers that answered neither way");
        Gauge.builder("fairlead.probe.targets", targets, Targets::size)
                .description("Resolvers that are known")
                .register(registry);
        FunctionCounter.builder("fairlead.probe.not.kept", targets, Targets::notKept)
                .description("Resolvers that were not taken: there are too many")
                .register(registry);
        FunctionCounter.builder("fairlead.probe.left.out", targets, Targets::leftOut)
                .description("Resolvers that are not asked: of networks that are left out, or private")
                .register(registry);
    }

    private static void counter(
            MeterRegistry registry, String name, String tag, String value, LongAdder of, String description) {
        FunctionCounter.builder("fairlead.probe." + name, of, LongAdder::sum)
                .tag(tag, value)
                .description(description)
                .register(registry);
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS).awaitUninterruptibly(2L * STOP_S, TimeUnit.SECONDS);
    }
}
