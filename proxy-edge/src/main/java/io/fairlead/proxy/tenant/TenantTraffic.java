package io.fairlead.proxy.tenant;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Bytes of one tenant at this edge, both directions together, as they come in while its requests are served: heads and bodies, without TLS
 * and the frames of links. They are counted by days (UTC) whether or not there is a limit. Thread-safe.
 */
public final class TenantTraffic {

    static final long DAY_MS = Duration.ofDays(1).toMillis();

    /** Bytes of a day. A new day is a new one of these. */
    private record Day(long number, AtomicLong bytes, AtomicBoolean told) {}

    private final InstantSource clock;
    private final ByteRate rate;
    private final TenantCounters counters;
    private volatile Day day = new Day(0, new AtomicLong(), new AtomicBoolean());
    private volatile long perDay;
    private volatile Runnable usedUp = () -> {};

    TenantTraffic(InstantSource clock, LongSupplier nanoClock, TenantCounters counters) {
        this.counters = counters;
        this.clock = clock;
        this.rate = new ByteRate(nanoClock);
    }

    /** 0: no limit. */
    void limits(long bytesPerSecond, long bytesPerDay) {
        rate.set(bytesPerSecond);
        perDay = bytesPerDay;
        today().told.set(false);
    }

    /** @param task run once on each day whose bytes are used up, on whichever thread read the last of them: must not block */
    void whenUsedUp(Runnable task) {
        usedUp = task;
    }

    ByteRate rate() {
        return rate;
    }

    /** Whether somebody's reading is held back now. What then seems idle may be waiting for its turn. */
    public boolean isHeldBack() {
        return rate.holds();
    }

    /** Bytes were read; true: no more may be read until the share is resumed. */
    boolean read(ByteRate.Share share, int bytes) {
        Day now = today();
        long sum = now.bytes.addAndGet(bytes);
        long most = perDay;
        if (most > 0 && sum > most && now.told.compareAndSet(false, true)) {
            usedUp.run();
        }
        boolean held = rate.read(share, bytes);
        if (held) {
            counters.heldReads.increment();
        }
        return held;
    }

    /** Whether the bytes of this day are used up. */
    public boolean isUsedUp() {
        long most = perDay;
        return most > 0 && bytesToday() >= most;
    }

    public long bytesToday() {
        return today().bytes.get();
    }

    /** When the present day ends. */
    public Instant dayEnds() {
        return Instant.ofEpochMilli((today().number + 1) * DAY_MS);
    }

    /** Number of the present day since 1970. */
    long dayNumber() {
        return today().number;
    }

    /** Takes over what was counted before this process began. */
    void restore(long dayNumber, long bytes) {
        Day now = today();
        if (now.number == dayNumber) {
            now.bytes.addAndGet(bytes);
        }
    }

    /** A clock that goes back does not give a day back. */
    private Day today() {
        long number = Math.floorDiv(clock.millis(), DAY_MS);
        Day present = day;
        return number <= present.number ? present : next(number);
    }

    private synchronized Day next(long number) {
        if (number > day.number) {
            day = new Day(number, new AtomicLong(), new AtomicBoolean());
        }
        return day;
    }
}
