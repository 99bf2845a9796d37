package io.fairlead.model.quality;

import java.util.Arrays;

/**
 * Median of the newest measurements of a time, older ones weighing less. Keeps the newest {@value #SLOTS} slots of
 * {@value #SLOT_MS} ms that had any measurement; within a slot only integer sums, so that the order of arrival does not
 * matter. Under dense traffic the memory is thus {@code SLOTS · SLOT_MS} = 40 s, and a change shows after half of it;
 * with a benchmark every ten minutes it is 80 min. A failure is a measurement of infinite time.
 *
 * <p>Plain mutable state for one owner. 112 bytes.
 */
public class DecayedMedian {
    /*
     * One slot is three ints: index of its time (event time / SLOT_MS), sum of the measured times as log2(ms) in
     * 1/256 steps (the geometric mean of a slot is robust against single stragglers, and its integer sum commutes), and
     * packed counts: successes in the low 16 bits, failures in the high 16. Slots stand in rising time; a slot index of
     * 0 is free (it would be 1970).
     *
     * "The newest k slots" is a function of the set of measurements, whatever their order: a slot dropped once is older
     * than k others, and stays so.
     */

    /** Slots kept. */
    public static final int SLOTS = 8;

    /** Width of a slot, ms. */
    public static final long SLOT_MS = 5_000;

    private static final int FIELDS = 3;
    private static final int STEPS = 256;
    private static final double LOG2_E = 1 / Math.log(2);
    private static final int MAX_COUNT = 0x7fff;

    /** Slots in rising time, three ints each: time index, sum of log2(ms)·256, counts. */
    public int[] slots = new int[SLOTS * FIELDS];

    /** A measurement was made. Times under 1 ms count as 1 ms, over an hour as an hour. */
    public void measured(long atMs, double ms) {
        int log = (int) Math.round(Math.log(Math.min(3_600_000, Math.max(SpeedTerm.MIN_MS, ms))) * LOG2_E * STEPS);
        int at = slotOf(atMs);
        if (at >= 0 && (slots[at + 2] & 0xffff) < MAX_COUNT) {
            slots[at + 1] += log;
            slots[at + 2]++;
        }
    }

    /** A measurement failed or timed out. */
    public void failed(long atMs) {
        int at = slotOf(atMs);
        if (at >= 0 && (slots[at + 2] >>> 16) < MAX_COUNT) {
            slots[at + 2] += 1 << 16;
        }
    }

    /** Whether nothing was ever measured. */
    public boolean isEmpty() {
        return slots[(SLOTS - 1) * FIELDS] == 0;
    }

    /** Start of the newest slot, ms since the Unix epoch; 0: nothing measured. */
    public long newestMs() {
        return slots[(SLOTS - 1) * FIELDS] * SLOT_MS;
    }

    /**
     * The decayed median.
     *
     * @param nowMs event time to decay to
     * @param halfLifeMs after which a measurement weighs half
     * @return ms; infinite: failures prevail; {@link SpeedTerm#MISSING}: never measured
     */
    public double medianMs(long nowMs, double halfLifeMs) {
        return quantileMs(0.5, nowMs, halfLifeMs);
    }

    /**
     * The median with the decayed quartiles as bounds. The weight is the decayed number of slots.
     *
     * @return missing: mean {@link SpeedTerm#MISSING} and weight 0
     */
    public Estimate estimateMs(long nowMs, double halfLifeMs) {
        double weight = weight(nowMs, halfLifeMs);
        double median = medianMs(nowMs, halfLifeMs);
        return Estimate.around(
                median, quantileMs(0.25, nowMs, halfLifeMs), quantileMs(0.75, nowMs, halfLifeMs), weight);
    }

    /** Decayed number of slots that it stands on. */
    public double weight(long nowMs, double halfLifeMs) {
        double weight = 0;
        for (int i = 0; i < SLOTS; i++) {
            weight += slotWeight(i, nowMs, halfLifeMs);
        }
        return weight;
    }

    double quantileMs(double quantile, long nowMs, double halfLifeMs) {
        if (isEmpty()) {
            return SpeedTerm.MISSING;
        }
        double total = 0;
        double failing = 0;
        for (int i = 0; i < SLOTS; i++) {
            double weight = slotWeight(i, nowMs, halfLifeMs);
            total += weight;
            failing += weight * failureShare(i);
        }
        double wanted = quantile * total;
        if (total - failing < wanted || total == failing) {
            return Double.POSITIVE_INFINITY;
        }
        // Selection by passes over eight slots: no allocation, no sorting. Ties are one level.
        double below = 0;
        int level = Integer.MIN_VALUE;
        while (true) {
            int next = Integer.MAX_VALUE;
            double atNext = 0;
            for (int i = 0; i < SLOTS; i++) {
                int value = meanLog(i);
                if (value > level && value <= next) {
                    double weight = slotWeight(i, nowMs, halfLifeMs) * (1 - failureShare(i));
                    atNext = value < next ? weight : atNext + weight;
                    next = value;
                }
            }
            if (next == Integer.MAX_VALUE) {
                return toMs(level);
            }
            below += atNext;
            if (below >= wanted * (1 - 1e-12)) {
                return toMs(next);
            }
            level = next;
        }
    }

    private static double toMs(int log) {
        return Math.pow(2, (double) log / STEPS);
    }

    /** Mean of log2(ms)·256 in a slot; the maximum: nothing succeeded there. */
    private int meanLog(int slot) {
        int successes = slots[slot * FIELDS + 2] & 0xffff;
        return successes == 0 ? Integer.MAX_VALUE : Math.round((float) slots[slot * FIELDS + 1] / successes);
    }

    private double failureShare(int slot) {
        int counts = slots[slot * FIELDS + 2];
        int failures = counts >>> 16;
        return failures == 0 ? 0 : (double) failures / (failures + (counts & 0xffff));
    }

    private double slotWeight(int slot, long nowMs, double halfLifeMs) {
        int index = slots[slot * FIELDS];
        if (index == 0) {
            return 0;
        }
        double ageMs = Math.max(0, nowMs - index * SLOT_MS);
        return Math.exp(-Math.log(2) * ageMs / halfLifeMs);
    }

    /** Place of the slot for a time, made if need be; -1: older than all that are kept. */
    private int slotOf(long atMs) {
        int index = (int) Math.max(1, Math.min(Integer.MAX_VALUE, atMs / SLOT_MS));
        int i = SLOTS - 1;
        while (i >= 0 && slots[i * FIELDS] > index) {
            i--;
        }
        if (i < 0) {
            return -1;
        }
        if (slots[i * FIELDS] != index) {
            System.arraycopy(slots, FIELDS, slots, 0, i * FIELDS);
            slots[i * FIELDS] = index;
            slots[i * FIELDS + 1] = 0;
            slots[i * FIELDS + 2] = 0;
        }
        return i * FIELDS;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DecayedMedian that && Arrays.equals(slots, that.slots);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(slots);
    }
}
