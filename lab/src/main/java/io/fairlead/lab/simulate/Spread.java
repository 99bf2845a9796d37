package io.fairlead.lab.simulate;

import java.util.stream.DoubleStream;

/**
 * A measure over several seeds.
 *
 * @param mean over those that had it; NaN: none had
 * @param half of the 95 % interval of the mean, by Student's t; NaN with fewer than two
 */
public record Spread(double mean, double half) {

    private static final double[] T_95 = {
        12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10,
        2.09
    };

    public static Spread of(DoubleStream all) {
        double[] values = all.filter(value -> !Double.isNaN(value)).toArray();
        int n = values.length;
        double mean = DoubleStream.of(values).average().orElse(Double.NaN);
        if (n < 2) {
            return new Spread(mean, Double.NaN);
        }
        double squares = DoubleStream.of(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        double t = n - 2 < T_95.length ? T_95[n - 2] : 2;
        return new Spread(mean, t * Math.sqrt(squares / (n - 1) / n));
    }

    /** With so many digits behind the point, and the interval if there is one. */
    public String text(int digits) {
        if (Double.isNaN(mean)) {
            return "–";
        }
        String value = String.format(java.util.Locale.ROOT, "%." + digits + "f", mean);
        return Double.isNaN(half)
                ? value
                : value + " ± " + String.format(java.util.Locale.ROOT, "%." + digits + "f", half);
    }
}
