package io.fairlead.model.survival;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Life table of a group's sessions: time at risk and ends, by age. Sessions that are first seen at some age (left truncation) and those that
 * still run, or that ended for no fault of theirs (right censoring), count for the ages at which they were watched. Integer sums:
 * the same whatever the order, and tables of parts add up to that of the whole.
 *
 * <p>Ages are parted at 10 s · 1.5^j, up to 169 days: the Kaplan–Meier product over these parts. Plain mutable state for one owner. 450 bytes.
 */
public class LifeTable {

    /** Parts of age. */
    public static final int PARTS = 36;

    private static final double FIRST_MS = 10_000;
    private static final double FACTOR = 1.5;
    private static final double[] BEGINS_MS = begins();

    /** Sessions that ended at an age within the part. */
    public int[] ends = new int[PARTS];

    /** Time that sessions were watched within the part, ms. */
    public long[] atRiskMs = new long[PARTS];

    private static double[] begins() {
        double[] begins = new double[PARTS + 1];
        for (int i = 1; i < PARTS; i++) {
            begins[i] = Math.rint(FIRST_MS * Math.pow(FACTOR, i - 1));
        }
        begins[PARTS] = Double.POSITIVE_INFINITY;
        return begins;
    }

    /** Age at which a part begins, ms; that of {@link #PARTS} is infinite. */
    public static double beginMs(int part) {
        return BEGINS_MS[part];
    }

    /** The part that an age is in. */
    public static int partOf(double ageMs) {
        int at = Arrays.binarySearch(BEGINS_MS, Math.max(0, ageMs));
        return at >= 0 ? Math.min(at, PARTS - 1) : -at - 2;
    }

    /**
     * A session was watched from one age to another.
     *
     * @param ended it ended then, unannounced; else it went on, or was seen no more
     */
    public void watched(long fromAgeMs, long toAgeMs, boolean ended) {
        long from = Math.max(0, fromAgeMs);
        if (toAgeMs < from) {
            return;
        }
        int last = partOf((double) toAgeMs);
        for (int part = partOf((double) from); part <= last; part++) {
            long begin = Math.max(from, Math.round(beginMs(part)));
            long end = Math.min(toAgeMs, Math.round(beginMs(part + 1)));
            atRiskMs[part] += end - begin;
        }
        if (ended) {
            ends[last]++;
        }
    }

    /** Adds what another table has seen. */
    public void add(LifeTable other) {
        for (int i = 0; i < PARTS; i++) {
            ends[i] += other.ends[i];
            atRiskMs[i] += other.atRiskMs[i];
        }
    }

    /** What was seen so far counts half from now on. Counts stay whole, and their sum is half of what it was, rounded down. */
    public void halve() {
        int before = 0;
        int after = 0;
        for (int i = 0; i < PARTS; i++) {
            before += ends[i];
            ends[i] = before / 2 - after;
            after += ends[i];
            atRiskMs[i] /= 2;
        }
    }

    /** Ends at any age. */
    public long ends() {
        long sum = 0;
        for (int n : ends) {
            sum += n;
        }
        return sum;
    }

    /** Time at risk at any age, ms. */
    public long atRiskMs() {
        long sum = 0;
        for (long ms : atRiskMs) {
            sum += ms;
        }
        return sum;
    }

    /** Writes it down, for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        for (int i = 0; i < PARTS; i++) {
            out.writeInt(ends[i]);
            out.writeLong(atRiskMs[i]);
        }
    }

    /** What {@link #write} wrote. */
    public static LifeTable read(DataInput in) throws IOException {
        LifeTable table = new LifeTable();
        for (int i = 0; i < PARTS; i++) {
            table.ends[i] = in.readInt();
            table.atRiskMs[i] = in.readLong();
        }
        return table;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LifeTable that
                && Arrays.equals(ends, that.ends)
                && Arrays.equals(atRiskMs, that.atRiskMs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ends) * 31 + Arrays.hashCode(atRiskMs);
    }
}
