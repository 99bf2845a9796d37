package io.fairlead.model.quality;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Beta posterior of a share of successes. The mean is cheap; the bounds cost some ten microseconds and are computed
 * only when {@link #estimate()} is asked for.
 *
 * @param successes decayed successes seen
 * @param failures decayed failures seen
 * @param groupMean mean that it is drawn to, kept within 0.01–0.99
 * @param strength pseudo-observations with which it is drawn there, above 0
 */
public record SuccessPosterior(double successes, double failures, double groupMean, double strength) {

    /** Success expected of an exit whose group was never seen. */
    public static final double UNKNOWN_GROUP_MEAN = 0.95;

    public SuccessPosterior {
        groupMean = Math.min(0.99, Math.max(0.01, groupMean));
    }

    /** What the counts say now, drawn to the group. */
    public static SuccessPosterior of(
            OutcomeCounts counts, long nowMs, double halfLifeMs, double groupMean, double strength) {
        return new SuccessPosterior(
                counts.successes(nowMs, halfLifeMs), counts.failures(nowMs, halfLifeMs), groupMean, strength);
    }

    /** Expected share of successes. */
    public double mean() {
        return alpha() / (alpha() + beta());
    }

    /** Decayed number of observations. */
    public double weight() {
        return successes + failures;
    }

    /** Mean with the 5 % and 95 % credible bounds. */
    public Estimate estimate() {
        BetaDistribution share = BetaDistribution.of(alpha(), beta());
        return Estimate.around(
                mean(), share.inverseCumulativeProbability(0.05), share.inverseCumulativeProbability(0.95), weight());
    }

    private double alpha() {
        return successes + strength * groupMean;
    }

    private double beta() {
        return failures + strength * (1 - groupMean);
    }
}
