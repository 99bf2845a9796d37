package io.fairlead.model.attribution;

import java.util.Arrays;

/**
 * What all exits saw of one target, in slots of {@value #SLOT_MS} ms of event time. A target is at fault while most exits
 * that tried it failed: then the failures say nothing of the exits.
 *
 * <p>Exits are counted by bits of a hash, so that the order of arrival and doubled records change nothing; the count of
 * distinct exits is a lower bound. Plain mutable state for one owner.
 */
public class TargetTally {

    /** Width of a slot, ms. */
    public static final long SLOT_MS = 1_000;

    /** Slots kept. */
    public static final int SLOTS = 16;

    /** A fault of a target that is seen now covers the failures of this time before, ms. */
    public static final long COVERS_MS = 6_000;

    /** Distinct exits that must have failed. */
    public static final int MIN_FAILING_EXITS = 3;

    /** Share of the exits seen that must have failed. */
    public static final double MIN_FAILING_SHARE = 0.8;

    private static final int FIELDS = 3;
    private static final int SHORT = 2;
    private static final int LONG = 5;

    /** Slots in a ring, three longs each: time index, bits of exits that failed, bits of exits that carried. */
    public long[] slots = new long[SLOTS * FIELDS];

    /**
     * Takes in what was seen within one slot.
     *
     * @param atMs time within the slot, ms since the Unix epoch
     * @param failed one bit for each exit that failed
     * @param carried one bit for each exit that carried a request through
     */
    public void add(long atMs, long failed, long carried) {
        long index = atMs / SLOT_MS;
        int at = Math.floorMod(index, SLOTS) * FIELDS;
        if (slots[at] > index) {
            return;
        }
        if (slots[at] < index) {
            slots[at] = index;
            slots[at + 1] = 0;
            slots[at + 2] = 0;
        }
        slots[at + 1] |= failed;
        slots[at + 2] |= carried;
    }

    /**
     * Whether the target is at fault at that time: by the two slots that end then, or by five where it is seldom tried.
     * Failures of the {@value #COVERS_MS} ms before are its own, too.
     */
    public boolean atFault(long atMs) {
        long last = atMs / SLOT_MS;
        return atFault(last - SHORT + 1, last) || atFault(last - LONG + 1, last);
    }

    private boolean atFault(long first, long last) {
        long failed = 0;
        long carried = 0;
        for (long index = first; index <= last; index++) {
            int at = Math.floorMod(index, SLOTS) * FIELDS;
            if (slots[at] == index) {
                failed |= slots[at + 1];
                carried |= slots[at + 2];
            }
        }
        int failing = Long.bitCount(failed & ~carried);
        int seen = Long.bitCount(failed | carried);
        return failing >= MIN_FAILING_EXITS && failing >= MIN_FAILING_SHARE * seen;
    }

    /** The bit of an exit. */
    public static long bit(String exitId) {
        int hash = exitId.hashCode() * 0x9E3779B9;
        return 1L << (hash >>> 26);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TargetTally that && Arrays.equals(slots, that.slots);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(slots);
    }
}
