package io.fairlead.jobs.setup;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** How every job runs on Flink. */
public final class JobRuntime {

    /** Never to be changed: state is laid out by it. */
    private static final int MAX_PARALLELISM = 128;

    private JobRuntime() {}

    /** No generic types, objects reused between chained operators, compressed checkpoints that outlive the job and failures of their own. */
    public static void configure(
            StreamExecutionEnvironment environment, Duration checkpointInterval, Duration checkpointTimeout) {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval);
        configuration.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        configuration.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, checkpointTimeout);
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        // Not for the room it saves: what is not compressed is read from a local disk byte by byte, and a million exits
        // took minutes.
        configuration.set(ExecutionOptions.SNAPSHOT_COMPRESSION, true);
        environment.configure(configuration);
        environment.setMaxParallelism(MAX_PARALLELISM);
    }
}
