package io.fairlead.model.exit;

/** One link of an exit. Plain mutable state for one owner. */
public class LinkState {

    /** Start of the edge's process that holds it, ms since the Unix epoch. */
    public long edgeEpochMs;

    /** Newest sign of life, ms since the Unix epoch. */
    public long seenMs;

    /** Its edge is not heard any more: the link counts for nothing until it shows a sign of life. */
    public boolean edgeSilent;

    public LinkState() {}

    LinkState(long edgeEpochMs, long seenMs) {
        this.edgeEpochMs = edgeEpochMs;
        this.seenMs = seenMs;
    }
}
