package io.fairlead.jobs.facts;

import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * All telemetry, decisions, changes of configuration and dead letters into ClickHouse, each stored once.
 *
 * <pre>
 * topics ──▶ source ──lane──▶ reader (drops duplicates of edges, makes rows) ──▶ sink (batches, inserted with a checkpoint)
 *                               └── can't be read ──▶ topic of dead letters ──▶ (source)
 * </pre>
 */
public final class FactsJob {

    /** Name of the job, as dead letters and Flink name it. */
    public static final String NAME = "facts";

    /** Never to be changed: state is laid out by it. */
    private static final int MAX_PARALLELISM = 128;

    /** A hold for a ClickHouse that is down must not fail the job. */
    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofHours(1);

    private FactsJob() {}

    /** @param arguments as {@code FactsSettings} reads them */
    public static void main(String[] arguments) throws Exception {
        FactsSettings settings = FactsSettings.parse(arguments, System.getenv());
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        build(environment, settings);
        environment.execute("fairlead " + NAME);
    }

    static void build(StreamExecutionEnvironment environment, FactsSettings settings) {
        environment.configure(configuration(settings));
        environment.setMaxParallelism(MAX_PARALLELISM);
        SingleOutputStreamOperator<RawRecord> records = environment
                .fromSource(
                        RawRecords.source(
                                settings.bootstrapServers(), settings.group(), FactTables.topics(), settings.kafka()),
                        WatermarkStrategy.noWatermarks(),
                        "topics",
                        RawRecords.TYPE)
                .uid("facts-source");
        SingleOutputStreamOperator<FactRow> rows = records.keyBy(new Lane())
                .process(new FactReader(settings.laneTtl(), settings.bootstrapServers(), settings.kafka()))
                .returns(new LeanTypeInformation<>(FactRow.class, FactRow.Serializer.INSTANCE))
                .name("reader")
                .uid("facts-reader");
        rows.sinkTo(new FactsSink(settings.clickHouse(), settings.limits(), settings.insertsInFlight()))
                .name("clickhouse")
                .uid("facts-clickhouse")
                .setParallelism(settings.sinkParallelism());
        Properties producer = new Properties();
        producer.putAll(settings.kafka());
        rows.getSideOutput(FactReader.DEAD)
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("dead letters")
                .uid("facts-deadletters");
    }

    private static Configuration configuration(FactsSettings settings) {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, settings.checkpointInterval());
        configuration.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        configuration.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, CHECKPOINT_TIMEOUT);
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        return configuration;
    }
}
