package io.fairlead.jobs.relays;

import io.fairlead.jobs.setup.JobArguments;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * Settings of the job, as {@link JobArguments} reads them. When relay clients change their relay server is no setting: that stands in the policy {@code relay/default}.
 *
 * @param bootstrapServers of Kafka
 * @param kafka laid over the settings of the Kafka clients ({@code --kafka.NAME value})
 * @param group consumer group whose offsets are written with every checkpoint
 * @param service name of the service: the one key of its plans
 * @param checkpointInterval between two checkpoints
 * @param bufferTimeout how long a record may wait for others on its way between tasks
 */
record RelaySettings(
        String bootstrapServers,
        Properties kafka,
        String group,
        String service,
        Duration checkpointInterval,
        Duration bufferTimeout) {

    private static final Map<String, String> DEFAULTS = Map.of(
            "bootstrap-servers", "127.0.0.1:9092",
            "group", "fairlead-relays",
            "service", "default",
            "checkpoint-ms", "10000",
            "buffer-timeout-ms", "5");

    /** @throws IllegalArgumentException naming the setting that is unknown or out of its bounds */
    static RelaySettings parse(String[] arguments, Map<String, String> environment) {
        JobArguments values = JobArguments.parse(RelayJob.NAME, DEFAULTS, arguments, environment);
        return new RelaySettings(
                values.text("bootstrap-servers"),
                values.kafka(),
                values.text("group"),
                values.text("service"),
                Duration.ofMillis(values.number("checkpoint-ms", 100, 600_000)),
                Duration.ofMillis(values.number("buffer-timeout-ms", 0, 1_000)));
    }
}
