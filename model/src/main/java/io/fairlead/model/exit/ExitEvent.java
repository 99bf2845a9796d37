package io.fairlead.model.exit;

import io.fairlead.model.PoolType;

/** Something that happened to an exit, with all that its rating needs of it. */
public sealed interface ExitEvent {

    /** When an edge saw it, bounded by the broker's clock, ms since the Unix epoch. */
    long atMs();

    /**
     * A link came up.
     *
     * @param edge name of the edge it came up at
     * @param edgeEpochMs start of that edge's process
     * @param link its name, unique within the edge's epoch
     * @param asn autonomous system; 0: not known
     * @param declaredRequests capacity that the agent declares; 0: none
     */
    record Connected(
            long atMs, String edge, long edgeEpochMs, String link, PoolType type, long asn, int declaredRequests)
            implements ExitEvent {}

    /**
     * A link went down.
     *
     * @param unexpected nobody announced it, and no operator or edge brought it about
     */
    record Disconnected(long atMs, String edge, long edgeEpochMs, String link, boolean unexpected)
            implements ExitEvent {}

    /**
     * A link is alive.
     *
     * @param pingMs round trip on the link
     * @param runningRequests what the agent runs for all its edges
     * @param acceptedRequests what the agent accepts at most now; 0: not told
     * @param objection why it takes no request now, in words; empty: it does
     */
    record Heartbeat(
            long atMs,
            String edge,
            long edgeEpochMs,
            String link,
            PoolType type,
            long asn,
            double pingMs,
            int runningRequests,
            int acceptedRequests,
            String objection)
            implements ExitEvent {}

    /**
     * A benchmark was run.
     *
     * @param target hash of the host that was asked
     * @param connectMs until the exit had connected; 0: it did not
     * @param totalMs until the last byte
     */
    record Benchmarked(long atMs, String targetClass, long target, Verdict verdict, double connectMs, double totalMs)
            implements ExitEvent {}

    /**
     * A try of a user's request is over.
     *
     * @param target hash of the host that was asked
     * @param connectMs until the exit had connected; 0: it did not
     * @param runningRequests what its edge ran through the exit when the slot was taken, this one included
     */
    record Attempted(long atMs, String targetClass, long target, Verdict verdict, double connectMs, int runningRequests)
            implements ExitEvent {}

    /** A customer told that the target had answered with a block. The try itself has been counted as carried. */
    record ToldBlocked(long atMs, String targetClass) implements ExitEvent {}

    /** A failure of a try or a benchmark turned out to be the target's, whatever the exit: it is not held against the exit. */
    record Spared(long atMs, String targetClass) implements ExitEvent {}
}
