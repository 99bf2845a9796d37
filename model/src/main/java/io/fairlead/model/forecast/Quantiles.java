package io.fairlead.model.forecast;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * A forecast by its quantiles.
 *
 * @param low 5 %
 * @param median 50 %
 * @param high 95 %
 */
public record Quantiles(double low, double median, double high) {

    static final double LOW = 0.05;
    static final double HIGH = 0.95;
    private static final double NORMAL_95 = 1.6448536269514722;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** Puts them in order: quantiles that were tracked apart can cross. */
    static Quantiles ordered(double low, double median, double high) {
        return new Quantiles(Math.min(low, median), median, Math.max(high, median));
    }

    /** Pinball loss of one quantile: {@code tau · (y − q)} above it, {@code (1 − tau) · (q − y)} below (Koenker and Bassett, 1978). */
    public static double pinball(double tau, double quantile, double actual) {
        return actual >= quantile ? tau * (actual - quantile) : (1 - tau) * (quantile - actual);
    }

    /** Mean pinball loss of the three. */
    public double pinball(double actual) {
        return (pinball(LOW, low, actual) + pinball(0.5, median, actual) + pinball(HIGH, high, actual)) / 3;
    }

    /** Whether the 90 % interval holds it. */
    public boolean covers(double actual) {
        return low <= actual && actual <= high;
    }

    /**
     * Chance that what comes is under a threshold. Each side of the median is taken for half a normal distribution that has the quantile.
     */
    public double below(double threshold) {
        double spread = threshold < median ? lowSpread() : highSpread();
        if (spread <= 0) {
            return threshold > median ? 1 : 0;
        }
        return NORMAL.cumulativeProbability((threshold - median) / spread);
    }

    /** Chance that this exceeds another, if the two don't depend on each other. */
    public double exceeds(Quantiles other) {
        double gap = median - other.median;
        double spread =
                gap < 0 ? Math.hypot(highSpread(), other.lowSpread()) : Math.hypot(lowSpread(), other.highSpread());
        if (spread <= 0) {
            return gap > 0 ? 1 : 0;
        }
        return NORMAL.cumulativeProbability(gap / spread);
    }

    private double lowSpread() {
        return (median - low) / NORMAL_95;
    }

    private double highSpread() {
        return (high - median) / NORMAL_95;
    }
}
