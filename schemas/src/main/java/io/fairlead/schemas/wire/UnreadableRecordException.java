package io.fairlead.schemas.wire;

import org.jspecify.annotations.Nullable;

/** A value that can't be read as a record of the contract. Its message is a sentence for the dead letter. */
public final class UnreadableRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What kind of rubbish it was. */
    public enum Reason {
        /** No C3 01 frame. */
        NOT_SINGLE_OBJECT,
        /** The writer's schema is neither built in nor on the schema topic (yet). */
        UNKNOWN_SCHEMA,
        /** The writer's schema is known, and names a record that is not part of the contract. */
        UNKNOWN_RECORD,
        /** Writer's and reader's schema don't go together. */
        INCOMPATIBLE_SCHEMA,
        /** The body ends early, goes on too long, or holds impossible values. */
        CORRUPT_BODY
    }

    private final Reason reason;

    UnreadableRecordException(Reason reason, String message) {
        this(reason, message, null);
    }

    UnreadableRecordException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
