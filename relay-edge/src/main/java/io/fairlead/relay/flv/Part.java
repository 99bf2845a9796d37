package io.fairlead.relay.flv;

/** What a tag is to those who decode. */
public enum Part {
    /** A video frame at which decoding can begin. */
    KEY_FRAME,
    /** Any other video frame. */
    FRAME,
    SOUND,
    /** What a decoder must know before the first frame, such as avcC, hvcC, av1C, AudioSpecificConfig. */
    SEQUENCE_HEADER,
    /** {@code onMetaData}. */
    METADATA,
    /** Other script data, such as captions and cue points. */
    DATA,
    /** Commands to a player and ends of sequences; they have no place in a room that goes on, and are not passed on. */
    CONTROL
}
