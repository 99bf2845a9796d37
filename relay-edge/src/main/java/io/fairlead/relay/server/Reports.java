package io.fairlead.relay.server;

import io.fairlead.edge.publish.Telling;

/**
 * How a relay edge tells of viewers, their networks and legs.
 *
 * @param edgeId who tells; relay clients learn it of relay servers
 * @param groupId delivery group that it serves viewers for; empty: none
 * @param viewerMs between two reports of a viewer
 * @param legMs between two reports of a leg
 * @param pathMs between two reports of round trips by network
 */
public record Reports(Telling telling, String edgeId, String groupId, int viewerMs, int legMs, int pathMs) {

    /** Nobody is told. */
    public static final Reports NONE = new Reports(Telling.NOBODY, "", "", 60_000, 10_000, 10_000);

    public Reports {
        if (viewerMs < 1 || legMs < 1 || pathMs < 1) {
            throw new IllegalArgumentException(
                    "viewerMs is " + viewerMs + ", legMs " + legMs + ", pathMs " + pathMs + "; all must be at least 1");
        }
    }

    /** A viewer every minute, legs and networks every 10 s. */
    public static Reports of(Telling telling, String edgeId) {
        return new Reports(telling, edgeId, NONE.groupId, NONE.viewerMs, NONE.legMs, NONE.pathMs);
    }

    public Reports withIntervals(int newViewerMs, int newLegMs, int newPathMs) {
        return new Reports(telling, edgeId, groupId, newViewerMs, newLegMs, newPathMs);
    }

    public Reports withGroup(String id) {
        return new Reports(telling, edgeId, id, viewerMs, legMs, pathMs);
    }

    /** Whether there is nobody to tell. */
    public boolean silent() {
        return telling == Telling.NOBODY;
    }
}
