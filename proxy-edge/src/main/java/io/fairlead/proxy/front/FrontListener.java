package io.fairlead.proxy.front;

import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.attempt.Attempts;
import io.fairlead.proxy.feedback.Feedback;
import io.fairlead.proxy.lease.Leases;
import io.fairlead.proxy.tenant.TenantGate;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Where users connect. */
public final class FrontListener {

    private static final int BACKLOG = 4096;
    private static final int SWEEP_MS = 1_000;

    /** How long a drained edge waits for requests that are on their way, ms. */
    private static final int IDLE_GRACE_MS = 1_000;

    /** Links of exits, Kafka, files and the libraries' own. */
    private static final int DESCRIPTORS_BESIDE = 1_024;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 << 10, 128 << 10);

    private final Front front;
    private final ConnectionLimits limits;
    private final Set<FrontConnection> connections = ConcurrentHashMap.newKeySet();
    private final Channel listening;
    private final Future<?> sweeping;
    private final EventLoopGroup loops;
    private volatile boolean idleClosed;

    private FrontListener(InetSocketAddress address, EventLoopGroup loops, Front front) throws IOException {
        this.front = front;
        this.loops = loops;
        this.limits = new ConnectionLimits(front.settings(), front.counters());
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new Accept())
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "can't listen for users on " + address + ": "
                            + bound.cause().getMessage() + "; choose another address or end what uses it",
                    bound.cause());
        }
        this.listening = bound.channel();
        this.sweeping = loops.next().scheduleAtFixedRate(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        relieve();
        if (front.pressure().atLeast(Pressure.Step.NO_KEEP_ALIVE)) {
            front.idleTunnels().closeAll();
        } else {
            front.idleTunnels().sweep();
        }
    }

    /** Looks at the pressure, and does what its step asks for. On the thread of the sweep. */
    void relieve() {
        Pressure.Step step = front.pressure().look();
        boolean accepts = step.compareTo(Pressure.Step.NO_ACCEPT) < 0;
        if (listening.config().isAutoRead() != accepts) {
            listening.config().setAutoRead(accepts);
        }
        if (step == Pressure.Step.RESET) {
            Map<EventLoop, List<FrontConnection>> byLoop =
                    connections.stream().collect(Collectors.groupingBy(FrontConnection::loop));
            byLoop.forEach((loop, own) -> loop.execute(() -> resetCostliest(own)));
        }
    }

    /** Costly is what holds bytes that its user does not take; then what serves much. On the event loop of all of them. */
    private void resetCostliest(List<FrontConnection> own) {
        long count =
                Math.max(1, Math.round(own.size() * front.settings().pressure().resetShare()));
        own.stream()
                .sorted(Comparator.comparingLong(FrontConnection::heldBytes)
                        .thenComparingInt(FrontConnection::requests)
                        .reversed())
                .limit(count)
                .forEach(connection -> {
                    front.counters().resetUnderPressure.increment();
                    connection.cut(Outcome.LIMIT_EXCEEDED, FaultLayer.EDGE);
                });
    }

    /** Why no request should be sent here now, in a sentence; empty: nothing. */
    public String pressure() {
        return front.pressure().complaint();
    }

    /** What is wrong with this process's limits, in a sentence; empty: nothing. */
    public String descriptorProblem() {
        long limit = MachineFill.descriptorLimit();
        long needed = (long) front.settings().maxConnections() + DESCRIPTORS_BESIDE;
        return limit >= needed
                ? ""
                : "this process may have " + limit + " descriptors, but "
                        + front.settings().maxConnections()
                        + " user connections and what else is needed take " + needed
                        + "; raise its limit (ulimit -n, LimitNOFILE), or lower maxConnections";
    }

    /**
     * Starts to listen.
     *
     * @param edgeId names the edge in {@code Proxy-Status}
     * @param address port 0: any free one, see {@link #address()}
     * @param loops carry the user connections; share them with the links of the exits
     * @throws IOException if the address can't be bound, or the certificate can't be used; the message says why
     */
    public static FrontListener start(
            String edgeId,
            InetSocketAddress address,
            EventLoopGroup loops,
            FrontSettings settings,
            TenantGate gate,
            Attempts attempts)
            throws IOException {
        FrontCounters counters = new FrontCounters();
        UserCertificateFiles files = settings.certificate();
        UserCertificate certificate = files == null ? null : UserCertificate.follow(files, InstantSource.system());
        Front front = new Front(
                edgeId,
                settings,
                gate,
                attempts,
                new IdleTunnels(settings, attempts.nanoClock()),
                new Leases(settings.sessions(), attempts.nanoClock()),
                new Feedback(edgeId, attempts.recent(), attempts.telemetry()::outcome, attempts.nanoClock()),
                counters,
                certificate,
                new Pressure(settings.pressure(), parts(settings, counters, attempts.nanoClock())),
                new AtomicBoolean());
        try {
            return new FrontListener(address, loops, front);
        } catch (IOException e) {
            if (certificate != null) {
                certificate.close();
            }
            throw e;
        }
    }

    private static List<Pressure.Part> parts(FrontSettings settings, FrontCounters counters, LongSupplier nanoClock) {
        MachineFill machine = new MachineFill(settings.pressure().noKeepAliveAt(), nanoClock);
        return List.of(
                new Pressure.Part("heap", machine::heap),
                new Pressure.Part("direct_memory", MachineFill::directMemory),
                new Pressure.Part("descriptors", MachineFill::descriptors),
                new Pressure.Part(
                        "connections", () -> (double) counters.openConnections() / settings.maxConnections()));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    public FrontCounters counters() {
        return front.counters();
    }

    public Feedback feedback() {
        return front.feedback();
    }

    public Leases sessions() {
        return front.leases();
    }

    /** What is wrong with the certificate for users; empty: nothing, or there is none. */
    public String certificateProblem() {
        UserCertificate certificate = front.certificate();
        return certificate == null ? "" : certificate.problem();
    }

    /** Shows what happens here as meters. */
    public void bindTo(MeterRegistry registry) {
        front.counters().bindTo(registry);
        front.pressure().bindTo(registry);
        UserCertificate certificate = front.certificate();
        if (certificate != null) {
            TimeGauge.builder(
                            "fairlead.front.certificate.expires",
                            certificate,
                            TimeUnit.MILLISECONDS,
                            each -> each.notAfter().toEpochMilli())
                    .description("When the certificate for users expires, as Unix time")
                    .register(registry);
            written(registry, certificate, "taken", UserCertificate::taken);
            written(registry, certificate, "refused", UserCertificate::refused);
        }
    }

    private static void written(
            MeterRegistry registry,
            UserCertificate certificate,
            String reason,
            ToDoubleFunction<UserCertificate> count) {
        FunctionCounter.builder("fairlead.front.certificates", certificate, count)
                .tag("reason", reason)
                .description("Certificates for users that were written while the edge ran")
                .register(registry);
    }

    /** Tunnels that are kept open for a next request. */
    public int idleTunnels() {
        return front.idleTunnels().count();
    }

    /**
     * What a tenant may do has changed, or its day is used up: ends those of its requests and tunnels that would not be let in now. Any
     * thread.
     */
    public void review(String tenantId) {
        connections.forEach(connection -> connection.loop().execute(() -> connection.review(tenantId)));
    }

    /**
     * Takes no new connections. Those that are there end with the answer to their next request: one that is on its way already must not meet
     * a closed door. Those without one are closed after {@value #IDLE_GRACE_MS} ms. Tunnels go on.
     */
    public void drain() {
        listening.close().addListener(closed -> sendAway());
    }

    /** Not before the door is shut: users who are sent away and come back at once must find it so, and not about to be. */
    private void sendAway() {
        front.draining().set(true);
        loops.next()
                .schedule(
                        () -> {
                            connections.forEach(connection -> connection.loop().execute(connection::drain));
                            idleClosed = true;
                        },
                        IDLE_GRACE_MS,
                        TimeUnit.MILLISECONDS);
    }

    /** Whether no connection waits for a request any more that could still be answered. */
    public boolean idleOver() {
        return idleClosed || connections.isEmpty();
    }

    /** Ends whatever is left. */
    public void close() {
        front.draining().set(true);
        sweeping.cancel(false);
        listening.close();
        UserCertificate certificate = front.certificate();
        if (certificate != null) {
            certificate.close();
        }
        connections.forEach(
                connection -> connection.loop().execute(() -> connection.cut(Outcome.EDGE_DRAINING, FaultLayer.EDGE)));
        front.idleTunnels().closeAll();
    }

    private static void refuse(SocketChannel channel) {
        channel.config().setSoLinger(0);
        channel.close();
    }

    private final class Accept extends ChannelInitializer<SocketChannel> {

        @Override
        protected void initChannel(SocketChannel channel) {
            InetSocketAddress remote = channel.remoteAddress();
            InetAddress source = remote == null ? null : remote.getAddress();
            if (source == null || !limits.enter()) {
                refuse(channel);
                return;
            }
            FrontConnection connection = new FrontConnection(front, channel, source, limits);
            channel.closeFuture().addListener(closed -> {
                connections.remove(connection);
                connection.leave();
                limits.leave();
            });
            if (!connection.enter()) {
                refuse(channel);
                return;
            }
            channel.pipeline().addLast(connection);
            connections.add(connection);
        }
    }
}
