package io.fairlead.edge.link;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one deadline of a connection. Putting it off is two field writes: the timer underneath stays where it is, and looks
 * again when it fires. Confined to its event loop.
 */
public final class PhaseTimer {

    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private @Nullable Runnable action;
    private long deadlineNanos;
    private @Nullable ScheduledFuture<?> scheduled;
    private long scheduledForNanos;

    public PhaseTimer(EventLoop loop, LongSupplier nanoClock) {
        this.loop = loop;
        this.nanoClock = nanoClock;
    }

    /** Runs {@code next} after this time, and forgets what was to run before. */
    public void start(int delayMs, Runnable next) {
        long now = nanoClock.getAsLong();
        action = next;
        deadlineNanos = now + TimeUnit.MILLISECONDS.toNanos(delayMs);
        ScheduledFuture<?> present = scheduled;
        if (present != null && scheduledForNanos - deadlineNanos > 0) {
            present.cancel(false);
            present = null;
        }
        if (present == null) {
            schedule(deadlineNanos - now);
        }
    }

    /** Nothing is to run. */
    public void stop() {
        action = null;
    }

    /** As {@link #stop}, for good. */
    public void close() {
        action = null;
        ScheduledFuture<?> present = scheduled;
        if (present != null) {
            present.cancel(false);
            scheduled = null;
        }
    }

    private void schedule(long delayNanos) {
        scheduledForNanos = deadlineNanos;
        scheduled = loop.schedule(this::fire, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void fire() {
        scheduled = null;
        Runnable due = action;
        if (due == null) {
            return;
        }
        long left = deadlineNanos - nanoClock.getAsLong();
        if (left > 0) {
            schedule(left);
        } else {
            action = null;
            due.run();
        }
    }
}
