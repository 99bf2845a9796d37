package io.fairlead.relay.room;

/** Follows a source's 32-bit milliseconds over their wrap: each time is taken as the nearest to the one before. */
final class SourceClock {

    private boolean started;
    private long lastMs;

    /** Begins with the first time that comes. */
    SourceClock() {}

    /** Begins near a time that is known. */
    SourceClock(int sourceTime) {
        started = true;
        lastMs = Integer.toUnsignedLong(sourceTime);
    }

    /** The time without wraps, ms; it goes back when the source does. */
    long unwrap(int sourceTime) {
        if (!started) {
            started = true;
            lastMs = Integer.toUnsignedLong(sourceTime);
        } else {
            lastMs += sourceTime - (int) lastMs;
        }
        return lastMs;
    }
}
