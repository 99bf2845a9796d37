package io.fairlead.jobs.map;

import io.fairlead.jobs.setup.JobArguments;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * Settings of the job, as {@link JobArguments} reads them. How the map follows evidence is no setting: that stands in the policy of the map.
 *
 * @param bootstrapServers of Kafka
 * @param kafka laid over the settings of the Kafka clients ({@code --kafka.NAME value})
 * @param group consumer group whose offsets are written with every checkpoint
 * @param service name of the service: the one key of its map
 * @param epoch a map is made so often at most, but for what must move; twice the answers' time to live or more
 * @param limits to what is kept
 * @param checkpointInterval between two checkpoints
 * @param bufferTimeout how long a record may wait for others on its way between tasks
 */
record MapSettings(
        String bootstrapServers,
        Properties kafka,
        String group,
        String service,
        Duration epoch,
        Parts.Limits limits,
        Duration checkpointInterval,
        Duration bufferTimeout) {

    private static final Map<String, String> DEFAULTS = Map.of(
            "bootstrap-servers", "127.0.0.1:9092",
            "group", "fairlead-map",
            "service", "default",
            "epoch-ms", "60000",
            "max-parts", "2000000",
            "max-unproven-parts", "100000",
            "checkpoint-ms", "10000",
            "buffer-timeout-ms", "5");

    /** @throws IllegalArgumentException naming the setting that is unknown or out of its bounds */
    static MapSettings parse(String[] arguments, Map<String, String> environment) {
        JobArguments values = JobArguments.parse(MapJob.NAME, DEFAULTS, arguments, environment);
        return new MapSettings(
                values.text("bootstrap-servers"),
                values.kafka(),
                values.text("group"),
                values.text("service"),
                Duration.ofMillis(values.number("epoch-ms", 1_000, 3_600_000)),
                new Parts.Limits((int) values.number("max-parts", 1_000, 20_000_000), (int)
                        values.number("max-unproven-parts", 0, 20_000_000)),
                Duration.ofMillis(values.number("checkpoint-ms", 100, 600_000)),
                Duration.ofMillis(values.number("buffer-timeout-ms", 0, 1_000)));
    }
}
