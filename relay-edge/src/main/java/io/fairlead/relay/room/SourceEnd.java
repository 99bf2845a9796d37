package io.fairlead.relay.room;

/** Why a source is gone; goes into metrics and telemetry. */
public enum SourceEnd {
    /** It came to its end. */
    ENDED,
    /** Its connection broke. */
    BROKEN,
    /** What it sent can't be read. */
    MALFORMED,
    /** It was silent while another publisher came. */
    TAKEN_OVER,
    /** Nobody watches any more. */
    UNWANTED,
    /** The room was closed. */
    ROOM_CLOSED
}
