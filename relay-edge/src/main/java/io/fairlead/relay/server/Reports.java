package io.fairlead.relay.server;

import io.fairlead.edge.publish.Telling;

/**
 * How a relay edge tells of viewers and legs.
 *
 * @param edgeId who tells; relay clients learn it of relay servers
 * @param viewerMs between two reports of a viewer
 * @param legMs between two reports of a leg
 */
public record Reports(Telling telling, String edgeId, int viewerMs, int legMs) {

    /** Nobody is told. */
    public static final Reports NONE = new Reports(Telling.NOBODY, "", 60_000, 10_000);

    public Reports {
        if (viewerMs < 1 || legMs < 1) {
            throw new IllegalArgumentException(
                    "viewerMs is " + viewerMs + ", legMs " + legMs + "; both must be at least 1");
        }
    }

    /** A viewer every minute, a leg every 10 s. */
    public static Reports of(Telling telling, String edgeId) {
        return new Reports(telling, edgeId, NONE.viewerMs, NONE.legMs);
    }

    public Reports withIntervals(int newViewerMs, int newLegMs) {
        return new Reports(telling, edgeId, newViewerMs, newLegMs);
    }

    /** Whether there is nobody to tell. */
    public boolean silent() {
        return telling == Telling.NOBODY;
    }
}
