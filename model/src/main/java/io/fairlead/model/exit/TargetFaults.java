package io.fairlead.model.exit;

/** What is known of targets that fail whatever the exit, and of edges that lose whatever link. */
@FunctionalInterface
public interface TargetFaults {

    /** No target is known to fail. */
    TargetFaults NONE = (target, atMs) -> false;

    /**
     * Whether a failure is the target's.
     *
     * @param target hash of its host
     * @param atMs when the failure was seen, ms since the Unix epoch
     */
    boolean covers(long target, long atMs);

    /** Whether the loss of a link through this edge at that time was the edge's own: many were lost at once. */
    default boolean coversLoss(String edge, long atMs) {
        return false;
    }
}
