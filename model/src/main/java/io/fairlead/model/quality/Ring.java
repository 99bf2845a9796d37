package io.fairlead.model.quality;

/**
 * Places of event-time buckets in a ring. A bucket that time has passed by is refused, one that is ahead moves the head,
 * so that what a ring holds depends on the set of events alone and not on their order.
 */
final class Ring {

    private Ring() {}

    /** Whether a bucket can still be counted when the newest is {@code head}. */
    static boolean holds(long head, long bucket, int size) {
        return bucket > head - size;
    }

    static int place(long bucket, int size) {
        return (int) Math.floorMod(bucket, (long) size);
    }
}
