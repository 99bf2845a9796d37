package io.fairlead.model.survival;

import org.apache.commons.statistics.distribution.WeibullDistribution;

/**
 * Law of the length of sessions: {@code S(t) = exp(−(t / scale)^shape)}. With a shape under 1, as peers have it (0.35–0.7: Stutzbach,
 * Rejaie, Understanding Churn in Peer-to-Peer Networks, 2006), the longer up, the safer; 1 is the constant hazard.
 *
 * @param shape above 0
 * @param scaleMs age that a share of 1/e outlives, ms, above 0
 */
public record Weibull(double shape, double scaleMs) {

    /** Where nothing is known: heavy tail, half of the sessions over 70 min. */
    public static final Weibull UNKNOWN = new Weibull(0.5, 8_700_000);

    public Weibull {
        if (!(shape > 0) || !(scaleMs > 0)) {
            throw new IllegalArgumentException("shape is " + shape + ", scaleMs " + scaleMs + "; both must be above 0");
        }
    }

    /** {@code −ln S(t)}: disconnections to be expected up to this age of one that never gives up. */
    public double cumulativeHazard(double ageMs) {
        return Math.pow(Math.max(0, ageMs) / scaleMs, shape);
    }

    /** Share that outlives this age. */
    public double survival(double ageMs) {
        return Math.exp(-cumulativeHazard(ageMs));
    }

    /** {@code S(u + h) / S(u)}: chance to stay {@code longerMs} more, given it has stayed {@code ageMs}. */
    public double stay(double ageMs, double longerMs) {
        return Math.exp(cumulativeHazard(ageMs) - cumulativeHazard(ageMs + longerMs));
    }

    /** Mean length of sessions, ms. */
    public double meanMs() {
        return WeibullDistribution.of(shape, scaleMs).getMean();
    }

    /** Age that this share of sessions does not outlive, ms: for drawing sessions. */
    public double quantileMs(double share) {
        return scaleMs * Math.pow(-Math.log1p(-share), 1 / shape);
    }
}
