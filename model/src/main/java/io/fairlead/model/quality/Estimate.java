package io.fairlead.model.quality;

/**
 * An estimated value with its bounds and the evidence behind it.
 *
 * @param mean best guess
 * @param lower 5 % bound, never over the mean
 * @param upper 95 % bound, never under the mean
 * @param weight effective number of observations; 0: the prior alone
 */
public record Estimate(double mean, double lower, double upper, double weight) {

    /** Puts the bounds around the mean: a skewed posterior's mean can lie outside its own narrow interval. */
    public static Estimate around(double mean, double lower, double upper, double weight) {
        return new Estimate(mean, Math.min(lower, mean), Math.max(upper, mean), weight);
    }
}
