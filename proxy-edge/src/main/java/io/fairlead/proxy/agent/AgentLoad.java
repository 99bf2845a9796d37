package io.fairlead.proxy.agent;

import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.link.LoadLine;
import io.fairlead.proxy.link.Refusal;
import io.netty.channel.Channel;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What the agent runs, and what it may: the one place that sees all its links. It decides on each tunnel, and knows why none
 * is taken at all. Any thread.
 *
 * <p>What the owner lays down counts first, and always. What an operator lays down ({@link OperatorTerms}) comes by a link, counts for it
 * in addition, and ends no tunnel.
 *
 * <p>Tunnels that are open when the owner withdraws consent, or a cap of bytes is used up, end at once; those that are open when the
 * hours end, the battery runs low or the owner comes back end after {@link #GRACE_MS}, which is for {@link OwnerWatch} to see to.
 */
public final class AgentLoad {

    /** How long open tunnels may go on when the terms no longer hold, ms. */
    static final int GRACE_MS = 30_000;

    private final OwnerTerms terms;
    private final InstantSource clock;
    private final AtomicInteger running = new AtomicInteger();

    /** Of these, by supernode, as the settings list them. */
    private final AtomicIntegerArray bySupernode;

    private final Map<String, AtomicInteger> byTarget = new ConcurrentHashMap<>();
    private final Set<Channel> tunnels = ConcurrentHashMap.newKeySet();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder served = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Object trafficLock = new Object();
    private Traffic traffic;
    private volatile int capacityRequests;
    private volatile boolean consent;
    private volatile boolean paused;
    private volatile Device device = Device.MAINS;

    /** @param supernodes that the settings list */
    AgentLoad(int capacityRequests, boolean consent, OwnerTerms terms, int supernodes, InstantSource clock) {
        this.bySupernode = new AtomicIntegerArray(supernodes);
        this.capacityRequests = capacityRequests;
        this.consent = consent;
        this.terms = terms;
        this.clock = clock;
        this.traffic = Traffic.none(clock.instant(), terms.hours().zone());
    }

    /** Told of every change that supernodes should know of. */
    void listen(Runnable changed) {
        listeners.add(changed);
    }

    // ---- tunnels

    /**
     * Takes a place for a tunnel to a host.
     *
     * @param supernode that asks, by its place in the settings
     * @param operator what the link that asks has been told
     * @return why there is none; null: it is taken, until {@link #leave}
     */
    Refusal.@Nullable Told enter(String host, int supernode, OperatorTerms operator) {
        Refusal.Told no = refusal(operator);
        if (no == null && !takePlace()) {
            no = new Refusal.Told(Refusal.CAPACITY, "the exit runs as many requests as it can: " + capacityRequests);
        }
        if (no == null && !takeTarget(host)) {
            running.decrementAndGet();
            no = new Refusal.Told(
                    Refusal.CAPACITY,
                    "the exit runs as many requests to one host as its owner allows: " + terms.requestsPerTarget());
        }
        if (no == null) {
            bySupernode.incrementAndGet(supernode);
        }
        (no == null ? served : refused).increment();
        return no;
    }

    /** Gives the place back. */
    void leave(String host, int supernode) {
        running.decrementAndGet();
        bySupernode.decrementAndGet(supernode);
        if (terms.requestsPerTarget() > 0) {
            byTarget.computeIfPresent(key(host), (name, count) -> count.decrementAndGet() == 0 ? null : count);
        }
    }

    private boolean takePlace() {
        for (; ; ) {
            int now = running.get();
            if (now >= capacityRequests) {
                return false;
            }
            if (running.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    private boolean takeTarget(String host) {
        if (terms.requestsPerTarget() == 0) {
            return true;
        }
        boolean[] taken = {false};
        byTarget.compute(key(host), (name, count) -> {
            AtomicInteger present = count == null ? new AtomicInteger() : count;
            taken[0] = present.get() < terms.requestsPerTarget();
            if (taken[0]) {
                present.incrementAndGet();
            }
            return present;
        });
        return taken[0];
    }

    private static String key(String host) {
        return host.toLowerCase(Locale.ROOT);
    }

    /** A tunnel is open: it is ended when the terms no longer hold. */
    void opened(Channel stream) {
        tunnels.add(stream);
        stream.closeFuture().addListener(closed -> tunnels.remove(stream));
    }

    /** Counts bytes of a tunnel; the last ones of a cap end all tunnels. */
    void carried(int bytes) {
        boolean full;
        synchronized (trafficLock) {
            boolean wasFull = capUsedUp(traffic) != null;
            traffic = traffic.at(clock.instant(), terms.hours().zone()).plus(bytes);
            full = !wasFull && capUsedUp(traffic) != null;
        }
        if (full) {
            changed();
            endTunnels();
        }
    }

    /** Ends all open tunnels; the supernodes are told that it is the owner's will. */
    void endTunnels() {
        tunnels.forEach(stream -> stream.pipeline().fireUserEventTriggered(OwnerEnds.INSTANCE));
    }

    /** Fired on a tunnel's stream: the owner wants it to end. */
    enum OwnerEnds {
        INSTANCE
    }

    // ---- the owner's word, and the operator's

    /** Why no tunnel at all is taken now over a link that has been told these terms; null: they are. */
    Refusal.@Nullable Told refusal(OperatorTerms operator) {
        Refusal.Told no = refusal();
        if (no != null) {
            return no;
        }
        Device now = device;
        String objection =
                operator.objection(clock.instant(), now.ownerActive(), now.batteryPercent(), now.onBattery());
        return objection.isEmpty() ? null : new Refusal.Told(Refusal.CAPACITY, objection);
    }

    /** Why the owner lets no tunnel at all be taken now; null: they are. */
    Refusal.@Nullable Told refusal() {
        if (!consent) {
            return new Refusal.Told(Refusal.WITHDRAWN, "the owner of this exit does not consent");
        }
        if (paused) {
            return new Refusal.Told(Refusal.WITHDRAWN, "the owner of this exit has paused it");
        }
        if (!terms.hours().hold(clock.instant())) {
            return new Refusal.Told(Refusal.CAPACITY, "the exit serves only at " + terms.hours());
        }
        Device now = device;
        if (now.onBattery() && now.batteryPercent() >= 0 && now.batteryPercent() < terms.batteryPercentMin()) {
            return new Refusal.Told(
                    Refusal.CAPACITY,
                    "the exit's battery is at " + now.batteryPercent() + " %, it serves from "
                            + terms.batteryPercentMin() + " % on");
        }
        if (now.ownerActive() && terms.restWhileOwnerActive()) {
            return new Refusal.Told(Refusal.CAPACITY, "the owner of this exit uses the device");
        }
        String cap = capUsedUp(traffic());
        return cap == null ? null : new Refusal.Told(Refusal.CAPACITY, cap);
    }

    private @Nullable String capUsedUp(Traffic used) {
        if (terms.bytesPerDay() > 0 && used.dayBytes() >= terms.bytesPerDay()) {
            return "the exit's " + terms.bytesPerDay() + " bytes of this day are used up";
        }
        if (terms.bytesPerMonth() > 0 && used.monthBytes() >= terms.bytesPerMonth()) {
            return "the exit's " + terms.bytesPerMonth() + " bytes of this month are used up";
        }
        return null;
    }

    /** Bytes of this day and month. */
    public Traffic traffic() {
        synchronized (trafficLock) {
            traffic = traffic.at(clock.instant(), terms.hours().zone());
            return traffic;
        }
    }

    /** What was used before this process started. */
    void resume(Traffic former) {
        synchronized (trafficLock) {
            Traffic now = former.at(clock.instant(), terms.hours().zone());
            traffic = new Traffic(
                    now.day(), now.dayBytes() + traffic.dayBytes(), now.monthBytes() + traffic.monthBytes());
        }
        changed();
    }

    void capacityRequests(int requests) {
        capacityRequests = requests;
        changed();
    }

    void consent(boolean agreed) {
        boolean withdrawn = consent && !agreed;
        consent = agreed;
        changed();
        if (withdrawn) {
            endTunnels();
        }
    }

    /** The owner's switch, for a while. */
    public void paused(boolean now) {
        if (paused != now) {
            paused = now;
            changed();
            if (now) {
                endTunnels();
            }
        }
    }

    void device(Device now) {
        if (!device.equals(now)) {
            device = now;
            changed();
        }
    }

    void changed() {
        listeners.forEach(Runnable::run);
    }

    // ---- what is told

    public int running() {
        return running.get();
    }

    public long servedCount() {
        return served.sum();
    }

    public long refusedCount() {
        return refused.sum();
    }

    public int capacityRequests() {
        return capacityRequests;
    }

    public Device device() {
        return device;
    }

    /** Why the owner lets no request be taken now, for people; empty: they are. */
    public String objection() {
        return objection(OperatorTerms.NONE);
    }

    /** The same of owner and operator, as short as {@link LoadLine} takes it: many spans of hours are long. */
    String objection(OperatorTerms operator) {
        Refusal.Told no = refusal(operator);
        if (no == null) {
            return "";
        }
        String detail = no.detail();
        return detail.length() <= LoadLine.LONGEST_OBJECTION
                ? detail
                : detail.substring(0, LoadLine.LONGEST_OBJECTION - 3) + "...";
    }

    /** Tunnels for others than this supernode. */
    int elsewhere(int supernode) {
        int others = 0;
        for (int i = 0; i < bySupernode.length(); i++) {
            others += i == supernode ? 0 : bySupernode.get(i);
        }
        return others;
    }

    /**
     * What is told a supernode.
     *
     * @param supernode by its place in the settings
     * @param supernodes that the agent is linked with
     * @param turn of this one among them
     */
    LoadLine line(long heartbeat, OperatorTerms operator, int supernode, int supernodes, int turn) {
        Device now = device;
        String objection = objection(operator);
        return new LoadLine(
                heartbeat,
                running.get(),
                capacityRequests,
                objection.isEmpty(),
                now.ownerActive(),
                now.batteryPercent(),
                objection,
                now.onBattery(),
                elsewhere(supernode),
                supernodes,
                turn);
    }
}
