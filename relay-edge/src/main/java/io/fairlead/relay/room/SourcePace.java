package io.fairlead.relay.room;

/**
 * When a source's media come if nothing holds them up: the least time between what its clock says and an arrival, of the last
 * {@value #WINDOW_MS} to twice as many ms. By this, frames of streams that have no clock in common can be told older from newer, though one
 * of them was held up and comes all at once. A clock that leaps begins anew; one that drifts is followed by the window.
 */
final class SourcePace {

    static final long WINDOW_MS = 10_000;

    private static final long NONE = Long.MAX_VALUE;

    private final SourceClock clock = new SourceClock();
    private boolean begun;
    private long begunMs;
    private long lastMediaMs;
    private long lastArrivalMs;
    private long windowFromMs;

    /** Least of arrival less media time, in the window that is under way and in the one before. */
    private long leastMs = NONE;

    private long leastBeforeMs = NONE;

    /** A frame or sound of that time has come. */
    void note(int sourceTime, long nowNs) {
        long nowMs = nowNs / 1_000_000;
        long mediaMs = clock.unwrap(sourceTime);
        if (!begun || leaps(mediaMs, nowMs)) {
            begunMs = nowMs;
            leastMs = NONE;
            leastBeforeMs = NONE;
            windowFromMs = nowMs;
        } else if (nowMs - windowFromMs > WINDOW_MS) {
            leastBeforeMs = leastMs;
            leastMs = NONE;
            windowFromMs = nowMs;
        }
        begun = true;
        lastMediaMs = mediaMs;
        lastArrivalMs = nowMs;
        leastMs = Math.min(leastMs, nowMs - mediaMs);
    }

    private boolean leaps(long mediaMs, long nowMs) {
        return mediaMs < lastMediaMs - RoomTimeline.STEP_MS
                || mediaMs > lastMediaMs + RoomTimeline.STEP_MS + Math.max(0, nowMs - lastArrivalMs);
    }

    /** A frame that has been noted is one that another source brought, too, when it was due: this one was held up by as much. */
    void wasDue(int sourceTime, long dueMs) {
        leastMs = Math.min(leastMs, dueMs - mediaMs(sourceTime));
        begunMs = Math.min(begunMs, dueMs);
    }

    /**
     * Whether a frame that has been noted was due earlier. Of a source that was not there yet nothing is: what it begins with may be of long
     * ago, and is what there is.
     */
    boolean isOlder(int sourceTime, long dueMs) {
        return begunMs < dueMs && dueMs(sourceTime) < dueMs;
    }

    /**
     * When a frame that has been noted would have come if nothing had held it up, ms of the clock of arrivals; any source's can be
     * compared.
     */
    long dueMs(int sourceTime) {
        return mediaMs(sourceTime) + Math.min(leastMs, leastBeforeMs);
    }

    private long mediaMs(int sourceTime) {
        return lastMediaMs + (sourceTime - (int) lastMediaMs);
    }
}
