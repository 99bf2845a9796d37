package io.fairlead.model.quality;

/** The quality rate of an exit node: {@code 100 · (1 − d) · speed · s^gamma}, 0 to 100. */
public final class QualityRate {

    /** Best. */
    public static final double MAX = 100;

    private QualityRate() {}

    /**
     * The rate from its inputs.
     *
     * @param disconnect d, probability of disconnection, 0 to 1
     * @param speed sum of the speed terms, 0 to 1
     * @param success s, share of real traffic that the exit carried through, 0 to 1
     * @param gamma weight of s; 0 gives the classic rate
     */
    public static double of(double disconnect, double speed, double success, double gamma) {
        double weighted = gamma == 1 ? success : Math.pow(success, gamma);
        return Math.max(0, Math.min(MAX, MAX * (1 - disconnect) * speed * weighted));
    }

    /**
     * The rate where inputs may be missing ({@link SpeedTerm#MISSING}): the other is renormalised, and the result is
     * capped because confidence is low.
     */
    public static double of(
            double disconnect, double benchmarkTerm, double pingTerm, double success, double gamma, double cap) {
        double rate = of(disconnect, SpeedTerm.speed(benchmarkTerm, pingTerm), success, gamma);
        return lowConfidence(benchmarkTerm, pingTerm) ? Math.min(cap, rate) : rate;
    }

    /** Whether an input was never measured. */
    public static boolean lowConfidence(double benchmarkTerm, double pingTerm) {
        return benchmarkTerm < 0 || pingTerm < 0;
    }
}
