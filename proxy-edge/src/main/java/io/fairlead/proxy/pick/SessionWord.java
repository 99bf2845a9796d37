package io.fairlead.proxy.pick;

/**
 * What sessions do on an exit, in one word: their requests that run, the most that ran at once of late, and those that wait for room. As many slots
 * as ran at once they will want again, so single requests leave these free while other exits have room; a slot that is waited for they leave in any case.
 */
final class SessionWord {
    /*
     * bits  0-15  requests of sessions that run
     *      16-31  most that ran at once
     *      32-43  requests of sessions that wait
     *      44-63  when the most was, s; it counts one less for every KEEP_S since
     */

    /** After so many seconds without as many requests at once, one slot less is kept. */
    static final int KEEP_S = 10;

    /** Requests at most that may wait. */
    static final int MOST_WAITING = (1 << 12) - 1;

    private static final int MOST = (1 << 16) - 1;
    private static final int MOST_SHIFT = 16;
    private static final int WAITING_SHIFT = 32;
    private static final int SECOND_SHIFT = 44;
    private static final int SECONDS = (1 << 20) - 1;

    private SessionWord() {}

    static int running(long word) {
        return (int) word & MOST;
    }

    static int waiting(long word) {
        return (int) (word >>> WAITING_SHIFT) & MOST_WAITING;
    }

    /** Slots to be kept free for sessions. */
    static int kept(long word, int second) {
        return Math.max(waiting(word), most(word, second) - running(word));
    }

    private static int most(long word, int second) {
        int since = (second - (int) (word >>> SECOND_SHIFT)) & SECONDS;
        return ((int) (word >>> MOST_SHIFT) & MOST) - since / KEEP_S;
    }

    /** One more runs. */
    static long begun(long word, int second) {
        int running = Math.min(MOST, running(word) + 1);
        long next = (word & ~(long) MOST) | running;
        return running >= most(word, second) ? withMost(next, running, second) : next;
    }

    /** One less runs. */
    static long ended(long word) {
        return running(word) == 0 ? word : word - 1;
    }

    /** One found no room, and waits for it or not. */
    static long missed(long word, int second) {
        int wanted = Math.min(MOST, running(word) + 1);
        return wanted >= most(word, second) ? withMost(word, wanted, second) : word;
    }

    /** One more waits, or one less. */
    static long waits(long word, boolean more) {
        int waiting = waiting(word);
        if (more ? waiting == MOST_WAITING : waiting == 0) {
            return word;
        }
        return word + ((more ? 1L : -1L) << WAITING_SHIFT);
    }

    private static long withMost(long word, int most, int second) {
        long rest = (long) MOST | (long) MOST_WAITING << WAITING_SHIFT;
        return (word & rest) | (long) most << MOST_SHIFT | (long) (second & SECONDS) << SECOND_SHIFT;
    }
}
