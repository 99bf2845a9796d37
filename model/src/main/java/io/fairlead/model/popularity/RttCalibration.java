package io.fairlead.model.popularity;

import io.fairlead.model.quality.Estimate;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a popularity is worth in milliseconds, learnt from resolvers of which both a preference and a round trip are known.
 *
 * <p>Pairs are gathered by −ln p in bins; a bin's round trip is its median, by a histogram of parts 15 % wide; medians are made to rise with
 * −ln p by pooling neighbours that don't (isotonic regression). No shape is assumed: resolvers select by very different rules. Old
 * pairs fade as counts are halved. Plain mutable state for one owner, 12 KiB.
 */
public final class RttCalibration {

    private static final int BINS = 24;
    private static final double BIN_WIDTH = 0.25;
    private static final int PARTS = 60;
    private static final double FIRST_MS = 0.5;
    private static final double FACTOR = 1.15;
    private static final double MIN_PAIRS = 30;

    private final double[][] pairs = new double[BINS][PARTS];

    /** A resolver's popularity with a name server and the round trip between them, ms. */
    public void add(double popularity, double rttMs) {
        if (!(popularity > 0 && popularity <= 1)) {
            throw new IllegalArgumentException("a popularity lies in (0, 1], but is " + popularity);
        }
        if (!(rttMs >= 0) || Double.isInfinite(rttMs)) {
            throw new IllegalArgumentException("a round trip is a number of ms from 0 on, but is " + rttMs);
        }
        pairs[binOf(popularity)][partOf(rttMs)]++;
    }

    private static int binOf(double popularity) {
        return (int) Math.min(BINS - 1, -Math.log(popularity) / BIN_WIDTH);
    }

    private static int partOf(double rttMs) {
        return rttMs <= FIRST_MS ? 0 : (int) Math.min(PARTS - 1, 1 + Math.log(rttMs / FIRST_MS) / Math.log(FACTOR));
    }

    /** Makes what was learnt so far count less. */
    public void fade(double left) {
        for (double[] bin : pairs) {
            for (int i = 0; i < bin.length; i++) {
                bin[i] *= left;
            }
        }
    }

    /** The round trip that a popularity stands for, ms, with quartiles as bounds; empty: fewer than 30 pairs are known. */
    public Optional<Estimate> rttMs(double popularity) {
        double[] weights = new double[BINS];
        double total = 0;
        for (int i = 0; i < BINS; i++) {
            weights[i] = Arrays.stream(pairs[i]).sum();
            total += weights[i];
        }
        if (total < MIN_PAIRS) {
            return Optional.empty();
        }
        double[] pooled = pooled(weights)[binOf(popularity)];
        double weight = Arrays.stream(pooled).sum();
        return Optional.of(
                Estimate.around(quantile(pooled, 0.5), quantile(pooled, 0.25), quantile(pooled, 0.75), weight));
    }

    /** Histogram that each bin belongs to after neighbours whose medians fall were put together; an empty bin is its neighbour's. */
    private double[][] pooled(double[] weights) {
        double[][] blocks = new double[BINS][];
        int[] ends = new int[BINS];
        int count = 0;
        for (int i = 0; i < BINS; i++) {
            if (weights[i] == 0) {
                if (count > 0) {
                    ends[count - 1] = i;
                }
                continue;
            }
            blocks[count] = pairs[i].clone();
            ends[count] = i;
            count++;
            while (count > 1 && quantile(blocks[count - 1], 0.5) < quantile(blocks[count - 2], 0.5)) {
                for (int part = 0; part < PARTS; part++) {
                    blocks[count - 2][part] += blocks[count - 1][part];
                }
                ends[count - 2] = ends[count - 1];
                count--;
            }
        }
        double[][] ofBins = new double[BINS][];
        for (int i = 0, block = 0; i < BINS; i++) {
            while (block < count - 1 && i > ends[block]) {
                block++;
            }
            ofBins[i] = blocks[block];
        }
        return ofBins;
    }

    private static double quantile(double[] histogram, double q) {
        double rank = q * Arrays.stream(histogram).sum();
        double before = 0;
        for (int i = 0; i < histogram.length; i++) {
            if (histogram[i] > 0 && before + histogram[i] >= rank) {
                double into = (rank - before) / histogram[i];
                return FIRST_MS * (i == 0 ? into : Math.pow(FACTOR, i - 1 + into));
            }
            before += histogram[i];
        }
        return FIRST_MS * Math.pow(FACTOR, histogram.length - 1);
    }

    /** Writes it down for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        for (double[] bin : pairs) {
            for (double weight : bin) {
                out.writeFloat((float) weight);
            }
        }
    }

    /** What was written down. */
    public static RttCalibration read(DataInput in) throws IOException {
        RttCalibration read = new RttCalibration();
        for (double[] bin : read.pairs) {
            for (int i = 0; i < bin.length; i++) {
                bin[i] = in.readFloat();
            }
        }
        return read;
    }
}
