package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.setup.JobArguments;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * Settings of the job, as {@link JobArguments} reads them. When a preference counts is no setting: that stands in the policy of the map.
 *
 * @param bootstrapServers of Kafka
 * @param kafka laid over the settings of the Kafka clients ({@code --kafka.NAME value})
 * @param group consumer group whose offsets are written with every checkpoint
 * @param checkpointInterval between two checkpoints
 * @param bufferTimeout how long a record may wait for others on its way between tasks
 * @param look a resolver is judged so often at most while it asks
 */
record ResolverSettings(
        String bootstrapServers,
        Properties kafka,
        String group,
        Duration checkpointInterval,
        Duration bufferTimeout,
        Duration look) {

    private static final Map<String, String> DEFAULTS = Map.of(
            "bootstrap-servers", "127.0.0.1:9092",
            "group", "fairlead-resolvers",
            "checkpoint-ms", "10000",
            "buffer-timeout-ms", "20",
            "look-ms", "5000");

    /** @throws IllegalArgumentException naming the setting that is unknown or out of its bounds */
    static ResolverSettings parse(String[] arguments, Map<String, String> environment) {
        JobArguments values = JobArguments.parse(ResolverJob.NAME, DEFAULTS, arguments, environment);
        return new ResolverSettings(
                values.text("bootstrap-servers"),
                values.kafka(),
                values.text("group"),
                Duration.ofMillis(values.number("checkpoint-ms", 100, 600_000)),
                Duration.ofMillis(values.number("buffer-timeout-ms", 0, 1_000)),
                Duration.ofMillis(values.number("look-ms", 100, 600_000)));
    }
}
