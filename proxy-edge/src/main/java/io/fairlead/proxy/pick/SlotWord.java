package io.fairlead.proxy.pick;

/**
 * All of the state of an exit's slots in one word, so that taking one is a single compare-and-set against the limit and the terms as they
 * are: once a change of either has returned, no slot is taken under the former ones.
 */
final class SlotWord {
    /*
     * bits  0-19  slots taken
     *      20-39  limit: slots that may be taken
     *      40-61  stamp of the terms: rises with every change, so that a slot can't be taken under terms read before it
     *      62     open: it may be chosen at all
     */

    static final int MAX_REQUESTS = (1 << 20) - 1;
    static final int STAMP_BITS = 22;
    private static final int LIMIT_SHIFT = 20;
    private static final int STAMP_SHIFT = 40;
    private static final long STAMP_MASK = ((1L << STAMP_BITS) - 1) << STAMP_SHIFT;
    private static final long OPEN = 1L << 62;

    private SlotWord() {}

    static int running(long word) {
        return (int) word & MAX_REQUESTS;
    }

    static int limit(long word) {
        return (int) (word >>> LIMIT_SHIFT) & MAX_REQUESTS;
    }

    static int stamp(long word) {
        return (int) ((word & STAMP_MASK) >>> STAMP_SHIFT);
    }

    static boolean isOpen(long word) {
        return (word & OPEN) != 0;
    }

    static boolean hasRoom(long word) {
        return isOpen(word) && running(word) < limit(word);
    }

    /** Slots that may still be taken. */
    static int available(long word) {
        return isOpen(word) ? Math.max(0, limit(word) - running(word)) : 0;
    }

    static long withLimit(long word, int requests) {
        long limit = Math.max(0, Math.min(MAX_REQUESTS, requests));
        return (word & ~((long) MAX_REQUESTS << LIMIT_SHIFT)) | limit << LIMIT_SHIFT;
    }

    /** With the next stamp. */
    static long restamped(long word, boolean open) {
        long stamp = (word + (1L << STAMP_SHIFT)) & STAMP_MASK;
        return (word & ~STAMP_MASK & ~OPEN) | stamp | (open ? OPEN : 0);
    }
}
