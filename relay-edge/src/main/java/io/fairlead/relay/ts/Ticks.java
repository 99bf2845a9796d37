package io.fairlead.relay.ts;

/** Follows a source's 33 bits of 90 kHz over their wrap: each time is taken as the nearest to the one before. */
final class Ticks {

    private static final int UNUSED_BITS = Long.SIZE - 33;
    private static final int PER_MS = 90;

    private boolean started;
    private long last;

    /** The time without wraps. */
    long unwrap(long ticks) {
        last = started ? last + ((ticks - last) << UNUSED_BITS >> UNUSED_BITS) : ticks;
        started = true;
        return last;
    }

    /** The same in ms; differences of many add up to no error. */
    static long ms(long ticks) {
        return Math.floorDiv(ticks, PER_MS);
    }
}
