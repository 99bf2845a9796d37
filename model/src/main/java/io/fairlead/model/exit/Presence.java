package io.fairlead.model.exit;

/** Whether an exit can be reached. */
public enum Presence {
    /** It has a link that shows signs of life. */
    ONLINE,
    /** It has no link. */
    OFFLINE,
    /** It has links, but nothing was heard of them: their edge may be gone. */
    SILENT
}
