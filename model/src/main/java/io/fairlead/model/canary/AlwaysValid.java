package io.fairlead.model.canary;

/**
 * Intervals that may be looked at as often as one likes: over all looks together they miss the truth with the stated probability only. The mixture sequential
 * probability ratio test with a normal mixture (Robbins 1970; Johari, Koomen, Pekelis, Walsh: Always Valid Inference, Operations Research 70, 2022, eq. 11).
 */
final class AlwaysValid {

    private AlwaysValid() {}

    /**
     * Half the width of the interval.
     *
     * @param variance of the estimate
     * @param size of the effects that one looks for: the interval is narrowest when those are seen
     * @param error probability to miss the truth, at any look
     */
    static double radius(double variance, double size, double error) {
        if (!(variance < Double.POSITIVE_INFINITY)) {
            return Double.POSITIVE_INFINITY;
        }
        double prior = size * size;
        return Math.sqrt(
                variance * (variance + prior) / prior * Math.log((variance + prior) / (variance * error * error)));
    }
}
