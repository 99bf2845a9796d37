package io.fairlead.model.map;

import io.fairlead.model.policy.MapPolicy;

/**
 * How a new map takes over from the old: for 1, 5, 25 and then all resolvers, by a hash of each, so that who has the new map keeps it. A control
 * group keeps the old one until the end. When those with the new map fare worse than the control group, beyond chance, it halts and all have
 * the old one again. Immutable; each step gives the next.
 *
 * @param stage index of the share that has the new map
 * @param sinceMs when the stage began, ms since the Unix epoch
 * @param state whether it goes on
 */
public record RollOut(int stage, long sinceMs, State state) {

    private static final double[] SHARES = {0.01, 0.05, 0.25, 1};
    private static final int MIN_SAMPLES = 50;
    private static final double SIGMAS = 3;

    /** Stages wait so many times as long for samples that don't come. */
    private static final int PATIENCE = 3;

    /** How far a roll-out is. */
    public enum State {
        RUNNING,
        /** It made things worse: all have the old map. */
        HALTED,
        /** All have the new map. */
        DONE
    }

    /** Begins with the smallest share. */
    public static RollOut begin(long nowMs) {
        return new RollOut(0, nowMs, State.RUNNING);
    }

    /** Share of resolvers outside the control group that have the new map. */
    public double share() {
        return switch (state) {
            case RUNNING -> SHARES[stage];
            case HALTED -> 0;
            case DONE -> 1;
        };
    }

    /**
     * Whether a resolver has the new map.
     *
     * @param hash of the resolver, evenly spread over all longs
     */
    public boolean hasNew(long hash, MapPolicy policy) {
        if (state == State.DONE) {
            return true;
        }
        double place = (hash >>> 11) * 0x1p-53;
        double control = policy.controlShare();
        return place >= control && (place - control) / (1 - control) < share();
    }

    /** Whether a resolver is in the control group. */
    public static boolean isControl(long hash, MapPolicy policy) {
        return (hash >>> 11) * 0x1p-53 < policy.controlShare();
    }

    /**
     * Goes on, halts or waits.
     *
     * @param withNew what clients of resolvers with the new map have seen since the stage began
     * @param control the same of the control group
     */
    public RollOut step(long nowMs, Regret withNew, Regret control, MapPolicy policy) {
        if (state != State.RUNNING) {
            return this;
        }
        if (worse(withNew, control, policy)) {
            return new RollOut(stage, nowMs, State.HALTED);
        }
        long stayedMs = nowMs - sinceMs;
        boolean known = withNew.samples() >= MIN_SAMPLES && control.samples() >= MIN_SAMPLES;
        if (stayedMs < policy.rollOutStageMs() * (known ? 1 : PATIENCE)) {
            return this;
        }
        return stage == SHARES.length - 1
                ? new RollOut(stage, nowMs, State.DONE)
                : new RollOut(stage + 1, nowMs, State.RUNNING);
    }

    private static boolean worse(Regret withNew, Regret control, MapPolicy policy) {
        if (withNew.samples() < MIN_SAMPLES || control.samples() < MIN_SAMPLES) {
            return false;
        }
        double error = Math.sqrt(withNew.errorSquared() + control.errorSquared());
        return withNew.meanMs() - control.meanMs() > policy.haltRegretMs() + SIGMAS * error;
    }

    /**
     * How much longer round trips were than to the best group.
     *
     * @param samples how many
     * @param sumMs of all
     * @param squares sum of their squares
     */
    public record Regret(long samples, double sumMs, double squares) {

        /** Nothing was seen. */
        public static final Regret NONE = new Regret(0, 0, 0);

        public Regret and(double regretMs) {
            return new Regret(samples + 1, sumMs + regretMs, squares + regretMs * regretMs);
        }

        /** Mean, ms; 0: nothing was seen. */
        public double meanMs() {
            return samples == 0 ? 0 : sumMs / samples;
        }

        /** Standard error of the mean, ms; 0: nothing was seen. */
        public double errorMs() {
            return samples == 0 ? 0 : Math.sqrt(errorSquared());
        }

        private double errorSquared() {
            double mean = meanMs();
            return Math.max(0, squares / samples - mean * mean) / samples;
        }
    }
}
