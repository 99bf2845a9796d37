package io.fairlead.model.attribution;

import io.fairlead.model.quality.Estimate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;

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
     * is higher than what the target has shown); a sound exit that fails at a target seldom seen is not.
     */

    /** Exits, networks, targets or edges remembered, of each. */
    public static final int MAX_REMEMBERED = 100_000;

    /** Failures that may wait; over it the oldest is settled at once. */
    public static final int MAX_WAITING = 100_000;

    /** Share that a network carries while most of it fails. */
    private static final double CUT_OFF = 0.02;

    private final long waitMs;
    private final double halfLifeMs;
    private final Map<String, FailureTerm> exits = bounded();
    private final Map<Long, FailureTerm> networks = bounded();
    private final Map<Long, FailureTerm> targets = bounded();
    private final Map<Long, TargetTally> targetTallies = bounded();
    private final Map<Long, CrossTally> networkTallies = bounded();
    private final Map<String, CrossTally> edgeTallies = bounded();
    private final Queue<Try> waiting = new ArrayDeque<>();

    /**
     * @param waitMs how long a failure waits, ms (0–5 000)
     * @param halfLifeMs after which a try weighs half in the rates, ms
     */
    public FaultJudge(long waitMs, double halfLifeMs) {
        if (waitMs < 0 || waitMs > 5_000 || !(halfLifeMs > 0)) {
            throw new IllegalArgumentException("waitMs is " + waitMs + ", halfLifeMs " + halfLifeMs
                    + "; give a wait of 0 to 5000 ms and a half-life above 0");
        }
        this.waitMs = waitMs;
        this.halfLifeMs = halfLifeMs;
    }

    /** A try was carried through. */
    public void carried(Try seen) {
        hear(seen, true);
    }

    /** A try failed, and it is open whose fault that was. Returns what had to be settled early, to keep the bound. */
    public List<Ruled> failed(Try seen) {
        hear(seen, false);
        waiting.add(seen);
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
        if (tally != null && tally.atFault(nowMs)) {
            return CUT_OFF;
        }
        return term == null || asn == 0 ? 1 : 1 - term.rate(nowMs, halfLifeMs);
    }

    /** Share of tries that a target answers, with bounds; 1 for one that is not known. */
    public Estimate targetSuccess(long target, long nowMs) {
        FailureTerm term = targets.get(target);
        return term == null ? new Estimate(1, 0, 1, 0) : term.success(nowMs, halfLifeMs);
    }

    private void hear(Try seen, boolean carried) {
        long bit = TargetTally.bit(seen.exitId());
        of(targetTallies, seen.target(), TargetTally::new).add(seen.atMs(), carried ? 0 : bit, carried ? bit : 0);
        of(edgeTallies, seen.edge(), CrossTally::new).add(seen, carried);
        exit(seen).tried(seen.atMs(), halfLifeMs);
        target(seen).tried(seen.atMs(), halfLifeMs);
        if (seen.asn() != 0) {
            of(networkTallies, seen.asn(), CrossTally::new).add(seen, carried);
            network(seen).tried(seen.atMs(), halfLifeMs);
        }
    }

    private Ruled rule(Try failure) {
        CrossTally ofEdge = of(edgeTallies, failure.edge(), CrossTally::new);
        CrossTally ofNetwork = networkTallies.get(failure.asn());
        TargetTally ofTarget = of(targetTallies, failure.target(), TargetTally::new);
        long lastMs = failure.atMs() + waitMs;
        for (long atMs = failure.atMs(); atMs <= lastMs; atMs += TargetTally.SLOT_MS) {
            if (ofEdge.atFault(atMs)) {
                return new Ruled(failure, Culprit.EDGE, 1);
            }
            if (ofNetwork != null && ofNetwork.atFault(atMs)) {
                network(failure).blamed(1, lastMs, halfLifeMs);
                return new Ruled(failure, Culprit.ASN, 1);
            }
            if (ofTarget.atFault(atMs)) {
                target(failure).blamed(1, lastMs, halfLifeMs);
                return new Ruled(failure, Culprit.TARGET, 1);
            }
        }
        return byRates(failure, lastMs);
    }

    private Ruled byRates(Try failure, long nowMs) {
        double exit = exit(failure).rate(nowMs, halfLifeMs);
        double target = target(failure).rate(nowMs, halfLifeMs);
        double network = failure.asn() == 0 ? 0 : network(failure).rate(nowMs, halfLifeMs);
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

    private FailureTerm exit(Try seen) {
        return of(exits, seen.exitId(), FailureTerm::new);
    }

    private FailureTerm network(Try seen) {
        return of(networks, seen.asn(), FailureTerm::new);
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
