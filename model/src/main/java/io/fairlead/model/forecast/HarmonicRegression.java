package io.fairlead.model.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Dynamic harmonic regression (Hyndman and Athanasopoulos, Forecasting, §10.5), value by value: the usual course of a day as a mean and two harmonics, and how much of what the last minutes were above or below it will be left.
 *
 * <pre>
 * usual(t) = β0 + Σ (βk cos 2πkt/1440 + γk sin 2πkt/1440)      by least squares, an hour counts as one observation, with ridge 1 for the harmonics
 * r(t) = y(t) / usual(t) − 1, smoothed; d(t) = r(t) − r(t − 10)
 * forecast at h:  usual(t + h) · (1 + a r(t) + b d(t))         a, b for each horizon by least squares on what came
 * </pre>
 *
 * <p>A day of the past has its own waves, which will not come again at the same minute: two harmonics leave them out, where the same minute of yesterday repeats them. Minutes of one hour are nearly one observation; counted as
 * such, half a day does not make harmonics of noise. Plain mutable state for one owner.
 */
final class HarmonicRegression {

    private static final int DAY = 1_440;
    private static final int HARMONICS = 2;
    private static final int TERMS = 1 + 2 * HARMONICS;
    private static final double WEIGHT = 1 / 60.0;
    private static final double RIDGE = 1;
    private static final double FORGETTING = Math.exp(-1 / (7.0 * DAY));

    /** Of the newest minute in the smoothed deviation. */
    private static final double NEWEST = 0.3;

    /** Minutes over which a deviation's change is taken. */
    private static final int CHANGE_OVER = 10;

    /** What is left of a deviation after a minute, as long as nothing was seen; and how much that counts, as sums of squares. */
    private static final double FIRST_LEFT = 0.98;

    private static final double FIRST_COUNTS = 0.1;
    private static final double FIRST_CHANGE_COUNTS = 0.05;

    /** The usual course is never taken for less than this share of its mean: deviations are relative to it. */
    private static final double LEAST = 0.05;

    private static final double NOTHING = 1e-9;

    private final int[] horizons;
    private final double memory;

    private final double[][] squares = new double[TERMS][TERMS];
    private final double[] products = new double[TERMS];
    private final double[] usual = new double[TERMS];

    private double seen;
    private double deviation;
    private double change;
    /** By minute, of as many as the longest horizon. */
    private final double[] deviations;

    private final double[] changes;
    /** By horizon, sums over what came: r², r d, d², r y, d y. */
    private final double[][] left;

    /**
     * @param horizons minutes ahead, rising
     * @param memoryMinutes minutes after which what came of a deviation counts 1/e
     */
    HarmonicRegression(int[] horizons, double memoryMinutes) {
        this.horizons = horizons.clone();
        memory = 1 - 1 / memoryMinutes;
        int longest = horizons[horizons.length - 1];
        deviations = new double[longest];
        changes = new double[longest];
        left = new double[horizons.length][5];
        Arrays.fill(deviations, Double.NaN);
    }

    /**
     * Takes in the value of the next minute.
     *
     * @param value NaN: none is known
     */
    void observe(long minute, double value) {
        for (int i = 0; i < TERMS; i++) {
            for (int j = 0; j < TERMS; j++) {
                squares[i][j] *= FORGETTING;
            }
            products[i] *= FORGETTING;
        }
        if (Double.isNaN(value)) {
            deviations[slot(minute)] = Double.NaN;
            return;
        }
        double[] terms = terms(minute);
        for (int i = 0; i < TERMS; i++) {
            for (int j = 0; j < TERMS; j++) {
                squares[i][j] += WEIGHT * terms[i] * terms[j];
            }
            products[i] += WEIGHT * terms[i] * value;
        }
        solve();
        seen++;
        double now = value / usual(minute) - 1;
        for (int i = 0; i < horizons.length; i++) {
            learn(left[i], slot(minute - horizons[i]), now);
        }
        deviation += Math.max(NEWEST, 1 / seen) * (now - deviation);
        double before = deviations[slot(minute - CHANGE_OVER)];
        change = Double.isNaN(before) ? 0 : deviation - before;
        deviations[slot(minute)] = deviation;
        changes[slot(minute)] = change;
    }

    private void learn(double[] sums, int then, double now) {
        double r = deviations[then];
        if (Double.isNaN(r)) {
            return;
        }
        double d = changes[then];
        double[] more = {r * r, r * d, d * d, r * now, d * now};
        for (int i = 0; i < sums.length; i++) {
            sums[i] = memory * sums[i] + more[i];
        }
    }

    /** The value that is expected some minutes after the last, by the number of the horizon; NaN: nothing was seen yet. */
    double forecast(long lastMinute, int horizon) {
        if (seen == 0) {
            return Double.NaN;
        }
        double[] sums = left[horizon];
        double rr = sums[0] + FIRST_COUNTS;
        double rd = sums[1];
        double dd = sums[2] + FIRST_CHANGE_COUNTS;
        double ry = sums[3] + FIRST_COUNTS * Math.pow(FIRST_LEFT, horizons[horizon]);
        double dy = sums[4];
        double determinant = rr * dd - rd * rd;
        double ofDeviation = (ry * dd - dy * rd) / determinant;
        double ofChange = (rr * dy - rd * ry) / determinant;
        return usual(lastMinute + horizons[horizon]) * (1 + ofDeviation * deviation + ofChange * change);
    }

    /** The usual value of a minute in the mean of a day, by which errors of different hours can be compared; 1: nothing was seen yet. */
    double share(long minute) {
        return seen == 0 || usual[0] <= 0 ? 1 : usual(minute) / usual[0];
    }

    private double usual(long minute) {
        double[] terms = terms(minute);
        double sum = 0;
        for (int i = 0; i < TERMS; i++) {
            sum += usual[i] * terms[i];
        }
        return Math.max(sum, Math.max(LEAST * usual[0], NOTHING));
    }

    private static double[] terms(long minute) {
        double[] terms = new double[TERMS];
        terms[0] = 1;
        double angle = 2 * Math.PI * Math.floorMod(minute, (long) DAY) / DAY;
        for (int k = 1; k <= HARMONICS; k++) {
            terms[2 * k - 1] = Math.cos(k * angle);
            terms[2 * k] = Math.sin(k * angle);
        }
        return terms;
    }

    /** By Cholesky: the matrix is symmetric and, with its ridge, positive definite as soon as a minute was seen. */
    private void solve() {
        double[][] lower = new double[TERMS][TERMS];
        double[] y = new double[TERMS];
        for (int i = 0; i < TERMS; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = squares[i][j] + (i == j && i > 0 ? RIDGE : 0);
                for (int k = 0; k < j; k++) {
                    sum -= lower[i][k] * lower[j][k];
                }
                lower[i][j] = i == j ? Math.sqrt(sum) : sum / lower[j][j];
            }
            y[i] = products[i];
            for (int k = 0; k < i; k++) {
                y[i] -= lower[i][k] * y[k];
            }
            y[i] /= lower[i][i];
        }
        for (int i = TERMS - 1; i >= 0; i--) {
            double sum = y[i];
            for (int k = i + 1; k < TERMS; k++) {
                sum -= lower[k][i] * usual[k];
            }
            usual[i] = sum / lower[i][i];
        }
    }

    private int slot(long minute) {
        return (int) Math.floorMod(minute, (long) deviations.length);
    }

    void write(DataOutput out) throws IOException {
        out.writeDouble(seen);
        out.writeDouble(deviation);
        out.writeDouble(change);
        for (double[] row : new double[][] {products, usual, deviations, changes}) {
            writeAll(out, row);
        }
        for (double[] row : squares) {
            writeAll(out, row);
        }
        for (double[] row : left) {
            writeAll(out, row);
        }
    }

    void read(DataInput in) throws IOException {
        seen = in.readDouble();
        deviation = in.readDouble();
        change = in.readDouble();
        for (double[] row : new double[][] {products, usual, deviations, changes}) {
            readAll(in, row);
        }
        for (double[] row : squares) {
            readAll(in, row);
        }
        for (double[] row : left) {
            readAll(in, row);
        }
    }

    private static void writeAll(DataOutput out, double[] values) throws IOException {
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    private static void readAll(DataInput in, double[] values) throws IOException {
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
        }
    }
}
