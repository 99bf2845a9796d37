package io.fairlead.jobs.facts;

import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
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
        JobRuntime.configure(environment, settings.checkpointInterval(), CHECKPOINT_TIMEOUT);
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
}
