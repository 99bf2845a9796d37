package io.fairlead.jobs.facts;

import org.jspecify.annotations.Nullable;

/**
 * Which sequences of one edge, epoch, topic and partition have been seen, as closed ranges in rising order: {@code from,
 * to, from, to, …}. An edge numbers without gaps, so that this is nearly always one range, however far back a replayed
 * spool reaches; a bitmap window of the same state size would have to guess about everything before it.
 *
 * <p>Bound: {@value #RANGES_MAX} ranges. Beyond it the oldest gap is closed: what was missing there counts as lost, and is
 * refused as a duplicate should it still come.
 */
final class SeenSequences {

    static final int RANGES_MAX = 1_024;

    private static final long[] NONE = {};

    private SeenSequences() {}

    /** The ranges of a lane that was never seen. */
    static long[] none() {
        return NONE;
    }

    /**
     * Takes in one sequence.
     *
     * @param ranges as they were; they may be changed in place
     * @param sequence at least 0
     * @return the ranges as they are then, or null when the sequence had been seen
     */
    static long @Nullable [] add(long[] ranges, long sequence) {
        int length = ranges.length;
        if (length > 0 && sequence == ranges[length - 1] + 1) {
            ranges[length - 1] = sequence;
            return ranges;
        }
        // The range that would hold it: the last one that begins at or before it.
        int before = length - 2;
        while (before >= 0 && ranges[before] > sequence) {
            before -= 2;
        }
        if (before >= 0 && sequence <= ranges[before + 1]) {
            return null;
        }
        boolean touchesBefore = before >= 0 && ranges[before + 1] + 1 == sequence;
        int after = before + 2;
        boolean touchesAfter = after < length && ranges[after] - 1 == sequence;
        if (touchesBefore && touchesAfter) {
            ranges[before + 1] = ranges[after + 1];
            return without(ranges, after);
        }
        if (touchesBefore) {
            ranges[before + 1] = sequence;
            return ranges;
        }
        if (touchesAfter) {
            ranges[after] = sequence;
            return ranges;
        }
        return bounded(with(ranges, after, sequence));
    }

    /** How many sequences between the first and the last seen are missing. */
    static long missing(long[] ranges) {
        long missing = 0;
        for (int i = 2; i < ranges.length; i += 2) {
            missing += ranges[i] - ranges[i - 1] - 1;
        }
        return missing;
    }

    private static long[] with(long[] ranges, int at, long sequence) {
        long[] wider = new long[ranges.length + 2];
        System.arraycopy(ranges, 0, wider, 0, at);
        wider[at] = sequence;
        wider[at + 1] = sequence;
        System.arraycopy(ranges, at, wider, at + 2, ranges.length - at);
        return wider;
    }

    private static long[] without(long[] ranges, int at) {
        long[] narrower = new long[ranges.length - 2];
        System.arraycopy(ranges, 0, narrower, 0, at);
        System.arraycopy(ranges, at + 2, narrower, at, ranges.length - at - 2);
        return narrower;
    }

    private static long[] bounded(long[] ranges) {
        if (ranges.length <= 2 * RANGES_MAX) {
            return ranges;
        }
        long[] closed = without(ranges, 2);
        closed[1] = ranges[3];
        return closed;
    }
}
