package io.fairlead.proxy.upstream;

import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.destination.NameLookup;
import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitTelemetry;
import io.fairlead.proxy.exit.ExitTunnels;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exits that are existing proxies: whether they answer, and tunnels through them. They are told of as agents' exits are, and their tunnels
 * keep the same promises, so that nobody else need know the difference.
 *
 * <p>{@link #put}, {@link #remove} and {@link #close} are for one control thread; the others for any.
 */
public final class Upstreams implements ExitTunnels, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Upstreams.class);
    private static final int SPREAD_MS_PER_UPSTREAM = 2;

    private final UpstreamSettings settings;
    private final EventLoopGroup loops;
    private final NameLookup names;
    private final Secrets secrets;
    private final ExecutorService secretsThread;
    private final Set<InetAddress> ownAddresses;
    private final ExitTelemetry telemetry;
    private final LocationCheck locations;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final WriteBufferWaterMark waterMark;
    private final UpstreamCounters counters = new UpstreamCounters();
    private final List<ExitEvents> listeners = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<String, UpstreamExit> exits = new ConcurrentHashMap<>();
    private final AtomicLong links = new AtomicLong();
    private volatile Set<Integer> ownPorts = Set.of();

    /**
     * @param loops those of the users, so that a request and its tunnel may live on one thread
     * @param ownAddresses of this machine: an upstream that is this edge itself is never dialled
     * @param random safe for use by several threads
     */
    public Upstreams(
            UpstreamSettings settings,
            EventLoopGroup loops,
            Set<InetAddress> ownAddresses,
            ExitTelemetry telemetry,
            LocationCheck locations,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this(settings, loops, new NameLookup(loops), ownAddresses, telemetry, locations, nanoClock, random);
    }

    Upstreams(
            UpstreamSettings settings,
            EventLoopGroup loops,
            NameLookup names,
            Set<InetAddress> ownAddresses,
            ExitTelemetry telemetry,
            LocationCheck locations,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.settings = settings;
        this.loops = loops;
        this.names = names;
        this.secrets = new Secrets(settings.secretsDirectory(), System::getenv);
        this.secretsThread = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "upstream-secrets");
            thread.setDaemon(true);
            return thread;
        });
        this.ownAddresses = Set.copyOf(ownAddresses);
        this.telemetry = telemetry;
        this.locations = locations;
        this.nanoClock = nanoClock;
        this.random = random;
        this.waterMark = new WriteBufferWaterMark(settings.tunnelLowWaterBytes(), settings.tunnelHighWaterBytes());
    }

    /** Adds a listener; it is told of changes from now on. */
    public void listen(ExitEvents listener) {
        listeners.add(listener);
    }

    /** Ports that this edge listens on. */
    public void ownPorts(Set<Integer> ports) {
        ownPorts = Set.copyOf(ports);
    }

    // ---- config

    /** Adds an upstream, or changes one. */
    public void put(UpstreamTerms terms) {
        UpstreamExit present = exits.get(terms.exitId());
        if (present != null) {
            present.change(terms);
            return;
        }
        if (exits.size() >= settings.maxUpstreams()) {
            counters.notKept();
            LOG.warn(
                    "upstream exit {} is not used: this edge has its {} upstreams already",
                    terms.exitId(),
                    settings.maxUpstreams());
            return;
        }
        UpstreamExit exit = new UpstreamExit(terms, this, loops.next());
        exits.put(terms.exitId(), exit);
        exit.start(Math.min(settings.checkIntervalMs(), exits.size() * SPREAD_MS_PER_UPSTREAM));
    }

    /** Takes an upstream out, if there is one of this id, and cuts its tunnels. */
    public void remove(String exitId, DisconnectReason reason, String why) {
        UpstreamExit exit = exits.remove(exitId);
        if (exit != null) {
            exit.end(reason, why);
        }
    }

    /** Whether there is an upstream of this id, online or not. */
    public boolean has(String exitId) {
        return exits.containsKey(exitId);
    }

    // ---- tunnels

    @Override
    public Future<Channel> open(String exitId, Target target, TunnelOptions options, @Nullable EventLoop preferred) {
        EventLoop loop = preferred == null ? loops.next() : preferred;
        UpstreamExit exit = exits.get(exitId);
        if (exit == null) {
            return loop.newFailedFuture(new TunnelException(
                    Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "exit " + exitId + " has no link to this edge"));
        }
        Promise<Channel> promise = loop.newPromise();
        if (loop.inEventLoop()) {
            exit.open(target, options, loop, promise);
        } else {
            loop.execute(() -> exit.open(target, options, loop, promise));
        }
        return promise;
    }

    /** Upstreams that are known. */
    public int size() {
        return exits.size();
    }

    /** Upstreams that answer. */
    public int onlineCount() {
        int online = 0;
        for (UpstreamExit exit : exits.values()) {
            online += exit.online() ? 1 : 0;
        }
        return online;
    }

    /** Tunnels through this exit that are being opened or open. */
    public int tunnels(String exitId) {
        UpstreamExit exit = exits.get(exitId);
        return exit == null ? 0 : exit.running();
    }

    public UpstreamCounters counters() {
        return counters;
    }

    /** Shows what happens here as meters. */
    public void bindTo(MeterRegistry metrics) {
        counters.bindTo(metrics, this);
    }

    /** Takes all out. The event loops must still run. */
    @Override
    public void close() {
        List.copyOf(exits.keySet())
                .forEach(exitId -> remove(exitId, DisconnectReason.EDGE_DRAINED, "this edge has stopped"));
        secretsThread.shutdown();
        names.close();
    }

    // ---- for the exits

    UpstreamSettings settings() {
        return settings;
    }

    NameLookup names() {
        return names;
    }

    ExitTelemetry telemetry() {
        return telemetry;
    }

    LocationCheck locations() {
        return locations;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    RandomGenerator random() {
        return random;
    }

    List<ExitEvents> listeners() {
        return listeners;
    }

    String nextLinkId() {
        return "upstream-" + links.incrementAndGet();
    }

    boolean isOurs(InetSocketAddress address) {
        boolean own = address.getAddress().isLoopbackAddress()
                || address.getAddress().isAnyLocalAddress()
                || ownAddresses.contains(address.getAddress());
        return own && ownPorts.contains(address.getPort());
    }

    /** Finds the log-in for a proxy; completes on {@code loop}. */
    Future<Login> login(UpstreamTerms terms, EventLoop loop) {
        if (terms.userName().isEmpty()) {
            return loop.newSucceededFuture(Login.NONE);
        }
        Promise<Login> promise = loop.newPromise();
        secretsThread.execute(() -> {
            try {
                promise.trySuccess(new Login(terms.userName(), secrets.resolve(terms.secret())));
            } catch (Secrets.MissingException e) {
                promise.tryFailure(e);
            }
        });
        return promise;
    }

    /** Connects; the socket reads nothing by itself. */
    ChannelFuture connect(InetSocketAddress address, EventLoop loop, int timeoutMs, ChannelHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(Sockets.dialling(loops))
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMs)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark)
                .handler(handler)
                .connect(address);
    }
}
