package io.fairlead.cli.flink;

import java.util.Optional;

/**
 * The checkpoints of one job.
 *
 * @param completed since the job's start on this cluster
 * @param failed declined ones included, of which a starting job has a few
 * @param latestPath of the last complete one that is kept
 * @param latestAtMs when it was begun; 0: there is none
 * @param latestDurationMs how long that took
 * @param latestBytes its size
 * @param latestWrittenBytes what of that was written for it; less, where checkpoints are incremental
 * @param restoredPath from which the job's state was last restored
 */
public record FlinkCheckpoints(
        long completed,
        long failed,
        Optional<String> latestPath,
        long latestAtMs,
        long latestDurationMs,
        long latestBytes,
        long latestWrittenBytes,
        Optional<String> restoredPath) {}
