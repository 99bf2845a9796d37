package io.fairlead.proxy.supernode;

import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.accesslog.AccessLog;
import io.fairlead.proxy.attempt.AttemptCounters;
import io.fairlead.proxy.attempt.Attempts;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.attempt.TargetClasses;
import io.fairlead.proxy.benchmark.BenchmarkPlan;
import io.fairlead.proxy.benchmark.BenchmarkScheduler;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.ExitTunnels;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.front.FrontCounters;
import io.fairlead.proxy.front.FrontListener;
import io.fairlead.proxy.link.LinkListener;
import io.fairlead.proxy.link.LinkMetrics;
import io.fairlead.proxy.tenant.TenantDirectory;
import io.fairlead.proxy.tenant.TenantGate;
import io.fairlead.proxy.upstream.UpstreamTerms;
import io.fairlead.proxy.upstream.Upstreams;
import io.fairlead.schemas.config.BenchmarkPolicy;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A supernode: takes users' requests and sends each out through one of its exits, and never otherwise. Both sides share their
 * event loops, so that a request and its tunnel may live on one thread.
 *
 * <p>The methods may be called from any thread; changes of tenants and policies from one.
 */
public final class Supernode implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Supernode.class);
    private static final int LOOK_AGAIN_MS = 20;
    private static final int LINKS_END_MS = 2_000;

    /** Agents that are sent elsewhere dial within so long. */
    private static final int AGENTS_SPREAD_MS = 5_000;

    private final SupernodeSettings settings;
    private final EventLoopGroup loops;
    private final ExitRegistry registry;
    private final Upstreams upstreams;
    private final TenantDirectory tenants;
    private final TenantGate gate;
    private final TargetClasses classes;
    private final Attempts attempts;
    private final BenchmarkScheduler benchmarks;
    private final LinkListener links;
    private final FrontListener front;
    private final LocationCheck locations;
    private final AtomicReference<@Nullable CompletableFuture<Void>> stopped = new AtomicReference<>();

    private Supernode(
            SupernodeSettings settings,
            EventLoopGroup loops,
            ExitRegistry registry,
            Upstreams upstreams,
            TenantDirectory tenants,
            TenantGate gate,
            TargetClasses classes,
            Attempts attempts,
            BenchmarkScheduler benchmarks,
            LinkListener links,
            FrontListener front,
            LocationCheck locations) {
        this.settings = settings;
        this.loops = loops;
        this.registry = registry;
        this.upstreams = upstreams;
        this.tenants = tenants;
        this.gate = gate;
        this.classes = classes;
        this.attempts = attempts;
        this.benchmarks = benchmarks;
        this.links = links;
        this.front = front;
        this.locations = locations;
    }

    /**
     * Starts one.
     *
     * @throws IllegalArgumentException if no tenant is known and none can come, or a tenant's record is wrong
     * @throws IOException if an address can't be bound; nothing is left behind
     */
    public static Supernode start(SupernodeSettings settings, SupernodePorts ports) throws IOException {
        if (settings.tenants().isEmpty() && !settings.tenantsFromTopic()) {
            throw new IllegalArgumentException("no tenant is configured, and an open proxy is not started;"
                    + " give at least one tenant, or have them come from the topic config.tenants");
        }
        Set<InetAddress> ownAddresses = ownAddresses();
        TenantDirectory tenants =
                new TenantDirectory(settings.maxInFlightPerTenant(), settings.allowedDestinations(), ownAddresses);
        settings.tenants().forEach(tenants::put);
        EventLoopGroup loops = Sockets.loops(settings.eventLoops(), "supernode");
        TenantGate gate = new TenantGate(
                tenants, settings.loginThreads(), settings.loginQueue(), new SecureRandom(), ports.nanoClock());
        LocationCheck locations = new LocationCheck(ports.locations());
        Upstreams upstreams = new Upstreams(
                settings.upstreams(),
                loops,
                ownAddresses,
                ports.exitTelemetry(),
                locations,
                ports.nanoClock(),
                ports.random());
        LinkListener links = null;
        try {
            ExitRegistry registry = new ExitRegistry(settings.maxLinksPerExit(), settings.maxExits());
            ports.exitListeners().forEach(registry::listen);
            ports.exitListeners().forEach(upstreams::listen);
            ExitTunnels tunnels =
                    (exitId, target, options, preferred) -> (registry.info(exitId) == null && upstreams.has(exitId)
                                    ? upstreams
                                    : registry)
                            .open(exitId, target, options, preferred);
            TargetClasses classes = new TargetClasses();
            BenchmarkScheduler benchmarks = new BenchmarkScheduler(
                    tunnels,
                    exitId -> !ports.chooser().objection(exitId).isEmpty(),
                    ports.exitTelemetry(),
                    loops.next(),
                    DestinationRules.allowing(settings.allowedDestinations()).refusing(ownAddresses),
                    ports.benchmarkTls(),
                    BenchmarkPlan.of(List.of()),
                    ports.nanoClock(),
                    ports.random());
            registry.listen(benchmarks);
            upstreams.listen(benchmarks);
            Attempts attempts = new Attempts(
                    settings.attempts(),
                    ports.chooser(),
                    tunnels,
                    new ToldToBenchmarks(ports.requestTelemetry(), benchmarks),
                    classes,
                    hostKey(settings),
                    ports.nanoClock(),
                    ports.random());
            links = LinkListener.start(
                    settings.linkAddress(),
                    loops,
                    ports.linkTls(),
                    settings.links(),
                    registry,
                    ports.exitTelemetry(),
                    ports.admission(),
                    locations,
                    ports.nanoClock(),
                    ports.random());
            FrontListener front = FrontListener.start(
                    settings.edgeId(), settings.userAddress(), loops, settings.front(), gate, attempts);
            tenants.whenDayUsedUp(front::review);
            upstreams.ownPorts(Set.of(front.address().getPort(), links.address().getPort()));
            LOG.info(
                    "supernode {}: users on {}, exits on {}, {} tenants",
                    settings.edgeId(),
                    front.address(),
                    links.address(),
                    tenants.size());
            return new Supernode(
                    settings,
                    loops,
                    registry,
                    upstreams,
                    tenants,
                    gate,
                    classes,
                    attempts,
                    benchmarks,
                    links,
                    front,
                    locations);
        } catch (IOException | RuntimeException e) {
            if (links != null) {
                links.close();
            }
            upstreams.close();
            gate.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    private static byte[] hostKey(SupernodeSettings settings) {
        String key = settings.hostDigestKey().isEmpty() ? settings.edgeId() : settings.hostDigestKey();
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /** Addresses of this machine: a request must not come back in through an exit's door. */
    private static Set<InetAddress> ownAddresses() throws IOException {
        Set<InetAddress> own = new HashSet<>();
        NetworkInterface.networkInterfaces()
                .forEach(each -> each.inetAddresses().forEach(own::add));
        return own;
    }

    /** Where users connect. */
    public InetSocketAddress userAddress() {
        return front.address();
    }

    /** Where exit agents dial in. */
    public InetSocketAddress linkAddress() {
        return links.address();
    }

    /** Exits that are online here. */
    public ExitRegistry exits() {
        return registry;
    }

    /** Exits that are existing proxies. */
    public Upstreams upstreams() {
        return upstreams;
    }

    /** Exits of either kind that are online here. */
    public int onlineExits() {
        return registry.exitCount() + upstreams.onlineCount();
    }

    public AttemptCounters requestCounters() {
        return attempts.counters();
    }

    public FrontCounters userCounters() {
        return front.counters();
    }

    // ---- config

    /**
     * Adds or changes a tenant. What is open and would not be let in under the new record is cut.
     *
     * @throws IllegalArgumentException that lists what is wrong with the record; the former one stays
     */
    public void tenant(Tenant tenant) {
        tenants.put(tenant);
        front.review(tenant.getTenantId());
    }

    /** From now on each request that ends is logged there, too. */
    void logTo(AccessLog log) {
        attempts.logTo(log);
    }

    /** All that are known. Change them by {@link #tenant} and {@link #removeTenant}. */
    TenantDirectory tenants() {
        return tenants;
    }

    public void removeTenant(String tenantId) {
        tenants.remove(tenantId);
        front.review(tenantId);
    }

    /**
     * Takes a policy of benchmarks, and the classes of targets that it names.
     *
     * @throws IllegalArgumentException if it can't be used; the former one stays
     */
    public void benchmarkPolicy(BenchmarkPolicy policy) {
        BenchmarkPlan plan = BenchmarkPlan.of(policy);
        classes.update(policy.getTargets());
        benchmarks.plan(plan);
    }

    /**
     * Takes what operators say of an exit. One that is taken out is cut; one that is named as an upstream is looked at from now on; its agent is
     * told of the operator's terms.
     *
     * @throws IllegalArgumentException if the upstream can't be used, or the terms can't be read; the former ones stay
     */
    public void exitOverride(ExitOverride override) {
        String exitId = override.getExitId();
        registry.operatorTerms(exitId, OperatorTerms.of(override));
        if (override.getKilled()) {
            String why = "an operator has taken this exit out: "
                    + override.getAuthorship().getReason();
            registry.disconnect(exitId, DisconnectReason.REVOKED, why);
            upstreams.remove(exitId, DisconnectReason.REVOKED, why);
        } else if (override.getUpstream() == null) {
            upstreams.remove(exitId, DisconnectReason.REVOKED, "this exit is no upstream any more");
        } else {
            UpstreamTerms terms = UpstreamTerms.of(override);
            registry.disconnect(exitId, DisconnectReason.REVOKED, "this exit is an upstream now");
            upstreams.put(terms);
        }
        if (override.getNotBeforeMs() > 0) {
            Instant issuedBefore = Instant.ofEpochMilli(override.getNotBeforeMs());
            String why = "certificates issued before " + issuedBefore + " are revoked; get a new one";
            registry.disconnectIssuedBefore(exitId, issuedBefore, DisconnectReason.REVOKED, why);
        }
    }

    /** Nothing is said of an exit any more. */
    public void exitOverrideRemoved(String exitId) {
        registry.operatorTerms(exitId, OperatorTerms.NONE);
        upstreams.remove(exitId, DisconnectReason.REVOKED, "this exit is no upstream any more");
    }

    // ---- health

    /** Why no request can be served now, in sentences; empty: ready. */
    public List<String> unreadiness() {
        List<String> reasons = new ArrayList<>();
        if (stopped.get() != null) {
            reasons.add("the supernode is being stopped");
        }
        if (tenants.isEmpty()) {
            reasons.add("no tenant is known yet: everybody is answered 407");
        }
        if (onlineExits() == 0) {
            reasons.add("no exit is online: requests are answered 503");
        }
        String pressure = front.pressure();
        if (!pressure.isEmpty()) {
            reasons.add(pressure);
        }
        return reasons;
    }

    /** What is wrong and keeps nobody from being served, in sentences. */
    public List<String> notes() {
        return Stream.of(front.certificateProblem(), front.descriptorProblem())
                .filter(problem -> !problem.isEmpty())
                .toList();
    }

    public boolean draining() {
        return stopped.get() != null;
    }

    /** Shows what happens here as meters. */
    public void bindTo(MeterRegistry metrics) {
        attempts.counters().bindTo(metrics);
        front.bindTo(metrics);
        front.sessions().bindTo(metrics);
        front.feedback().bindTo(metrics);
        tenants.bindTo(metrics);
        new LinkMetrics(links, registry).bindTo(metrics);
        upstreams.bindTo(metrics);
        locations.bindTo(metrics);
    }

    // ---- the end

    /**
     * Stops in order: agents are told to stand elsewhere, no new users, then those present end or are ended after {@link SupernodeSettings#drainMs}, then the exits
     * are sent elsewhere, then the threads end.
     *
     * @return done when all is over; the same for every call
     */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        if (!stopped.compareAndSet(null, mine)) {
            CompletableFuture<Void> others = stopped.get();
            return others == null ? mine : others;
        }
        links.announceEnd(Math.min(AGENTS_SPREAD_MS, settings.drainMs() / 2));
        front.drain();
        whenOrAfter(() -> nothingInFlight() && front.idleOver(), deadline(settings.drainMs()), () -> {
            front.close();
            benchmarks.close();
            whenOrAfter(this::nothingInFlight, deadline(LINKS_END_MS), () -> endLinks(mine));
        });
        return mine;
    }

    private void endLinks(CompletableFuture<Void> done) {
        links.drain();
        registry.online()
                .forEach(exitId -> registry.disconnect(
                        exitId, DisconnectReason.EDGE_DRAINED, "supernode " + settings.edgeId() + " has stopped"));
        upstreams.close();
        whenOrAfter(() -> registry.exitCount() == 0, deadline(LINKS_END_MS), () -> {
            gate.close();
            loops.shutdownGracefully(LOOK_AGAIN_MS, LINKS_END_MS, TimeUnit.MILLISECONDS)
                    .addListener(ended -> done.complete(null));
        });
    }

    private boolean nothingInFlight() {
        return attempts.counters().inFlightRequests() == 0;
    }

    private static long deadline(int ms) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** Runs {@code then} on an event loop when the condition holds, or at the deadline. */
    private void whenOrAfter(BooleanSupplier condition, long deadlineNanos, Runnable then) {
        loops.next().execute(() -> {
            if (condition.getAsBoolean() || System.nanoTime() - deadlineNanos >= 0) {
                then.run();
            } else {
                loops.next()
                        .schedule(
                                () -> whenOrAfter(condition, deadlineNanos, then),
                                LOOK_AGAIN_MS,
                                TimeUnit.MILLISECONDS);
            }
        });
    }

    /** As {@link #stop}, and waits for it. */
    @Override
    public void close() {
        stop().join();
    }

    /** Passes records on, and lets the benchmarks know where real traffic has said enough. */
    private record ToldToBenchmarks(RequestTelemetry next, BenchmarkScheduler benchmarks) implements RequestTelemetry {

        @Override
        public void attempt(ProxiedAttempt attempt) {
            boolean success = attempt.getOutcome() == Outcome.OK;
            boolean ofTheExit =
                    success || attempt.getLayer() == FaultLayer.EXIT || attempt.getLayer() == FaultLayer.AMBIGUOUS;
            if (ofTheExit && attempt.getPhase() == AttemptPhase.COMPLETED) {
                benchmarks.saw(attempt.getExitId(), attempt.getTargetClass(), success);
            }
            next.attempt(attempt);
        }

        @Override
        public void outcome(TargetOutcome outcome) {
            next.outcome(outcome);
        }

        @Override
        public void request(ProxiedRequest request) {
            next.request(request);
        }
    }
}
