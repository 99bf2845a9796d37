package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Attempts;
import io.fairlead.proxy.feedback.Feedback;
import io.fairlead.proxy.lease.Leases;
import io.fairlead.proxy.link.Sockets;
import io.fairlead.proxy.tenant.TenantGate;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Where users connect. */
public final class FrontListener {

    private static final int BACKLOG = 4096;
    private static final int SWEEP_MS = 1_000;

    /** How long a drained edge waits for requests that are on their way, ms. */
    private static final int IDLE_GRACE_MS = 1_000;

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
        this.sweeping =
                loops.next().scheduleAtFixedRate(front.idleTunnels()::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
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
        UserCertificate certificate =
                files == null ? null : UserCertificate.follow(files, counters, InstantSource.system());
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
        UserCertificate certificate = front.certificate();
        if (certificate != null) {
            TimeGauge.builder(
                            "fairlead.front.certificate.expires",
                            certificate,
                            TimeUnit.MILLISECONDS,
                            each -> each.notAfter().toEpochMilli())
                    .description("When the certificate for users expires, as Unix time")
                    .register(registry);
        }
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

    private final class Accept extends ChannelInitializer<SocketChannel> {

        @Override
        protected void initChannel(SocketChannel channel) {
            InetSocketAddress remote = channel.remoteAddress();
            InetAddress source = remote == null ? null : remote.getAddress();
            if (source == null || !limits.enter(source)) {
                channel.config().setSoLinger(0);
                channel.close();
                return;
            }
            FrontConnection connection = new FrontConnection(front, channel, source);
            channel.pipeline().addLast(connection);
            connections.add(connection);
            channel.closeFuture().addListener(closed -> {
                connections.remove(connection);
                limits.leave(source);
            });
        }
    }
}
