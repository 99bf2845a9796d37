package io.fairlead.proxy.pick;

/** Where an exit stands on one board. */
final class Place {

    static final long NOWHERE = -1;

    final KnownExit exit;
    final Board board;

    /** Bucket in the upper half, index in the lower; {@link #NOWHERE}. Changed under the pool's lock. */
    volatile long at = NOWHERE;

    Place(KnownExit exit, Board board) {
        this.exit = exit;
        this.board = board;
    }

    static long at(int bucket, int index) {
        return (long) bucket << 32 | index;
    }

    static int bucket(long at) {
        return (int) (at >>> 32);
    }

    static int index(long at) {
        return (int) at;
    }
}
