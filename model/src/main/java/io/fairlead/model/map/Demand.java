package io.fairlead.model.map;

import java.util.Arrays;

/**
 * Parts of the network with what they ask for, and what it costs each group to serve them: the task that {@link Pricing} solves.
 * Rows are prefixes, columns are groups. The arrays are kept, not copied.
 */
public final class Demand {

    private final double[] bitsPerSecond;
    private final float[] costMs;
    private final int groups;

    /**
     * Takes a task.
     *
     * @param bitsPerSecond of each row, not negative
     * @param costMs of each row with each group, row after row; infinite: barred
     * @param groups columns
     * @throws IllegalArgumentException with a sentence, if they don't fit or are no such numbers
     */
    public Demand(double[] bitsPerSecond, float[] costMs, int groups) {
        if (groups < 1 || costMs.length != (long) bitsPerSecond.length * groups) {
            throw new IllegalArgumentException(
                    "for " + bitsPerSecond.length + " rows and " + groups + " groups there must be "
                            + (long) bitsPerSecond.length * groups + " costs, but there are " + costMs.length);
        }
        for (double bits : bitsPerSecond) {
            if (!(bits >= 0) || Double.isInfinite(bits)) {
                throw new IllegalArgumentException("demand is a number of bit/s from 0 on, but is " + bits);
            }
        }
        for (float cost : costMs) {
            if (Float.isNaN(cost) || cost < 0) {
                throw new IllegalArgumentException("a cost is a number of ms from 0 on, or infinite, but is " + cost);
            }
        }
        this.bitsPerSecond = bitsPerSecond;
        this.costMs = costMs;
        this.groups = groups;
    }

    public int rows() {
        return bitsPerSecond.length;
    }

    public int groups() {
        return groups;
    }

    public double bitsPerSecond(int row) {
        return bitsPerSecond[row];
    }

    public float costMs(int row, int group) {
        return costMs[row * groups + group];
    }

    /** All of it, bit/s. */
    public double totalBitsPerSecond() {
        return Arrays.stream(bitsPerSecond).sum();
    }
}
