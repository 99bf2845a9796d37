package io.fairlead.proxy.agent;

import io.fairlead.edge.link.WindowBudget;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.destination.NameLookup;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.link.Hello;
import io.fairlead.proxy.link.LoadLine;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * An exit agent: keeps its links to the supernodes and serves their tunnels. Many may live in one process and share event
 * loops; each has its own identity, rules and limits.
 */
public final class ExitAgent implements AutoCloseable {

    private static final long LOOK_AGAIN_MS = 20;
    private static final int RELIEFS_SPREAD_MS = 10_000;
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final AgentSettings settings;
    private final Supplier<SslContext> tls;
    private final String process = newProcess();
    private final LongAdder dials = new LongAdder();
    private final CompletableFuture<String> superseded = new CompletableFuture<>();
    private final EventLoopGroup loops;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final long epochMs;
    private final AgentLoad load;
    private final NameLookup names;
    private final TargetDial dial;
    private final WindowBudget windowBudget;
    private final List<AgentLink> links;

    private ExitAgent(
            AgentSettings settings,
            Supplier<SslContext> tls,
            EventLoopGroup loops,
            DialPath path,
            InstantSource clock,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.settings = settings;
        this.tls = tls;
        this.loops = loops;
        this.nanoClock = nanoClock;
        this.random = random;
        this.epochMs = clock.millis();
        this.load = new AgentLoad(
                settings.capacityRequests(),
                settings.consent(),
                settings.terms(),
                settings.supernodes().size(),
                clock);
        this.names = new NameLookup(loops);
        this.dial = new TargetDial(
                loops, names, DestinationRules.allowing(settings.allowedDestinations()), path, nanoClock);
        this.windowBudget = new WindowBudget(settings.windowBudgetBytes());
        this.links = IntStream.rangeClosed(1, settings.links())
                .mapToObj(number -> new AgentLink(this, number, loops.next()))
                .toList();
    }

    /**
     * Starts to dial. Returns at once; the links come up when a supernode can be reached, however long that takes.
     *
     * @param tls as {@link io.fairlead.proxy.link.LinkTls#forAgent}, asked at every dial; see {@link #identityChanged}
     * @param loops may be shared; the caller ends them after the agent
     * @param clock its millis at this call are the agent's epoch
     * @param random must be safe for use by several threads
     */
    public static ExitAgent start(
            AgentSettings settings,
            Supplier<SslContext> tls,
            EventLoopGroup loops,
            DialPath path,
            InstantSource clock,
            LongSupplier nanoClock,
            RandomGenerator random) {
        ExitAgent agent = new ExitAgent(settings, tls, loops, path, clock, nanoClock, random);
        agent.load.listen(() -> agent.links.forEach(AgentLink::tellLoad));
        agent.links.forEach(AgentLink::start);
        return agent;
    }

    /** The same with one certificate for all its life. */
    public static ExitAgent start(
            AgentSettings settings,
            SslContext tls,
            EventLoopGroup loops,
            DialPath path,
            InstantSource clock,
            LongSupplier nanoClock,
            RandomGenerator random) {
        return start(settings, () -> tls, loops, path, clock, nanoClock, random);
    }

    /** The same with the direct path, the system's clocks and chance. */
    public static ExitAgent start(AgentSettings settings, SslContext tls, EventLoopGroup loops) {
        return start(
                settings,
                () -> tls,
                loops,
                DialPath.DIRECT,
                InstantSource.system(),
                System::nanoTime,
                new java.util.Random());
    }

    /**
     * Announces that it leaves, lets open tunnels end for at most {@link AgentSettings#leaveGraceMs}, then closes all.
     *
     * @return done when nothing is left
     */
    public CompletableFuture<Void> leave() {
        links.forEach(AgentLink::leave);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        long deadlineNanos = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(settings.leaveGraceMs());
        awaitTunnels(deadlineNanos, gone);
        return gone;
    }

    private void awaitTunnels(long deadlineNanos, CompletableFuture<Void> gone) {
        loops.next()
                .schedule(
                        () -> {
                            if (load.running() > 0 && nanoClock.getAsLong() - deadlineNanos < 0) {
                                awaitTunnels(deadlineNanos, gone);
                            } else {
                                close();
                                gone.complete(null);
                            }
                        },
                        LOOK_AGAIN_MS,
                        TimeUnit.MILLISECONDS);
    }

    /** Cuts all links at once, unannounced. */
    @Override
    public void close() {
        links.forEach(AgentLink::cut);
        names.close();
    }

    /**
     * There is a new certificate: each link makes a new connection with it, one after the other, and lets the old one go
     * when the new one stands.
     */
    public void identityChanged() {
        links.forEach(link -> link.relieve(RELIEFS_SPREAD_MS));
    }

    /** Done, with the supernode's words, when a newer process has taken this exit over; this one has left then. */
    public CompletableFuture<String> superseded() {
        return superseded.copy();
    }

    void superseded(String detail) {
        if (superseded.complete(detail)) {
            leave();
        }
    }

    /** Attempts to connect since the start, whatever came of them. */
    public long dials() {
        return dials.sum();
    }

    void countDial() {
        dials.increment();
    }

    public String exitId() {
        return settings.exitId();
    }

    /** Supernodes that its links stand at now. */
    public List<InetSocketAddress> supernodes() {
        return links.stream().map(AgentLink::supernode).filter(Objects::nonNull).toList();
    }

    /** What the owner says and the device does; told to the supernodes when it changes. */
    public AgentLoad load() {
        return load;
    }

    /** What operators lay down for this exit, as its links have been told; several where supernodes don't agree yet, none if nothing is. */
    public List<OperatorTerms> operatorTerms() {
        return links.stream()
                .filter(AgentLink::up)
                .map(AgentLink::operatorTerms)
                .filter(terms -> !terms.equals(OperatorTerms.NONE))
                .distinct()
                .toList();
    }

    /** Why no request is taken now, by its owner's word or its operator's, for people; empty: they are. */
    public String objection() {
        String owners = load.objection();
        return owners.isEmpty()
                ? operatorTerms().stream()
                        .map(load::objection)
                        .filter(objection -> !objection.isEmpty())
                        .findFirst()
                        .orElse("")
                : owners;
    }

    /** It runs more or less: supernodes that share it are told soon. Any thread. */
    void sharesChanged() {
        if (links.size() > 1) {
            links.forEach(AgentLink::tellShareSoon);
        }
    }

    /** What a supernode is told, by its place in the settings. */
    LoadLine loadLine(long heartbeat, OperatorTerms operator, int supernode) {
        int[] linked = IntStream.concat(
                        IntStream.of(supernode),
                        links.stream().filter(AgentLink::up).mapToInt(AgentLink::which))
                .filter(which -> which >= 0)
                .distinct()
                .sorted()
                .toArray();
        int place = Arrays.binarySearch(linked, supernode);
        int turn = (int) Math.floorMod(place + nanoClock.getAsLong() / TURN_NANOS, (long) linked.length);
        return load.line(heartbeat, operator, supernode, linked.length, turn);
    }

    /** Time has passed: tells the supernodes what has changed by it. */
    void tellChanges() {
        links.forEach(AgentLink::tellChanges);
    }

    /** Links on which hello was said. */
    public int linksUp() {
        return (int) links.stream().filter(AgentLink::up).count();
    }

    /** Tunnels it runs now, for all supernodes. */
    public int runningRequests() {
        return load.running();
    }

    /** Changes how many tunnels it accepts at once; told to the supernodes. */
    public void capacityRequests(int requests) {
        load.capacityRequests(requests);
    }

    /** The owner agrees, or no longer does; told to the supernodes, and obeyed here from now on. */
    public void consent(boolean agreed) {
        load.consent(agreed);
    }

    /**
     * What the device is doing; told to the supernodes.
     *
     * @param batteryPercent 0–100; -1: none
     */
    public void device(boolean ownerActive, int batteryPercent) {
        load.device(new Device(ownerActive, batteryPercent, batteryPercent >= 0));
    }

    Hello hello(int link, boolean relieves) {
        return new Hello(
                Hello.PROTOCOL,
                settings.exitId(),
                settings.version(),
                epochMs,
                link,
                settings.links(),
                settings.poolType().name(),
                settings.country(),
                settings.region(),
                settings.city(),
                settings.asn(),
                settings.os(),
                settings.connectionType(),
                load.objection().isEmpty(),
                load.capacityRequests(),
                settings.pools(),
                process,
                relieves);
    }

    private static String newProcess() {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    AgentSettings settings() {
        return settings;
    }

    SslContext tls() {
        return tls.get();
    }

    EventLoopGroup loops() {
        return loops;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    RandomGenerator random() {
        return random;
    }

    TargetDial dial() {
        return dial;
    }

    WindowBudget windowBudget() {
        return windowBudget;
    }
}
