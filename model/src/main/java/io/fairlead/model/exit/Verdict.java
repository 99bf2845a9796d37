package io.fairlead.model.exit;

/** What one try through an exit says of that exit. */
public enum Verdict {
    /** It carried the request through. */
    CARRIED,
    /** It carried the request through, and the target answered with a block. */
    BLOCKED,
    /** It failed by its own fault. */
    AT_FAULT,
    /** It was full. */
    OVERLOADED,
    /** The exit or the target: not to be told by one exit alone. */
    AMBIGUOUS,
    /** Nothing: the client, the edge or the target were at fault. */
    NOTHING
}
