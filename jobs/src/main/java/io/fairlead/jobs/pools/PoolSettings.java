package io.fairlead.jobs.pools;

import io.fairlead.jobs.setup.JobArguments;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * Settings of the job, as {@link JobArguments} reads them. How it curates and forecasts is no setting: that stands in policies.
 *
 * @param bootstrapServers of Kafka
 * @param kafka laid over the settings of the Kafka clients ({@code --kafka.NAME value})
 * @param group consumer group whose offsets are written with every checkpoint
 * @param fleet name of the fleet: the one key of all its pools
 * @param checkpointInterval assignments are seen by edges when the checkpoint stands
 * @param bufferTimeout how long a record may wait for others on its way between tasks
 */
record PoolSettings(
        String bootstrapServers,
        Properties kafka,
        String group,
        String fleet,
        Duration checkpointInterval,
        Duration bufferTimeout) {

    private static final Map<String, String> DEFAULTS = Map.of(
            "bootstrap-servers", "127.0.0.1:9092",
            "group", "fairlead-pools",
            "fleet", "default",
            "checkpoint-ms", "500",
            "buffer-timeout-ms", "5");

    /** @throws IllegalArgumentException naming the setting that is unknown or out of its bounds */
    static PoolSettings parse(String[] arguments, Map<String, String> environment) {
        JobArguments values = JobArguments.parse(PoolJob.NAME, DEFAULTS, arguments, environment);
        return new PoolSettings(
                values.text("bootstrap-servers"),
                values.kafka(),
                values.text("group"),
                values.text("fleet"),
                Duration.ofMillis(values.number("checkpoint-ms", 100, 600_000)),
                Duration.ofMillis(values.number("buffer-timeout-ms", 0, 1_000)));
    }
}
