package io.fairlead.jobs.facts;

import io.fairlead.jobs.setup.JobArguments;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * Settings of the job: {@code --name value} on its command line, else {@code FAIRLEAD_FACTS_NAME} in the environment of the
 * job manager, else the default. A name that is none of these is an error.
 *
 * @param bootstrapServers of Kafka
 * @param kafka laid over the settings of the Kafka clients ({@code --kafka.NAME value})
 * @param group consumer group whose offsets are written with every checkpoint
 * @param clickHouse where facts go
 * @param limits of batches
 * @param sinkParallelism sink tasks; each makes one insert a table and checkpoint, so few make few and large ones
 * @param insertsInFlight batches that one sink task inserts at once
 * @param checkpointInterval how often batches are written ahead and inserted
 * @param laneTtl how long a silent lane of telemetry is remembered
 */
record FactsSettings(
        String bootstrapServers,
        Properties kafka,
        String group,
        ClickHouseAddress clickHouse,
        BatchLimits limits,
        int sinkParallelism,
        int insertsInFlight,
        Duration checkpointInterval,
        Duration laneTtl) {

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("bootstrap-servers", "127.0.0.1:9092"),
            Map.entry("group", "fairlead-facts"),
            Map.entry("clickhouse", "http://127.0.0.1:8123"),
            Map.entry("clickhouse-user", "fairlead"),
            Map.entry("clickhouse-password", ""),
            Map.entry("clickhouse-database", "fairlead"),
            Map.entry("batch-rows", Integer.toString(BatchLimits.ROWS_MAX)),
            Map.entry("batch-bytes", Integer.toString(BatchLimits.BYTES_MAX)),
            Map.entry("held-bytes", Long.toString(BatchLimits.HELD_BYTES_MAX)),
            Map.entry("sink-parallelism", "1"),
            Map.entry("inserts-in-flight", "2"),
            Map.entry("checkpoint-ms", "1000"),
            Map.entry("lane-ttl-hours", "168"));

    /** @throws IllegalArgumentException naming the setting that is unknown or out of its bounds */
    static FactsSettings parse(String[] arguments, Map<String, String> environment) {
        JobArguments values = JobArguments.parse(FactsJob.NAME, DEFAULTS, arguments, environment);
        return new FactsSettings(
                values.text("bootstrap-servers"),
                values.kafka(),
                values.text("group"),
                new ClickHouseAddress(
                        values.text("clickhouse"),
                        values.text("clickhouse-user"),
                        values.text("clickhouse-password"),
                        values.text("clickhouse-database")),
                new BatchLimits(
                        (int) values.number("batch-rows", 1, Integer.MAX_VALUE),
                        (int) values.number("batch-bytes", 1, Integer.MAX_VALUE),
                        values.number("held-bytes", 1, Long.MAX_VALUE)),
                (int) values.number("sink-parallelism", 1, 128),
                (int) values.number("inserts-in-flight", 1, 16),
                Duration.ofMillis(values.number("checkpoint-ms", 100, 600_000)),
                Duration.ofHours(values.number("lane-ttl-hours", 1, 10_000)));
    }
}
