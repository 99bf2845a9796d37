package io.fairlead.model.quality;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Attributed outcomes of one exit with one class of targets (or of a group of exits): successes, failures and blocks in
 * quarter hours of event time, four hours of them. Integer counts, so that order does not matter; decay is applied when
 * read.
 *
 * <p>Plain mutable state for one owner. 230 bytes.
 */
public class OutcomeCounts {

    /** Width of a bucket, ms. */
    public static final long BUCKET_MS = 900_000;

    /** Buckets kept: four hours. */
    public static final int BUCKETS = 16;

    private static final int SUCCESS = 0;
    private static final int FAILURE = BUCKETS;
    private static final int BLOCK = 2 * BUCKETS;

    /** Newest bucket: event time / {@link #BUCKET_MS}; 0: nothing yet. */
    public long head;

    /** Successes by bucket, then failures, then blocks. */
    public int[] counts = new int[3 * BUCKETS];

    /** The exit carried a request through. */
    public void succeeded(long atMs) {
        add(SUCCESS, atMs, 1);
    }

    /** The exit was at fault. */
    public void failed(long atMs) {
        add(FAILURE, atMs, 1);
    }

    /** The target answered, but with a block. The exit did its part: told beside a success, not in place of it. */
    public void blocked(long atMs) {
        add(BLOCK, atMs, 1);
    }

    /** Adds many at once, such as a group's. */
    public void add(long atMs, int successes, int failures, int blocks) {
        add(SUCCESS, atMs, successes);
        add(FAILURE, atMs, failures);
        add(BLOCK, atMs, blocks);
    }

    /** Decayed successes. */
    public double successes(long nowMs, double halfLifeMs) {
        return decayed(SUCCESS, nowMs, halfLifeMs);
    }

    /** Decayed failures. */
    public double failures(long nowMs, double halfLifeMs) {
        return decayed(FAILURE, nowMs, halfLifeMs);
    }

    /** Decayed blocks. */
    public double blocks(long nowMs, double halfLifeMs) {
        return decayed(BLOCK, nowMs, halfLifeMs);
    }

    /** Share of blocks in what targets answered, 0 to 1, drawn to 0 by one pseudo-observation. */
    public double blockRate(long nowMs, double halfLifeMs) {
        double blocks = blocks(nowMs, halfLifeMs);
        return Math.min(1, blocks / (successes(nowMs, halfLifeMs) + 1));
    }

    /** The same share with 5 % and 95 % bounds. The weight is the decayed number of answers. */
    public Estimate blockEstimate(long nowMs, double halfLifeMs) {
        double answers = successes(nowMs, halfLifeMs);
        double blocks = Math.min(blocks(nowMs, halfLifeMs), answers);
        BetaDistribution share = BetaDistribution.of(blocks + 0.5, answers - blocks + 0.5);
        return Estimate.around(
                blockRate(nowMs, halfLifeMs),
                share.inverseCumulativeProbability(0.05),
                share.inverseCumulativeProbability(0.95),
                answers);
    }

    /** Successes in the whole buckets touched by the last {@code spanMs}: never less than were in it. */
    public long recentSuccesses(long nowMs, long spanMs) {
        long sum = 0;
        for (long b = Math.max((nowMs - spanMs) / BUCKET_MS, head - BUCKETS + 1); b <= head; b++) {
            sum += counts[SUCCESS + Ring.place(b, BUCKETS)];
        }
        return sum;
    }

    private void add(int kind, long atMs, int n) {
        long bucket = atMs / BUCKET_MS;
        if (bucket > head) {
            long from = Math.max(head + 1, bucket - BUCKETS + 1);
            for (long b = from; b <= bucket; b++) {
                int place = Ring.place(b, BUCKETS);
                counts[SUCCESS + place] = 0;
                counts[FAILURE + place] = 0;
                counts[BLOCK + place] = 0;
            }
            head = bucket;
        }
        if (Ring.holds(head, bucket, BUCKETS)) {
            counts[kind + Ring.place(bucket, BUCKETS)] += n;
        }
    }

    private double decayed(int kind, long nowMs, double halfLifeMs) {
        if (head == 0) {
            return 0;
        }
        // A bucket is as old as its middle. Each step back in time weighs the same factor less: one power, then
        // products.
        double step = Math.exp(-Math.log(2) * BUCKET_MS / halfLifeMs);
        double ageMs = nowMs - (head * BUCKET_MS + BUCKET_MS / 2.0);
        double weight = Math.exp(-Math.log(2) * ageMs / halfLifeMs);
        double sum = 0;
        for (int back = 0; back < BUCKETS; back++) {
            int count = counts[kind + Ring.place(head - back, BUCKETS)];
            if (count != 0) {
                sum += count * Math.min(1, weight);
            }
            weight *= step;
        }
        return sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OutcomeCounts that && head == that.head && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(head) * 31 + Arrays.hashCode(counts);
    }
}
