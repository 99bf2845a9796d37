package io.fairlead.proxy.pick;

/**
 * How an exit stands on a board, in one word: its number, the stamp of the terms it stands there under, its quality, and whether that is a
 * decision's. Read and written whole, so it never mixes two exits or two moments.
 */
final class Entry {
    /*
     * bits  0-23  number of the exit
     *      24-45  stamp of its terms
     *      46-62  quality, thousandths of a point
     *      63     not decided: the quality is what was seen here
     */

    static final int NUMBER_BITS = 24;

    /** Of no exit. */
    static final long NONE = -1;

    private static final int STAMP_SHIFT = NUMBER_BITS;
    private static final int QUALITY_SHIFT = STAMP_SHIFT + SlotWord.STAMP_BITS;
    private static final int MOST = 100_000;

    private Entry() {}

    static long of(int number, int stamp, boolean decided, int thousandths) {
        return number | (long) stamp << STAMP_SHIFT | (long) thousandths << QUALITY_SHIFT | (decided ? 0 : 1L << 63);
    }

    /** @param points 0 to 100; what is beyond counts as the next of these */
    static int thousandths(double points) {
        return (int) Math.max(0, Math.min(MOST, Math.round(points * 1_000)));
    }

    static int number(long entry) {
        return (int) entry & (1 << NUMBER_BITS) - 1;
    }

    static int stamp(long entry) {
        return (int) (entry >>> STAMP_SHIFT) & (1 << SlotWord.STAMP_BITS) - 1;
    }

    /** Quality, thousandths of a point. */
    static int thousandths(long entry) {
        return (int) (entry >>> QUALITY_SHIFT) & (1 << 17) - 1;
    }

    static boolean isDecided(long entry) {
        return entry >= 0;
    }
}
