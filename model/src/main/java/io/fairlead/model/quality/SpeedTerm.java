package io.fairlead.model.quality;

/** One half of the speed: reference over measured time, saturating at one half. */
public final class SpeedTerm {

    /** What was never measured. */
    public static final double MISSING = -1;

    /** Most that one term gives. */
    public static final double MAX = 0.5;

    /** Shorter times count as this, ms. */
    public static final double MIN_MS = 1;

    private SpeedTerm() {}

    /**
     * {@code min(reference / measured, 0.5)}.
     *
     * @param referenceMs reference, ms
     * @param measuredMs measured, ms; infinite: failed, gives 0; negative: never measured, gives {@link #MISSING}
     */
    public static double of(double referenceMs, double measuredMs) {
        if (measuredMs < 0) {
            return MISSING;
        }
        return Math.min(referenceMs / Math.max(MIN_MS, measuredMs), MAX);
    }

    /** Sum of both terms, 0 to 1; where one is missing the other is stretched to a maximum of 1, where both are it is 0. */
    public static double speed(double benchmarkTerm, double pingTerm) {
        if (benchmarkTerm < 0) {
            return pingTerm < 0 ? 0 : pingTerm / MAX;
        }
        return pingTerm < 0 ? benchmarkTerm / MAX : benchmarkTerm + pingTerm;
    }
}
