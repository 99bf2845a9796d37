package io.fairlead.relay.flv;

import org.jspecify.annotations.Nullable;

/** The three types of FLV tags. */
public enum TagKind {
    AUDIO(8),
    VIDEO(9),
    SCRIPT(18);

    private final int wireType;

    TagKind(int wireType) {
        this.wireType = wireType;
    }

    /** First byte of a tag of this kind. */
    public int wireType() {
        return wireType;
    }

    /** The kind with that first byte; null if there is none, or the tag is encrypted (annex F). */
    static @Nullable TagKind of(int wireType) {
        return switch (wireType) {
            case 8 -> AUDIO;
            case 9 -> VIDEO;
            case 18 -> SCRIPT;
            default -> null;
        };
    }
}
