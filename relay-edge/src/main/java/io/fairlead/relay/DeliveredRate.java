package io.fairlead.relay;

import java.util.function.LongSupplier;

/** What an edge sends to viewers, from one asking to the next. For one thread. */
final class DeliveredRate {

    private static final double BITS = 8;
    private static final double NANOS = 1e9;

    private final LongSupplier nanoClock;
    private long lastNanos;
    private long lastBytes;

    DeliveredRate(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.lastNanos = nanoClock.getAsLong();
    }

    /** bit/s since the last time, of a count of bytes that only grows; −1: no time has gone by. */
    double bitsPerSecond(long bytes) {
        long now = nanoClock.getAsLong();
        long tookNanos = now - lastNanos;
        if (tookNanos <= 0) {
            return -1;
        }
        double rate = (double) (bytes - lastBytes) * BITS * NANOS / (double) tookNanos;
        lastNanos = now;
        lastBytes = bytes;
        return rate;
    }
}
