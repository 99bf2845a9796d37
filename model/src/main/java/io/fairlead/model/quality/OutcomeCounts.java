package io.fairlead.model.quality;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Attributed outcomes of one exit with one class of targets (or of a group of exits): successes, failures and blocks in
 * quarter hours of event time, four hours of them. Integer counts, so that order does not matter; decay is applied when
 * read.
 *
 * <p>Blocks come and go within minutes: beside the quarter hours, answers and blocks of the last {@value #RECENT_SLOTS} slots of
 * {@value #RECENT_SLOT_MS} ms are kept.
 *
 * <p>Plain mutable state for one owner. 300 bytes.
 */
public class OutcomeCounts {

    /** Width of a bucket, ms. */
    public static final long BUCKET_MS = 900_000;

    /** Buckets kept: four hours. */
    public static final int BUCKETS = 16;

    /** Width of a recent slot, ms. */
    public static final long RECENT_SLOT_MS = 4_000;

    /** Recent slots: about a minute. */
    public static final int RECENT_SLOTS = 16;

    /** Answers without a block by which a recent share is drawn to 0. */
    private static final double RECENT_PRIOR = 3;

    private static final int SUCCESS = 0;
    private static final int FAILURE = BUCKETS;
    private static final int BLOCK = 2 * BUCKETS;

    /** Newest bucket: event time / {@link #BUCKET_MS}; 0: nothing yet. */
    public long head;

    /** Successes by bucket, then failures, then blocks. */
    public int[] counts = new int[3 * BUCKETS];

    /** Newest recent slot: event time / {@link #RECENT_SLOT_MS}; 0: nothing yet. */
    public long recentHead;

    /** Answers by recent slot, then blocks. Empty in states that were kept before there were such slots. */
    public int[] recent = new int[2 * RECENT_SLOTS];

    /** The exit carried a request through. */
    public void succeeded(long atMs) {
        add(SUCCESS, atMs, 1);
        addRecent(0, atMs);
    }

    /** The exit was at fault. */
    public void failed(long atMs) {
        add(FAILURE, atMs, 1);
    }

    /** The target answered, but with a block. The exit did its part: told beside a success, not in place of it. */
    public void blocked(long atMs) {
        add(BLOCK, atMs, 1);
        addRecent(RECENT_SLOTS, atMs);
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

    /** Share of blocks in what targets answered, 0 to 1, of late or at all, whichever is more; drawn to 0 by pseudo-observations. */
    public double blockRate(long nowMs, double halfLifeMs) {
        double blocks = blocks(nowMs, halfLifeMs);
        return Math.max(recentBlockRate(nowMs), Math.min(1, blocks / (successes(nowMs, halfLifeMs) + 1)));
    }

    /** Of all spans that end with the newest slot, the one with the greatest share: a block begins suddenly, whatever went before. */
    private double recentBlockRate(long nowMs) {
        long now = nowMs / RECENT_SLOT_MS;
        int answers = 0;
        int blocks = 0;
        double most = 0;
        long oldest = Math.max(now - RECENT_SLOTS, recentHead - RECENT_SLOTS) + 1;
        for (long slot = recentHead; recent.length > 0 && slot >= oldest; slot--) {
            answers += recent[Ring.place(slot, RECENT_SLOTS)];
            blocks += recent[RECENT_SLOTS + Ring.place(slot, RECENT_SLOTS)];
            most = Math.max(most, Math.min(1, blocks / (answers + RECENT_PRIOR)));
        }
        return most;
    }

    private void addRecent(int kind, long atMs) {
        if (recent.length == 0) {
            recent = new int[2 * RECENT_SLOTS];
        }
        long slot = atMs / RECENT_SLOT_MS;
        for (long each = Math.max(recentHead + 1, slot - RECENT_SLOTS + 1); each <= slot; each++) {
            recent[Ring.place(each, RECENT_SLOTS)] = 0;
            recent[RECENT_SLOTS + Ring.place(each, RECENT_SLOTS)] = 0;
        }
        recentHead = Math.max(recentHead, slot);
        if (Ring.holds(recentHead, slot, RECENT_SLOTS)) {
            recent[kind + Ring.place(slot, RECENT_SLOTS)]++;
        }
    }

    /** Share of blocks at all with 5 % and 95 % bounds. The weight is the decayed number of answers. */
    public Estimate blockEstimate(long nowMs, double halfLifeMs) {
        double answers = successes(nowMs, halfLifeMs);
        double blocks = Math.min(blocks(nowMs, halfLifeMs), answers);
        BetaDistribution share = BetaDistribution.of(blocks + 0.5, answers - blocks + 0.5);
        return Estimate.around(
                blocks / (answers + 1),
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
        return other instanceof OutcomeCounts that
                && head == that.head
                && recentHead == that.recentHead
                && Arrays.equals(counts, that.counts)
                && Arrays.equals(recent, that.recent);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(head) * 31 + Arrays.hashCode(counts);
    }
}
