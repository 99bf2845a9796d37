package io.fairlead.edge.link;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Decides, for one end of one link, when to ask the other end for a sign of life, and when to give it up.
 *
 * <p>A link is dead only if a question went unanswered: quiet alone is no sign, an idle link may be quiet from one
 * heartbeat to the next. Any frame that arrives answers. Time comes in as nanoseconds of a monotonic clock; one thread.
 */
final class LinkPulse {

    /** What to do now. */
    enum Step {
        WAIT,
        /** Send a heartbeat: a PING whose round trip is told. */
        HEARTBEAT,
        /** Send a PING, only to see whether the link lives. */
        SUSPECT,
        DEAD
    }

    private static final long NOTHING_ASKED = Long.MIN_VALUE;

    private final PulseSettings settings;
    private final RandomGenerator random;
    private long heardNanos;
    private long askedNanos = NOTHING_ASKED;
    private long heartbeatNanos;

    LinkPulse(PulseSettings settings, RandomGenerator random, long nowNanos) {
        this.settings = settings;
        this.random = random;
        this.heardNanos = nowNanos;
        // The first heartbeat comes soon, so that a fresh exit has a round trip to be scored by.
        this.heartbeatNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(Math.min(200, settings.heartbeatMs()));
    }

    void heard(long nowNanos) {
        heardNanos = nowNanos;
        askedNanos = NOTHING_ASKED;
    }

    /** The next step; asking is assumed to be done when it is told. */
    Step step(long nowNanos, boolean active) {
        int patienceMs = active ? settings.activePatienceMs() : settings.idlePatienceMs();
        if (askedNanos != NOTHING_ASKED && nowNanos - askedNanos >= TimeUnit.MILLISECONDS.toNanos(patienceMs)) {
            return Step.DEAD;
        }
        if (nowNanos - heartbeatNanos >= 0) {
            heartbeatNanos = nowNanos + jittered();
            asked(nowNanos);
            return Step.HEARTBEAT;
        }
        boolean quiet = nowNanos - heardNanos >= TimeUnit.MILLISECONDS.toNanos(settings.suspicionMs());
        if (active && quiet && askedNanos == NOTHING_ASKED) {
            asked(nowNanos);
            return Step.SUSPECT;
        }
        return Step.WAIT;
    }

    /** How long nothing has to be decided, ns. */
    long restNanos(long nowNanos, boolean active) {
        long rest = heartbeatNanos - nowNanos;
        if (askedNanos != NOTHING_ASKED) {
            int patienceMs = active ? settings.activePatienceMs() : settings.idlePatienceMs();
            rest = Math.min(rest, askedNanos + TimeUnit.MILLISECONDS.toNanos(patienceMs) - nowNanos);
        }
        if (active) {
            rest = Math.min(rest, TimeUnit.MILLISECONDS.toNanos(Math.max(1, settings.suspicionMs() / 3)));
        }
        return Math.max(rest, TimeUnit.MILLISECONDS.toNanos(1));
    }

    /** How long nothing was heard, ms. */
    long quietMs(long nowNanos) {
        return TimeUnit.NANOSECONDS.toMillis(nowNanos - heardNanos);
    }

    private void asked(long nowNanos) {
        if (askedNanos == NOTHING_ASKED) {
            askedNanos = nowNanos;
        }
    }

    private long jittered() {
        double factor = 1 + settings.jitterShare() * (2 * random.nextDouble() - 1);
        return (long) (TimeUnit.MILLISECONDS.toNanos(settings.heartbeatMs()) * factor);
    }
}
