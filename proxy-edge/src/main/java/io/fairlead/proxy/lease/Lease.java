package io.fairlead.proxy.lease;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * One session's exit. Its time and its mode are fixed by its first request; the exit by the first that was found. A hard one keeps its exit
 * once that has served; before, and in a soft one, a request that fails there moves it. Thread-safe.
 */
public final class Lease {

    private record Held(String exitId, boolean served) {}

    private static final Held NONE = new Held("", false);

    private final String name;
    private final boolean hard;
    private final long endsNanos;
    private final LongAdder moves;
    private volatile Held held = NONE;

    Lease(String name, boolean hard, long endsNanos, LongAdder moves) {
        this.name = name;
        this.hard = hard;
        this.endsNanos = endsNanos;
        this.moves = moves;
    }

    /** Name of the session. */
    public String name() {
        return name;
    }

    /** The exit; empty: none yet. */
    public String exitId() {
        return held.exitId;
    }

    /** Whether no other exit will do. */
    public boolean isFixed() {
        return hard && held.served;
    }

    /**
     * Takes another exit in place of the one that the caller saw.
     *
     * @param seen what {@link #exitId} told
     * @return the exit that is held now: {@code next}, or what another request has taken meanwhile
     */
    public synchronized String move(String seen, String next) {
        if (!held.exitId.equals(seen) || isFixed()) {
            return held.exitId;
        }
        held = new Held(next, false);
        if (!seen.isEmpty()) {
            moves.increment();
        }
        return next;
    }

    /** The exit has connected a request of the session. */
    public void served(String exitId) {
        if (!held.served) {
            fix(exitId);
        }
    }

    private synchronized void fix(String exitId) {
        if (held.exitId.equals(exitId)) {
            held = new Held(exitId, true);
        }
    }

    /** What is left of its time, rounded up, s. */
    public long secondsLeft(long nowNanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(endsNanos - nowNanos + 999_999_999L));
    }

    long nanosLeft(long nowNanos) {
        return Math.max(0, endsNanos - nowNanos);
    }
}
