package io.fairlead.model.attribution;

import io.fairlead.model.quality.Estimate;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says whose fault ambiguous failures were. Each waits until its neighbours have been heard, at most 5 s; then it is the edge's, the
 * network's or the target's where most of what went that way failed at that time ({@link CrossTally}, {@link TargetTally}), else it is
 * whose own rate of failure explains it best.
 *
 * <p>Plain mutable state for one owner. Bounded: what was not heard of for longest is forgotten.
 */
public final class FaultJudge {
    /*
     * The second part is a noisy-or: a try fails if its exit, its network or its target fails it, independently, with rates r of their own.
     * Given that it failed, the blame of each is about r / (sum of r), and a rate is the blame over the tries: one step of
     * expectation and maximisation for each failure, on decayed sums. An exit that is new to a sound target is suspect (its prior rate
     * is higher than what the target has shown); a sound exit that fails at a target seldom seen is not. A network fails all that it
     * carries, so its rate counts by the share of its other exits that fail at the same time.
     */

    /** Half-life of the rates by which the simulated faults were judged right, ms. */
    public static final double HALF_LIFE_MS = 30_000;

    /** Exits, networks, targets or edges remembered, of each. */
    public static final int MAX_REMEMBERED = 100_000;

    /** Failures that may wait; over it the oldest is settled at once. */
    public static final int MAX_WAITING = 100_000;

    /** Exits of a network that must fail at once for it to be at fault; fewer than of an edge or a target, as few may be in use. */
    public static final int MIN_NETWORK_EXITS = 2;

    /** Of what an exit with such a rate fails, nothing is held against its network, 0–1. */
    public static final double UNSOUND_RATE = 0.2;

    /** Share that a network carries while most of it fails. */
    private static final double CUT_OFF = 0.02;

    private static final byte FORM = 1;

    private final long waitMs;
    private final double halfLifeMs;
    private final Map<String, FailureTerm> exits = bounded();
    private final Map<Long, FailureTerm> networks = bounded();
    private final Map<Long, FailureTerm> targets = bounded();
    private final @Nullable FailingTargets failingTargets;
    private final Map<Long, TargetTally> targetTallies = bounded();
    private final Map<Long, CrossTally> networkTallies = bounded();
    private final Map<String, CrossTally> edgeTallies = bounded();
    private final Queue<Try> waiting = new ArrayDeque<>();
    private long newestMs;

    /**
     * @param waitMs how long a failure waits, ms (0–5 000)
     * @param halfLifeMs after which a try weighs half in the rates, ms
     */
    public FaultJudge(long waitMs, double halfLifeMs) {
        this(waitMs, halfLifeMs, null);
    }

    /**
     * The same where the tallies of targets are kept elsewhere.
     *
     * @param failingTargets asked when a failure has waited; null: it keeps them itself
     */
    public FaultJudge(long waitMs, double halfLifeMs, @Nullable FailingTargets failingTargets) {
        if (waitMs < 0 || waitMs > 5_000 || !(halfLifeMs > 0)) {
            throw new IllegalArgumentException("waitMs is " + waitMs + ", halfLifeMs " + halfLifeMs
                    + "; give a wait of 0 to 5000 ms and a half-life above 0");
        }
        this.waitMs = waitMs;
        this.halfLifeMs = halfLifeMs;
        this.failingTargets = failingTargets;
    }

    /** A try was carried through. */
    public void carried(Try seen) {
        carried(seen, 1);
    }

    /** Several that went the same way within a second were. */
    public void carried(Try seen, int tries) {
        hear(seen, true, tries);
    }

    /** A try failed, and it is open whose fault that was. Returns what had to be settled early, to keep the bound. */
    public List<Ruled> failed(Try seen) {
        hear(seen, false, 1);
        return await(seen);
    }

    /** A failure waits that has been heard already, before a restart. Returns what had to be settled early. */
    public List<Ruled> await(Try failure) {
        waiting.add(failure);
        return waiting.size() > MAX_WAITING ? List.of(rule(waiting.remove())) : List.of();
    }

    /** The failures that have waited long enough by now, in the order in which they came. */
    public List<Ruled> settle(long nowMs) {
        List<Ruled> ruled = new ArrayList<>();
        for (Try next = waiting.peek(); next != null && next.atMs() + waitMs <= nowMs; next = waiting.peek()) {
            ruled.add(rule(waiting.remove()));
        }
        return ruled;
    }

    /** Share of tries that a network carries, with bounds; 1 for one that is not known. */
    public Estimate networkSuccess(long asn, long nowMs) {
        FailureTerm term = networks.get(asn);
        return term == null || asn == 0 ? new Estimate(1, 0, 1, 0) : term.success(nowMs, halfLifeMs);
    }

    /** The same without its bounds: cheap. While most of a network fails, nearly nothing, before any failure has been settled. */
    public double networkMean(long asn, long nowMs) {
        FailureTerm term = networks.get(asn);
        CrossTally tally = networkTallies.get(asn);
        if (tally != null && tally.atFault(nowMs, MIN_NETWORK_EXITS)) {
            return CUT_OFF;
        }
        return term == null || asn == 0 ? 1 : 1 - term.rate(nowMs, halfLifeMs);
    }

    /** Share of tries that a target answers, with bounds; 1 for one that is not known. */
    public Estimate targetSuccess(long target, long nowMs) {
        FailureTerm term = targets.get(target);
        return term == null ? new Estimate(1, 0, 1, 0) : term.success(nowMs, halfLifeMs);
    }

    private void hear(Try seen, boolean carried, int tries) {
        newestMs = Math.max(newestMs, seen.atMs());
        if (failingTargets == null) {
            long bit = TargetTally.bit(seen.exitId());
            of(targetTallies, seen.target(), TargetTally::new).add(seen.atMs(), carried ? 0 : bit, carried ? bit : 0);
        }
        of(edgeTallies, seen.edge(), CrossTally::new).add(seen, carried);
        exit(seen).tried(tries, seen.atMs(), halfLifeMs);
        target(seen).tried(tries, seen.atMs(), halfLifeMs);
        if (seen.asn() != 0) {
            if (carried || exit(seen).rate(seen.atMs(), halfLifeMs) < UNSOUND_RATE) {
                networkTally(seen).add(seen, carried);
            }
            network(seen).tried(tries, seen.atMs(), halfLifeMs);
        }
    }

    private Ruled rule(Try failure) {
        CrossTally ofEdge = of(edgeTallies, failure.edge(), CrossTally::new);
        CrossTally ofNetwork = networkTallies.get(failure.asn());
        long lastMs = failure.atMs() + waitMs;
        boolean told = failingTargets != null && failingTargets.atFault(failure.target(), failure.atMs(), lastMs);
        for (long atMs = failure.atMs(); atMs <= lastMs; atMs += TargetTally.SLOT_MS) {
            if (ofEdge.atFault(atMs, TargetTally.MIN_FAILING_EXITS)) {
                return new Ruled(failure, Culprit.EDGE, 1);
            }
            if (ofNetwork != null && ofNetwork.atFault(atMs, MIN_NETWORK_EXITS)) {
                network(failure).blamed(1, lastMs, halfLifeMs);
                return new Ruled(failure, Culprit.ASN, 1);
            }
            if (told || targetAtFault(failure.target(), atMs)) {
                target(failure).blamed(1, lastMs, halfLifeMs);
                return new Ruled(failure, Culprit.TARGET, 1);
            }
        }
        return byRates(failure, lastMs);
    }

    private boolean targetAtFault(long target, long atMs) {
        TargetTally tally = targetTallies.get(target);
        return tally != null && tally.atFault(atMs);
    }

    private Ruled byRates(Try failure, long nowMs) {
        double exit = exit(failure).rate(nowMs, halfLifeMs);
        double target = target(failure).rate(nowMs, halfLifeMs);
        double network = failure.asn() == 0
                ? 0
                : network(failure).rate(nowMs, halfLifeMs)
                        * networkTally(failure).othersFailing(failure.exitId(), failure.atMs(), nowMs);
        double sum = exit + target + network;
        exit(failure).blamed(exit / sum, nowMs, halfLifeMs);
        target(failure).blamed(target / sum, nowMs, halfLifeMs);
        if (network > 0) {
            network(failure).blamed(network / sum, nowMs, halfLifeMs);
        }
        if (exit >= target && exit >= network) {
            return new Ruled(failure, Culprit.EXIT, exit / sum);
        }
        return target >= network
                ? new Ruled(failure, Culprit.TARGET, target / sum)
                : new Ruled(failure, Culprit.ASN, network / sum);
    }

    /** Networks that are remembered. */
    public Set<Long> networks() {
        return Set.copyOf(networks.keySet());
    }

    /** Writes down what is remembered, but not what waits. What has faded is forgotten by it. */
    public void write(DataOutput out) throws IOException {
        for (Map<?, FailureTerm> terms : List.of(exits, networks, targets)) {
            terms.values().removeIf(term -> term.faded(newestMs, halfLifeMs));
        }
        networkTallies.values().removeIf(tally -> tally.faded(newestMs));
        edgeTallies.values().removeIf(tally -> tally.faded(newestMs));
        out.writeByte(FORM);
        out.writeLong(newestMs);
        write(exits, DataOutput::writeUTF, FailureTerm::write, out);
        write(networks, DataOutput::writeLong, FailureTerm::write, out);
        write(targets, DataOutput::writeLong, FailureTerm::write, out);
        write(networkTallies, DataOutput::writeLong, CrossTally::write, out);
        write(edgeTallies, DataOutput::writeUTF, CrossTally::write, out);
    }

    /** Remembers what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        byte form = in.readByte();
        if (form != FORM) {
            throw new IOException(
                    "what a judge of faults remembered has the form " + form + "; this version knows " + FORM);
        }
        newestMs = in.readLong();
        read(exits, DataInput::readUTF, FailureTerm::read, in);
        read(networks, DataInput::readLong, FailureTerm::read, in);
        read(targets, DataInput::readLong, FailureTerm::read, in);
        read(networkTallies, DataInput::readLong, CrossTally::read, in);
        read(edgeTallies, DataInput::readUTF, CrossTally::read, in);
    }

    private interface Reading<T> {
        T of(DataInput in) throws IOException;
    }

    private interface KeyWriting<K> {
        void to(DataOutput out, K key) throws IOException;
    }

    private interface Writing<V> {
        void to(V value, DataOutput out) throws IOException;
    }

    private static <K, V> void write(Map<K, V> all, KeyWriting<K> key, Writing<V> value, DataOutput out)
            throws IOException {
        out.writeInt(all.size());
        for (Map.Entry<K, V> each : all.entrySet()) {
            key.to(out, each.getKey());
            value.to(each.getValue(), out);
        }
    }

    private static <K, V> void read(Map<K, V> all, Reading<K> key, Reading<V> value, DataInput in) throws IOException {
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            K name = key.of(in);
            all.put(name, value.of(in));
        }
    }

    private FailureTerm exit(Try seen) {
        return of(exits, seen.exitId(), FailureTerm::new);
    }

    private FailureTerm network(Try seen) {
        return of(networks, seen.asn(), FailureTerm::new);
    }

    private CrossTally networkTally(Try seen) {
        return of(networkTallies, seen.asn(), CrossTally::new);
    }

    private FailureTerm target(Try seen) {
        return of(targets, seen.target(), FailureTerm::new);
    }

    private static <K, V> V of(Map<K, V> all, K key, Supplier<V> fresh) {
        return all.computeIfAbsent(key, k -> fresh.get());
    }

    private static <K, V> Map<K, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MAX_REMEMBERED;
            }
        };
    }
}
