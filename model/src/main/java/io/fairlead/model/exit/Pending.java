package io.fairlead.model.exit;

/** A failure that waits for the verdict on its target, or the loss of a last link that waits for that on its edge. Plain mutable state for one owner. */
public class Pending {

    /** When it was seen, ms since the Unix epoch. */
    public long atMs;

    /** Hash of the target's host. */
    public long target;

    public String targetClass = "";

    /** It was a benchmark, not a user's request. */
    public boolean benchmark;

    /** Edge that a link was lost at; empty: it was no loss of a link. */
    public String lostEdge = "";

    public Pending() {}

    Pending(long atMs, String lostEdge) {
        this.atMs = atMs;
        this.lostEdge = lostEdge;
    }

    Pending(long atMs, long target, String targetClass, boolean benchmark) {
        this.atMs = atMs;
        this.target = target;
        this.targetClass = targetClass;
        this.benchmark = benchmark;
    }
}
