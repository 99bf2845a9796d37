package io.fairlead.model.quality;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Quantiles of times between 1 ms and an hour, true to {@value #ACCURACY} of their value: counts in buckets whose bounds grow by a
 * constant factor (DDSketch: Masson, Rim, Lee, VLDB 2019). Integer sums: the same whatever the order, and sketches of parts add up to
 * that of the whole.
 *
 * <p>Plain mutable state for one owner. 3 KB, whatever goes in.
 */
public class QuantileSketch {

    /** Greatest error of a quantile, share of its value. */
    public static final double ACCURACY = 0.02;

    private static final double MOST_MS = 3_600_000;
    private static final double LOG_FACTOR = Math.log((1 + ACCURACY) / (1 - ACCURACY));

    /** Buckets: the first holds all up to 1 ms. */
    public static final int BUCKETS = 1 + (int) Math.ceil(Math.log(MOST_MS) / LOG_FACTOR);

    private static final double NORMAL_95 = 1.645;

    /** Times in each bucket. */
    public long[] counts = new long[BUCKETS];

    /** Takes in a time. Under 1 ms counts as 1 ms, over an hour as an hour; what is no time (failed, missing) is left out. */
    public void add(double ms) {
        if (ms >= 0 && ms < Double.POSITIVE_INFINITY) {
            counts[bucket(ms)]++;
        }
    }

    /** Adds what another has seen. */
    public void add(QuantileSketch other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
    }

    /** Writes it down, for {@link #read}: what is not empty. */
    public void write(DataOutput out) throws IOException {
        out.writeInt((int) Arrays.stream(counts).filter(n -> n > 0).count());
        for (int i = 0; i < BUCKETS; i++) {
            if (counts[i] > 0) {
                out.writeInt(i);
                out.writeLong(counts[i]);
            }
        }
    }

    /** What {@link #write} wrote. */
    public static QuantileSketch read(DataInput in) throws IOException {
        QuantileSketch sketch = new QuantileSketch();
        for (int left = in.readInt(); left > 0; left--) {
            int bucket = in.readInt();
            sketch.counts[bucket] = in.readLong();
        }
        return sketch;
    }

    /** Times taken in. */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /**
     * A quantile, with bounds for both the sketch and the sample.
     *
     * @param quantile 0 to 1
     * @return ms; {@link SpeedTerm#MISSING} with weight 0: nothing was taken in
     */
    public Estimate quantileMs(double quantile) {
        long n = count();
        if (n == 0) {
            return new Estimate(SpeedTerm.MISSING, SpeedTerm.MISSING, SpeedTerm.MISSING, 0);
        }
        double spread = NORMAL_95 * Math.sqrt(quantile * (1 - quantile) / n);
        return Estimate.around(
                at(quantile, n),
                at(Math.max(0, quantile - spread), n) * (1 - ACCURACY),
                at(Math.min(1, quantile + spread), n) * (1 + ACCURACY),
                (double) n);
    }

    private double at(double quantile, long n) {
        long rank = Math.min(n - 1, (long) Math.floor(quantile * (n - 1)));
        long below = 0;
        for (int i = 0; i < BUCKETS; i++) {
            below += counts[i];
            if (below > rank) {
                return valueMs(i);
            }
        }
        throw new IllegalStateException("rank " + rank + " of " + n + " is in no bucket");
    }

    private static int bucket(double ms) {
        double bounded = Math.min(MOST_MS, Math.max(SpeedTerm.MIN_MS, ms));
        return Math.min(BUCKETS - 1, (int) Math.ceil(Math.log(bounded) / LOG_FACTOR));
    }

    /** The value that is right by the accuracy for all that a bucket holds. */
    private static double valueMs(int bucket) {
        return bucket == 0 ? SpeedTerm.MIN_MS : Math.exp(bucket * LOG_FACTOR) * (1 - ACCURACY);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QuantileSketch that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }
}
