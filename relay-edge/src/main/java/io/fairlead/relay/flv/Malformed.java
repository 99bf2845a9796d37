package io.fairlead.relay.flv;

/**
 * Why a stream is read no further.
 *
 * @param offset bytes of the stream before the place, counted from its beginning
 * @param sentence what was wrong, with which value
 */
public record Malformed(Reason reason, long offset, String sentence) {

    /** Categories, for metrics and telemetry. */
    public enum Reason {
        NOT_FLV,
        NOT_TS,
        /** Media that rooms have no place for. */
        NOT_CARRIED,
        UNKNOWN_TAG,
        TAG_TOO_LARGE,
        CUT_SHORT
    }

    @Override
    public String toString() {
        return sentence + " (at byte " + offset + ")";
    }
}
