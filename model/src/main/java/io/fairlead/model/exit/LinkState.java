package io.fairlead.model.exit;

/** One link of an exit. Plain mutable state for one owner. */
public class LinkState {

    /** Start of the edge's process that holds it, ms since the Unix epoch. */
    public long edgeEpochMs;

    /** Newest sign of life, ms since the Unix epoch. */
    public long seenMs;

    public LinkState() {}

    LinkState(long edgeEpochMs, long seenMs) {
        this.edgeEpochMs = edgeEpochMs;
        this.seenMs = seenMs;
    }
}
