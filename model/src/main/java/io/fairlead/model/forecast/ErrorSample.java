package io.fairlead.model.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The last errors of a forecaster at one horizon, and the interval that they make around its next point (split conformal prediction: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005). One error is kept of each
 * fifth of the horizon, because those between are nearly the same; where few are independent the interval is wider. Plain mutable state for one owner; 1 KB.
 */
final class ErrorSample {

    private static final int KEPT = 288;

    /** Of independent errors, about one comes each horizon; errors kept in that time. */
    private static final int A_HORIZON = 5;

    /** How much wider the interval's share is taken, over the number of independent errors: 1 is for sure, 0 is right in the mean of very many. */
    private static final double FEW = 0.25;

    private final int every;
    private final float[] ring = new float[KEPT];
    private int next;
    private int count;
    private final float[] sorted = new float[KEPT];
    private boolean isSorted;

    /** @param horizon minutes ahead */
    ErrorSample(int horizon) {
        every = Math.max(1, horizon / A_HORIZON);
    }

    /** What a forecast for a minute missed, in any unit that makes errors of different minutes comparable. */
    void add(long minute, double error) {
        if (Math.floorMod(minute, (long) every) != 0) {
            return;
        }
        ring[next] = (float) error;
        next = (next + 1) % KEPT;
        count = Math.min(KEPT, count + 1);
        isSorted = false;
    }

    /** Errors kept. */
    int count() {
        return count;
    }

    /**
     * Quantiles around a point; there must be an error.
     *
     * @param unit of errors, in that of the point
     */
    Quantiles around(double point, double unit) {
        double independent = Math.max(1, (double) count / A_HORIZON);
        double tail = Math.max(0, 1 - Quantiles.HIGH * (1 + FEW / independent));
        return Quantiles.ordered(
                point + unit * quantile(tail), point + unit * quantile(0.5), point + unit * quantile(1 - tail));
    }

    private double quantile(double share) {
        if (!isSorted) {
            System.arraycopy(ring, 0, sorted, 0, count);
            Arrays.sort(sorted, 0, count);
            isSorted = true;
        }
        double rank = share * (count - 1);
        int under = (int) Math.floor(rank);
        int over = Math.min(count - 1, under + 1);
        return sorted[under] + (rank - under) * (sorted[over] - sorted[under]);
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.writeFloat(ring[Math.floorMod(next - count + i, KEPT)]);
        }
    }

    void read(DataInput in) throws IOException {
        count = in.readInt();
        for (int i = 0; i < count; i++) {
            ring[i] = in.readFloat();
        }
        next = count % KEPT;
        isSorted = false;
    }
}
