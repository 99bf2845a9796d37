package io.fairlead.model.policy;

import java.util.List;

/**
 * How rooms are relayed, and when relay clients change their relay server.
 *
 * @param scope what it counts for: everything, or a room and the renditions below it
 * @param effectiveAtMs counts from this time on, ms since the Unix epoch
 * @param lingerMs what flows for a room goes on for so long after its last viewer (0–600 000)
 * @param slowLagMs a viewer that is further behind goes on at the newest key frame (500–8 000: no more is kept)
 * @param slowSkips one that does so more often within a minute is closed (0–1 000)
 * @param stallMs a viewer that takes nothing of a write for so long is closed (1 000–600 000, and slowLagMs or more)
 * @param secondaryMasters streams from the media server that are received and not sent, for each room and relay client (0–8)
 * @param burstAgeMs a new viewer begins with the group of pictures before the newest, if that is younger (0–5 000, and less than slowLagMs)
 * @param burstBytes a viewer that is behind gets so many bytes in one write (4 096 – 4 194 304)
 * @param hysteresisPoints a relay client stays with its first relay server unless another is worth so much more (0–100); of the default alone
 * @param holdMs … and for so long at least, unless it is gone (1 000 – 3 600 000); of the default alone
 * @param movedShare of the relay clients that may change their first relay server within that time, but for those that must (0–1); of the default alone
 */
public record RelayPolicy(
        Scope scope,
        long effectiveAtMs,
        long lingerMs,
        long slowLagMs,
        int slowSkips,
        long stallMs,
        int secondaryMasters,
        long burstAgeMs,
        int burstBytes,
        double hysteresisPoints,
        long holdMs,
        double movedShare)
        implements Policy {

    private static final RelayPolicy DEFAULTS =
            new RelayPolicy(Scope.GLOBAL, 0, 3_000, 6_000, 5, 20_000, 1, 500, 64 << 10, 10, 30_000, 0.2);

    /** The policy that counts where none is set. */
    public static RelayPolicy defaults() {
        return DEFAULTS;
    }

    /** The same for another scope. */
    public RelayPolicy withScope(Scope other) {
        return new RelayPolicy(
                other,
                effectiveAtMs,
                lingerMs,
                slowLagMs,
                slowSkips,
                stallMs,
                secondaryMasters,
                burstAgeMs,
                burstBytes,
                hysteresisPoints,
                holdMs,
                movedShare);
    }

    /** The same with other terms for changes of relay servers. */
    public RelayPolicy withMoves(double points, long newHoldMs, double share) {
        return new RelayPolicy(
                scope,
                effectiveAtMs,
                lingerMs,
                slowLagMs,
                slowSkips,
                stallMs,
                secondaryMasters,
                burstAgeMs,
                burstBytes,
                points,
                newHoldMs,
                share);
    }

    @Override
    public List<Violation> validate() {
        boolean ofAll = scope.kind() == Scope.Kind.DEFAULT;
        return new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .within("lingerMs", lingerMs, 0L, 600_000L)
                .within("slowLagMs", slowLagMs, 500L, 8_000L)
                .within("slowSkips", (long) slowSkips, 0L, 1_000L)
                .within("stallMs", stallMs, 1_000L, 600_000L)
                .within("secondaryMasters", (long) secondaryMasters, 0L, 8L)
                .within("burstAgeMs", burstAgeMs, 0L, 5_000L)
                .within("burstBytes", (long) burstBytes, 4L << 10, 4L << 20)
                .within("hysteresisPoints", hysteresisPoints, 0, 100)
                .within("holdMs", holdMs, 1_000L, 3_600_000L)
                .within("movedShare", movedShare, 0, 1)
                .that(
                        stallMs >= slowLagMs,
                        "stallMs",
                        stallMs,
                        "slowLagMs (" + slowLagMs + ") or more",
                        "a viewer must get the chance to skip before it is closed: raise stallMs or lower slowLagMs")
                .that(
                        burstAgeMs < slowLagMs,
                        "burstAgeMs",
                        burstAgeMs,
                        "less than slowLagMs (" + slowLagMs + ")",
                        "a new viewer would count as slow: lower burstAgeMs or raise slowLagMs")
                .that(
                        ofAll || scope.kind() == Scope.Kind.ROOM,
                        "scope",
                        scope,
                        "default or room:NAME",
                        "name a room, or write default")
                .that(
                        ofAll || sameMoves(DEFAULTS),
                        "hysteresisPoints, holdMs, movedShare",
                        hysteresisPoints + ", " + holdMs + ", " + movedShare,
                        "left as they are by default in the scope of a room",
                        "relay clients change their relay server for all rooms alike: set them in relay/default")
                .done();
    }

    private boolean sameMoves(RelayPolicy other) {
        return hysteresisPoints == other.hysteresisPoints && holdMs == other.holdMs && movedShare == other.movedShare;
    }
}
