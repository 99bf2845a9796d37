package io.fairlead.model.capacity;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.CapacityMode;
import io.fairlead.model.policy.CapacityPolicy;
import java.util.Arrays;

/**
 * Cmax of one exit: the requests it may run at once. Plain mutable state for one owner.
 *
 * <p>Adaptive capacity grows by {@code max(1, growthShare · Cmax)} after Cmax completions that ran at {@code growOccupancy · Cmax} or more
 * without a capacity-type failure between them, and shrinks by {@code shrinkFactor} after {@code failuresToShrink} capacity-type failures
 * within {@code failureWindowMs}. It comes back to what it proved before it failed, goes over that only after {@value #KNEE_PATIENCE} times as
 * many completions, and then by one, by two, by four. It never falls under 1, never over the ceiling, and never shrinks for lack of traffic.
 */
public class ExitCapacity {
    /*
     * The traps of adaptive limits, and what keeps out of them:
     *
     * - Drifting up under modest overload: completions count for growth only where the exit was nearly full, and one
     *   capacity-type failure starts the count anew.
     * - Sticking at 1 after a burst: growth is at least 1 whatever the share, and at Cmax = 1 one completion is enough.
     *   A burst of failures shrinks once, not once for each: the failures that shrank are spent, and so are those of
     *   requests that ran beside more than there may be now: they speak of the former Cmax.
     * - Living in overload: a limit that grows until it fails spends one duration of a request in five over the truth. So
     *   what was proven before it failed is remembered, and is left only after long proof, at first by a single request (as
     *   CUBIC does: Ha, Rhee, Xu, 2008): a whole share over a truth that has not moved would be refused at once, and much.
     *   A doubled truth costs that patience once, about 24 durations, beside the 20 of growing.
     * - Taking a slow target for a full exit: only the time to connect is judged, against the exit's own baseline, and
     *   the caller says for each failure whether it is of the capacity type; any other failure changes nothing.
     */

    /** Factor of completions that it takes to grow over the Cmax that was proven before it failed. */
    public static final int KNEE_PATIENCE = 24;

    /** The same of what was not proven, as long as it grows by less than its share. */
    public static final int BEYOND_KNEE_PATIENCE = 4;

    /** Cmax, requests; 0: not started, and nothing is learnt before it is. */
    public int capacityRequests;

    /** Completions under load since the last step. */
    public int completions;

    /** The least Cmax not proven when it shrank last, of several times in a row the first, requests; 0: none, or it was passed since. */
    public int kneeRequests;

    /** The Cmax that it last grew from, and so was proven, requests; 0: it never grew. */
    public int provenRequests;

    /** It has grown since it shrank. */
    public boolean grown = true;

    /** Event times of the newest capacity-type failures, ms, in no order; 0: free. */
    public long[] failureTimesMs = new long[CapacityPolicy.MAX_FAILURES_TO_SHRINK];

    /** Starts from what the agent declares, else from the policy's start for the type. */
    public void start(PoolType type, int declaredRequests, CapacityPolicy policy) {
        capacityRequests = policy.startRequests(type, declaredRequests);
        completions = 0;
        kneeRequests = 0;
        provenRequests = 0;
        grown = true;
        Arrays.fill(failureTimesMs, 0);
    }

    /**
     * A request came to its end without a capacity-type failure.
     *
     * @param runningRequests Pchi when its slot was taken, it included
     */
    public void completed(int runningRequests, CapacityPolicy policy) {
        if (capacityRequests == 0) {
            return;
        }
        bound(policy);
        if (policy.mode() == CapacityMode.FIXED || runningRequests < policy.growOccupancy() * capacityRequests) {
            return;
        }
        completions++;
        if (completions >= (long) capacityRequests * proof()) {
            grow(policy);
        }
    }

    /** Times its own Cmax of completions that it takes to grow. */
    private int proof() {
        if (kneeRequests == 0 || capacityRequests < kneeRequests - 1) {
            return 1;
        }
        return capacityRequests == kneeRequests - 1 ? KNEE_PATIENCE : BEYOND_KNEE_PATIENCE;
    }

    private void grow(CapacityPolicy policy) {
        int share = Math.max(1, (int) Math.floor(capacityRequests * policy.growthShare()));
        int step = share;
        if (kneeRequests > 0) {
            int proven = kneeRequests - 1;
            step = Math.min(
                    share, capacityRequests < proven ? proven - capacityRequests : capacityRequests - proven + 1);
            kneeRequests = capacityRequests > proven && step == share ? 0 : kneeRequests;
        }
        provenRequests = capacityRequests;
        capacityRequests = Math.min(policy.ceilingRequests(), capacityRequests + step);
        grown = true;
        completions = 0;
    }

    /**
     * A request failed in a way that says that the exit was full: it refused for lack of resources, its link's queue was over its bound, or
     * it connected slowly ({@link #slowConnect}).
     *
     * @param atMs event time, ms since the Unix epoch
     * @param runningRequests Pchi when its slot was taken, it included; 0: not known
     */
    public void overloaded(long atMs, int runningRequests, CapacityPolicy policy) {
        if (capacityRequests == 0) {
            return;
        }
        bound(policy);
        if (policy.mode() == CapacityMode.FIXED || runningRequests > capacityRequests) {
            return;
        }
        completions = 0;
        remember(atMs);
        int recent = 0;
        for (long failureMs : failureTimesMs) {
            recent += failureMs != 0 && Math.abs(atMs - failureMs) <= policy.failureWindowMs() ? 1 : 0;
        }
        if (recent >= policy.failuresToShrink()) {
            kneeRequests = grown ? unproven() : kneeRequests;
            grown = false;
            capacityRequests = Math.max(1, (int) Math.floor(capacityRequests * policy.shrinkFactor()));
            Arrays.fill(failureTimesMs, 0);
        }
    }

    /**
     * Whether the time to connect says that the exit was full.
     *
     * @param connectMs time to connect, ms
     * @param idleBaselineMs the exit's own time to connect when it runs little, ms; 0 or less: not known
     */
    public static boolean slowConnect(double connectMs, double idleBaselineMs, CapacityPolicy policy) {
        return idleBaselineMs > 0 && connectMs > policy.connectFactor() * idleBaselineMs;
    }

    /**
     * Requests it can take now: {@code max(0, Cmax − Pchi)}.
     *
     * @param runningRequests Pchi
     */
    public int availableRequests(int runningRequests) {
        return Math.max(0, capacityRequests - runningRequests);
    }

    /** What it stands at was never proven where it has never grown. */
    private int unproven() {
        return provenRequests == 0 ? capacityRequests : Math.min(capacityRequests, provenRequests + 1);
    }

    /** A new ceiling holds at once. */
    private void bound(CapacityPolicy policy) {
        capacityRequests = Math.max(1, Math.min(capacityRequests, policy.ceilingRequests()));
    }

    /** Takes the place of the oldest. */
    private void remember(long atMs) {
        int oldest = 0;
        for (int i = 1; i < failureTimesMs.length; i++) {
            if (failureTimesMs[i] < failureTimesMs[oldest]) {
                oldest = i;
            }
        }
        failureTimesMs[oldest] = atMs;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExitCapacity that
                && capacityRequests == that.capacityRequests
                && completions == that.completions
                && kneeRequests == that.kneeRequests
                && provenRequests == that.provenRequests
                && grown == that.grown
                && Arrays.equals(failureTimesMs, that.failureTimesMs);
    }

    @Override
    public int hashCode() {
        return (capacityRequests * 31 + completions) * 31 + Arrays.hashCode(failureTimesMs);
    }
}
