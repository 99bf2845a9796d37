package io.fairlead.relay.room;

/**
 * When a source's media come if nothing holds them up: the least time between what its clock says and an arrival, of the last
 * {@value #WINDOW_MS} to twice as many ms. By this, frames of streams that have no clock in common can be told older from newer, though one
 * of them was held up and comes all at once. A clock that leaps begins anew, late by as much as it was; one that drifts is followed by the window.
 *
 * <p><b>A pace is known</b> once the source has gained no more than {@value #GAIN_MS} ms on the clock for {@value #STEADY_MS} ms, or a frame of it was one
 * that another source brought in time. Before, it may be catching up what held it up from its first frame on, and all it brings may be older than it seems.
 */
final class SourcePace {

    static final long WINDOW_MS = 10_000;
    static final long STEADY_MS = 2_000;
    static final long GAIN_MS = 50;

    private static final long NONE = Long.MAX_VALUE;

    private final SourceClock clock = new SourceClock();
    private final long askedMs;

    /** Nothing of it that can be told was due earlier. */
    private long earliestMs;

    private boolean begun;
    private long begunMs;
    private boolean known;

    /** Since when it has neither gained on the clock nor fallen far back, and how far behind it was then. */
    private long steadySinceMs;

    private long steadyBehindMs;
    private long lastMediaMs;
    private long lastArrivalMs;
    private long windowFromMs;

    /** Least of arrival less media time, in the window that is under way and in the one before. */
    private long leastMs = NONE;

    private long leastBeforeMs = NONE;

    /** @param askedNs when its stream was asked for, on the clock of arrivals: it begins with what was the newest then */
    SourcePace(long askedNs) {
        askedMs = askedNs / 1_000_000;
        earliestMs = askedMs;
    }

    /** A frame or sound of that time has come. */
    void note(int sourceTime, long nowNs) {
        long nowMs = nowNs / 1_000_000;
        long mediaMs = clock.unwrap(sourceTime);
        if (!begun) {
            begunMs = nowMs;
            begin(nowMs, nowMs - mediaMs);
        } else if (leaps(mediaMs, nowMs)) {
            long lateMs = lastArrivalMs - dueAtMs(lastMediaMs);
            begin(nowMs, nowMs - mediaMs - lateMs);
        } else if (nowMs - windowFromMs > WINDOW_MS) {
            leastBeforeMs = leastMs;
            leastMs = NONE;
            windowFromMs = nowMs;
        }
        begun = true;
        lastMediaMs = mediaMs;
        lastArrivalMs = nowMs;
        leastMs = Math.min(leastMs, nowMs - mediaMs);
        steady(nowMs, nowMs - mediaMs);
    }

    private void begin(long nowMs, long least) {
        leastMs = least;
        leastBeforeMs = NONE;
        windowFromMs = nowMs;
        steadySinceMs = nowMs;
        steadyBehindMs = least;
    }

    /** Who gains catches up, and who falls far back may do so soon. */
    private void steady(long nowMs, long behindMs) {
        if (behindMs < steadyBehindMs - GAIN_MS || behindMs > steadyBehindMs + STEADY_MS) {
            steadySinceMs = nowMs;
            steadyBehindMs = behindMs;
        } else if (behindMs <= steadyBehindMs + GAIN_MS) {
            known |= nowMs - steadySinceMs >= STEADY_MS;
        }
    }

    private boolean leaps(long mediaMs, long nowMs) {
        return mediaMs < lastMediaMs - RoomTimeline.STEP_MS
                || mediaMs > lastMediaMs + RoomTimeline.STEP_MS + Math.max(0, nowMs - lastArrivalMs);
    }

    /** A frame that has been noted is one that another source brought, too, when it was due: this one was held up by as much. */
    void wasDue(int sourceTime, long dueMs) {
        leastMs = Math.min(leastMs, dueMs - mediaMs(sourceTime));
        earliestMs = Math.min(earliestMs, dueMs);
        known = true;
    }

    /**
     * Whether a frame that has been noted was due earlier. Of a source that had not been asked for by then nothing is: what it begins with may be of long
     * ago, and is what there is.
     */
    boolean isOlder(int sourceTime, long dueMs) {
        return earliestMs < dueMs && dueMs(sourceTime) < dueMs;
    }

    /**
     * Whether what it brings may be older than a group of pictures that was due then, for all that is known: it was asked for earlier, and its pace is not
     * known yet. One that was asked for later begins with that group, or with a newer one. Who has brought something for {@value #WINDOW_MS} ms is believed.
     */
    boolean mayLieBefore(long groupDueMs) {
        return askedMs < groupDueMs && !known && lastArrivalMs - begunMs < WINDOW_MS;
    }

    /**
     * When a frame that has been noted would have come if nothing had held it up, ms of the clock of arrivals; any source's can be
     * compared.
     */
    long dueMs(int sourceTime) {
        return dueAtMs(mediaMs(sourceTime));
    }

    private long dueAtMs(long mediaMs) {
        return mediaMs + Math.min(leastMs, leastBeforeMs);
    }

    private long mediaMs(int sourceTime) {
        return lastMediaMs + (sourceTime - (int) lastMediaMs);
    }
}
