package io.fairlead.edge.table;

/**
 * One decision of a job.
 *
 * @param value what was decided
 * @param jobEpoch rises at every start of the job and fences older ones
 * @param counter rises with every decision of the epoch
 * @param issuedAtMs when it was decided, by the job's clock, ms since the Unix epoch
 * @param observedAtMs when an edge saw what led to it, by that edge's clock, ms since the Unix epoch; 0: not told
 */
public record Decision<T>(T value, long jobEpoch, long counter, long issuedAtMs, long observedAtMs) {

    /** Whether its version (epoch, then counter) is greater. */
    public boolean isNewerThan(long otherEpoch, long otherCounter) {
        return jobEpoch != otherEpoch ? jobEpoch > otherEpoch : counter > otherCounter;
    }
}
