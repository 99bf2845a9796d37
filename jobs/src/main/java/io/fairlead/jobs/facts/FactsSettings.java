package io.fairlead.jobs.facts;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.flink.util.ParameterTool;

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

    private static final String KAFKA_PREFIX = "kafka.";

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
        Map<String, String> values = new HashMap<>(DEFAULTS);
        DEFAULTS.keySet().forEach(name -> {
            String value = environment.get(
                    "FAIRLEAD_FACTS_" + name.toUpperCase(Locale.ROOT).replace('-', '_'));
            if (value != null) {
                values.put(name, value);
            }
        });
        Properties kafka = new Properties();
        ParameterTool.fromArgs(arguments).toMap().forEach((name, value) -> {
            if (name.startsWith(KAFKA_PREFIX)) {
                kafka.setProperty(name.substring(KAFKA_PREFIX.length()), value);
            } else if (values.replace(name, value) == null) {
                throw new IllegalArgumentException("There is no setting --" + name + "; there are --"
                        + String.join(", --", new TreeSet<>(DEFAULTS.keySet())) + " and --kafka.NAME.");
            }
        });
        return new FactsSettings(
                text(values, "bootstrap-servers"),
                kafka,
                text(values, "group"),
                new ClickHouseAddress(
                        text(values, "clickhouse"),
                        text(values, "clickhouse-user"),
                        text(values, "clickhouse-password"),
                        text(values, "clickhouse-database")),
                new BatchLimits(
                        (int) number(values, "batch-rows", 1, Integer.MAX_VALUE),
                        (int) number(values, "batch-bytes", 1, Integer.MAX_VALUE),
                        number(values, "held-bytes", 1, Long.MAX_VALUE)),
                (int) number(values, "sink-parallelism", 1, 128),
                (int) number(values, "inserts-in-flight", 1, 16),
                Duration.ofMillis(number(values, "checkpoint-ms", 100, 600_000)),
                Duration.ofHours(number(values, "lane-ttl-hours", 1, 10_000)));
    }

    private static String text(Map<String, String> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    private static long number(Map<String, String> values, String name, long min, long max) {
        String text = text(values, name);
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " is '" + text + "', which is no whole number.", e);
        }
        throw new IllegalArgumentException("--" + name + " is " + text + "; set " + min + " to " + max + ".");
    }
}
