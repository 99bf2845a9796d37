package io.fairlead.model.map;

import java.util.Arrays;

/** Which groups serve which rows of a {@link Demand}. What a row asks for may be parted among several. */
public final class Plan {

    /** Of each row, its first part; one more at the end. */
    private final int[] firstPart;

    private final int[] group;
    private final double[] bitsPerSecond;
    private final double[] priceMs;
    private final double[] loadBitsPerSecond;
    private final double capacityFactor;
    private final double boundMs;

    Plan(
            int[] firstPart,
            int[] group,
            double[] bitsPerSecond,
            double[] priceMs,
            double[] loadBitsPerSecond,
            double capacityFactor,
            double boundMs) {
        this.firstPart = firstPart;
        this.group = group;
        this.bitsPerSecond = bitsPerSecond;
        this.priceMs = priceMs;
        this.loadBitsPerSecond = loadBitsPerSecond;
        this.capacityFactor = capacityFactor;
        this.boundMs = boundMs;
    }

    /** Of each group: what it costs on top to be served by it, so that no group is over its capacity, ms. */
    public double[] pricesMs() {
        return priceMs.clone();
    }

    /** Of each group: what it is to serve, bit/s. */
    public double[] loadsBitsPerSecond() {
        return loadBitsPerSecond.clone();
    }

    /** By which all capacities were taken for larger, since the demand is over their sum; 1: they suffice. */
    public double capacityFactor() {
        return capacityFactor;
    }

    /** No plan, with parts as small as one likes, has a mean cost under this one, ms. */
    public double boundMs() {
        return boundMs;
    }

    /** Group that gets most of a row; of equals, the first in order. */
    public int mainGroup(int row) {
        int first = firstPart[row];
        if (firstPart[row + 1] - first == 1) {
            return group[first];
        }
        double[] sums = new double[loadBitsPerSecond.length];
        int best = group[first];
        for (int part = first; part < firstPart[row + 1]; part++) {
            sums[group[part]] += bitsPerSecond[part];
        }
        for (int each = 0; each < sums.length; each++) {
            best = sums[each] > sums[best] || (sums[each] == sums[best] && each < best) ? each : best;
        }
        return best;
    }

    /** Share of a row that a group gets. */
    public double share(int row, int ofGroup) {
        double all = 0;
        double its = 0;
        for (int part = firstPart[row]; part < firstPart[row + 1]; part++) {
            all += bitsPerSecond[part];
            its += group[part] == ofGroup ? bitsPerSecond[part] : 0;
        }
        return all == 0 ? (mainGroup(row) == ofGroup ? 1 : 0) : its / all;
    }

    /** Mean cost of all demand, ms, without prices. */
    public double meanCostMs(Demand demand) {
        double sum = 0;
        for (int row = 0; row < demand.rows(); row++) {
            for (int part = firstPart[row]; part < firstPart[row + 1]; part++) {
                if (bitsPerSecond[part] > 0) {
                    sum += bitsPerSecond[part] * demand.costMs(row, group[part]);
                }
            }
        }
        double total = Arrays.stream(loadBitsPerSecond).sum();
        return total == 0 ? 0 : sum / total;
    }
}
