package io.fairlead.relay.room;

/** Why a viewer is gone; goes into metrics and telemetry. */
public enum ViewerEnd {
    /** It closed, or its connection broke. */
    LEFT,
    /** Another stream of the same relay client carries the room from now on. */
    HANDED_OVER,
    /** The room's last source ended and none followed in time. */
    ROOM_ENDED,
    /** It was behind too often. */
    TOO_SLOW,
    /** It took nothing for too long. */
    STALLED,
    /** The room's media have no place in the container that it asked for. */
    NOT_CARRIED,
    /** The room had no place for it. */
    ROOM_FULL,
    /** The edge is being stopped. */
    EDGE_STOPPED
}
