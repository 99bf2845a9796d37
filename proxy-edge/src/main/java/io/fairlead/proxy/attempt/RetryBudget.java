package io.fairlead.proxy.attempt;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many retries the edge allows itself: a share of the requests plus a steady rate, as in Finagle. When everything fails,
 * retries must not double the load that makes it fail. What is not used is kept for up to {@value #KEPT_SECONDS} s of the rate.
 * Thread-safe, without locks.
 */
public final class RetryBudget {

    static final int KEPT_SECONDS = 10;
    private static final long TOKEN = 1_000;

    private final LongSupplier nanoClock;
    private final long perRequest;
    private final double perSecond;
    private final long most;
    private final AtomicLong tokens;
    private final AtomicLong refilledNanos;

    /**
     * @param share retries per request, 0–1
     * @param perSecond retries per second beside
     */
    public RetryBudget(double share, double perSecond, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.perRequest = Math.round(share * TOKEN);
        this.perSecond = perSecond;
        this.most = Math.max(Math.round(perSecond * KEPT_SECONDS), share > 0 ? 1 : 0) * TOKEN;
        this.tokens = new AtomicLong(Math.min(most, Math.round(perSecond * TOKEN)));
        this.refilledNanos = new AtomicLong(nanoClock.getAsLong());
    }

    /** Counts a request, which pays in. */
    public void request() {
        add(perRequest);
    }

    /** Takes one retry; false: none is left, and the failure is the answer. */
    public boolean take() {
        refill();
        while (true) {
            long have = tokens.get();
            if (have < TOKEN) {
                return false;
            }
            if (tokens.compareAndSet(have, have - TOKEN)) {
                return true;
            }
        }
    }

    private void refill() {
        long now = nanoClock.getAsLong();
        long then = refilledNanos.get();
        long earned = (long) (perSecond * TOKEN * (now - then) / TimeUnit.SECONDS.toNanos(1));
        if (earned > 0 && refilledNanos.compareAndSet(then, now)) {
            add(earned);
        }
    }

    private void add(long more) {
        while (true) {
            long have = tokens.get();
            if (have >= most || tokens.compareAndSet(have, Math.min(most, have + more))) {
                return;
            }
        }
    }
}
