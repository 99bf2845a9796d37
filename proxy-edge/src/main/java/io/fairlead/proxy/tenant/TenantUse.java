package io.fairlead.proxy.tenant;

import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What a tenant uses of this edge now. Survives changes of its record, and its removal. Thread-safe. */
final class TenantUse {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    final AtomicInteger inFlight = new AtomicInteger();
    final TenantTraffic traffic;

    /** When the tenant's allowance is whole again, by the nano clock: the generic cell rate algorithm. */
    private final AtomicLong wholeAtNanos = new AtomicLong(Long.MIN_VALUE);

    final TenantCounters counters;

    TenantUse(InstantSource clock, LongSupplier nanoClock, TenantCounters counters) {
        this.counters = counters;
        traffic = new TenantTraffic(clock, nanoClock, counters);
    }

    /** Counts one more request, unless there were more than a second's worth at once. */
    boolean takeOfRate(int perSecond, long nowNanos) {
        long each = Math.max(1, SECOND / perSecond);
        while (true) {
            long before = wholeAtNanos.get();
            boolean whole = before == Long.MIN_VALUE || before - nowNanos < 0;
            long after = (whole ? nowNanos : before) + each;
            if (after - nowNanos > SECOND) {
                return false;
            }
            if (wholeAtNanos.compareAndSet(before, after)) {
                return true;
            }
        }
    }
}
