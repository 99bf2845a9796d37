package io.fairlead.model.attribution;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * What was seen through one autonomous system, or one edge, in slots of a second of event time: which exits and which targets failed and
 * which were carried. It is at fault while most of its exits fail, and not for one target alone.
 *
 * <p>Both are counted by bits of a hash, as in {@link TargetTally}. Plain mutable state for one owner.
 */
public class CrossTally {

    /** Distinct targets that must have failed. */
    public static final int MIN_FAILING_TARGETS = 2;

    /** Of few exits, the seconds in which one failed, added up over them: a failure of each may be chance. */
    public static final int MIN_FAILING_SECONDS = 4;

    private static final int FIELDS = 5;
    private static final int SHORT = 2;
    private static final int LONG = 5;

    /** Slots in a ring, five longs each: time index, bits of exits that failed and that carried, the same of targets. */
    public long[] slots = new long[TargetTally.SLOTS * FIELDS];

    /** Takes in one try. */
    public void add(Try seen, boolean carried) {
        long index = seen.atMs() / TargetTally.SLOT_MS;
        int at = Math.floorMod(index, TargetTally.SLOTS) * FIELDS;
        if (slots[at] > index) {
            return;
        }
        if (slots[at] < index) {
            Arrays.fill(slots, at, at + FIELDS, 0);
            slots[at] = index;
        }
        slots[at + (carried ? 2 : 1)] |= TargetTally.bit(seen.exitId());
        slots[at + (carried ? 4 : 3)] |= targetBit(seen.target());
    }

    /**
     * Whether it is at fault at that time: by the two slots that end then, or by five where it is seldom tried.
     *
     * @param leastExits exits that must fail
     */
    public boolean atFault(long atMs, int leastExits) {
        long last = atMs / TargetTally.SLOT_MS;
        return atFault(last - SHORT + 1, last, leastExits) || atFault(last - LONG + 1, last, leastExits);
    }

    private boolean atFault(long first, long last, int leastExits) {
        long[] seen = seen(first, last);
        return mostFail(seen[1], seen[2], leastExits)
                && mostFail(seen[3], seen[4], MIN_FAILING_TARGETS)
                && (Long.bitCount(seen[1] & ~seen[2]) >= TargetTally.MIN_FAILING_EXITS
                        || failingSeconds(first, last) >= MIN_FAILING_SECONDS);
    }

    private int failingSeconds(long first, long last) {
        int seconds = 0;
        for (long index = first; index <= last; index++) {
            int at = Math.floorMod(index, TargetTally.SLOTS) * FIELDS;
            seconds += slots[at] == index ? Long.bitCount(slots[at + 1]) : 0;
        }
        return seconds;
    }

    /**
     * Share of all exits but one that failed something, 0–1, from the slot before a time to that of another; a half where no other was
     * seen.
     */
    double othersFailing(String exitId, long fromMs, long untilMs) {
        long[] seen = seen(fromMs / TargetTally.SLOT_MS - 1, untilMs / TargetTally.SLOT_MS);
        long others = ~TargetTally.bit(exitId);
        int all = Long.bitCount((seen[1] | seen[2]) & others);
        return all == 0 ? 0.5 : (double) Long.bitCount(seen[1] & others) / all;
    }

    /** The bits of slots together. */
    private long[] seen(long first, long last) {
        long[] seen = new long[FIELDS];
        for (long index = first; index <= last; index++) {
            int at = Math.floorMod(index, TargetTally.SLOTS) * FIELDS;
            for (int field = 1; slots[at] == index && field < FIELDS; field++) {
                seen[field] |= slots[at + field];
            }
        }
        return seen;
    }

    private static boolean mostFail(long failed, long carried, int least) {
        int failing = Long.bitCount(failed & ~carried);
        return failing >= least && failing >= TargetTally.MIN_FAILING_SHARE * Long.bitCount(failed | carried);
    }

    /** Whether nothing was heard in the last slots before that time. */
    boolean faded(long nowMs) {
        long oldest = nowMs / TargetTally.SLOT_MS - TargetTally.SLOTS;
        for (int at = 0; at < slots.length; at += FIELDS) {
            if (slots[at] > oldest) {
                return false;
            }
        }
        return true;
    }

    void write(DataOutput out) throws IOException {
        for (long each : slots) {
            out.writeLong(each);
        }
    }

    static CrossTally read(DataInput in) throws IOException {
        CrossTally tally = new CrossTally();
        for (int i = 0; i < tally.slots.length; i++) {
            tally.slots[i] = in.readLong();
        }
        return tally;
    }

    private static long targetBit(long target) {
        return 1L << ((target * 0x9E3779B97F4A7C15L) >>> 58);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CrossTally that && Arrays.equals(slots, that.slots);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(slots);
    }
}
