package io.fairlead.jobs.quality;

import io.fairlead.jobs.setup.JobArguments;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * Settings of the job, as {@link JobArguments} reads them. How it scores is no setting: that stands in policies, on their topic.
 *
 * @param bootstrapServers of Kafka
 * @param kafka laid over the settings of the Kafka clients ({@code --kafka.NAME value})
 * @param group consumer group whose offsets are written with every checkpoint
 * @param checkpointInterval how often state is made durable
 * @param bufferTimeout how long a record may wait for others on its way between tasks
 * @param outOfOrder by how much the events of one partition are out of order as a rule: timers wait so long; later events count all the same
 * @param idle a partition that is silent this long no longer holds event time back
 */
record QualitySettings(
        String bootstrapServers,
        Properties kafka,
        String group,
        Duration checkpointInterval,
        Duration bufferTimeout,
        Duration outOfOrder,
        Duration idle) {

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("bootstrap-servers", "127.0.0.1:9092"),
            Map.entry("group", "fairlead-quality"),
            Map.entry("checkpoint-ms", "10000"),
            Map.entry("buffer-timeout-ms", "5"),
            Map.entry("out-of-order-ms", "200"),
            Map.entry("idle-ms", "60000"));

    /** @throws IllegalArgumentException naming the setting that is unknown or out of its bounds */
    static QualitySettings parse(String[] arguments, Map<String, String> environment) {
        JobArguments values = JobArguments.parse(QualityJob.NAME, DEFAULTS, arguments, environment);
        return new QualitySettings(
                values.text("bootstrap-servers"),
                values.kafka(),
                values.text("group"),
                Duration.ofMillis(values.number("checkpoint-ms", 100, 600_000)),
                Duration.ofMillis(values.number("buffer-timeout-ms", 0, 1_000)),
                Duration.ofMillis(values.number("out-of-order-ms", 0, 60_000)),
                Duration.ofMillis(values.number("idle-ms", 1_000, 3_600_000)));
    }
}
