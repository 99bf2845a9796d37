package io.fairlead.jobs.quality;

import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

/** Quality and capacity of every exit: {@link QualityPipeline} between the topics. */
public final class QualityJob {

    /** Name of the job, as its heartbeats, dead letters and Flink name it. */
    public static final String NAME = "quality";

    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(10);

    private QualityJob() {}

    /** @param arguments as {@code QualitySettings} reads them */
    public static void main(String[] arguments) throws Exception {
        QualitySettings settings = QualitySettings.parse(arguments, System.getenv());
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        build(environment, settings);
        environment.execute("fairlead " + NAME);
    }

    static void build(StreamExecutionEnvironment environment, QualitySettings settings) {
        JobRuntime.configure(environment, settings.checkpointInterval(), CHECKPOINT_TIMEOUT);
        environment.setBufferTimeout(settings.bufferTimeout().toMillis());
        QualityPipeline.Told told = QualityPipeline.of(
                new QualityPipeline.Sources(
                        telemetry(environment, settings),
                        edges(environment, settings),
                        policies(environment, settings),
                        ticks(environment),
                        canaries(environment, settings)),
                settings.bootstrapServers(),
                settings.kafka());
        Properties producer = new Properties();
        producer.putAll(settings.kafka());
        told.decisions()
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("decisions")
                .uid("quality-decisions")
                .setParallelism(1);
        told.refused()
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("refused")
                .uid("quality-refused");
    }

    private static DataStream<RawRecord> telemetry(StreamExecutionEnvironment environment, QualitySettings settings) {
        return environment
                .fromSource(
                        RawRecords.source(
                                settings.bootstrapServers(),
                                settings.group(),
                                List.of(Topics.TELEMETRY_EXITS, Topics.TELEMETRY_ATTEMPTS, Topics.TELEMETRY_OUTCOMES),
                                settings.kafka()),
                        WatermarkStrategy.<RawRecord>forBoundedOutOfOrderness(settings.outOfOrder())
                                .withTimestampAssigner((record, brokerMs) -> QualityPipeline.observedAtMs(record))
                                .withIdleness(settings.idle()),
                        "telemetry",
                        RawRecords.TYPE)
                .uid("quality-telemetry");
    }

    /** Which edges are alive is a matter of now: reports of the past are not read. */
    @SuppressWarnings("deprecation") // the connector knows no other way to say "else the newest"
    private static DataStream<RawRecord> edges(StreamExecutionEnvironment environment, QualitySettings settings) {
        return environment
                .fromSource(
                        RawRecords.source(
                                settings.bootstrapServers(),
                                settings.group() + "-edges",
                                List.of(Topics.TELEMETRY_EDGES),
                                settings.kafka(),
                                OffsetsInitializer.committedOffsets(OffsetResetStrategy.LATEST)),
                        QualityPipeline.neverHoldingBack(),
                        "edges",
                        RawRecords.TYPE)
                .uid("quality-edges")
                .setParallelism(1);
    }

    /** All policies that ever counted are read again at a start without a checkpoint: what they say stands in no other place. */
    private static DataStream<RawRecord> policies(StreamExecutionEnvironment environment, QualitySettings settings) {
        return environment
                .fromSource(
                        RawRecords.source(
                                settings.bootstrapServers(),
                                settings.group() + "-policies",
                                List.of(Topics.CONFIG_POLICIES),
                                settings.kafka(),
                                OffsetsInitializer.earliest()),
                        WatermarkStrategy.noWatermarks(),
                        "policies",
                        RawRecords.TYPE)
                .uid("quality-policies")
                .setParallelism(1);
    }

    /** What has ended stands in no other place, should the job start without a checkpoint. */
    private static DataStream<RawRecord> canaries(StreamExecutionEnvironment environment, QualitySettings settings) {
        return environment
                .fromSource(
                        RawRecords.source(
                                settings.bootstrapServers(),
                                settings.group() + "-canaries",
                                List.of(Topics.DECISIONS_CANARIES),
                                settings.kafka(),
                                OffsetsInitializer.earliest()),
                        WatermarkStrategy.noWatermarks(),
                        "canaries",
                        RawRecords.TYPE)
                .uid("quality-canary-verdicts")
                .setParallelism(1);
    }

    private static DataStream<Ruling> ticks(StreamExecutionEnvironment environment) {
        GeneratorFunction<Long, Ruling> tick = Ruling.Tick::new;
        return environment
                .fromSource(
                        new DataGeneratorSource<>(tick, Long.MAX_VALUE, RateLimiterStrategy.perSecond(1), Ruling.TYPE),
                        WatermarkStrategy.noWatermarks(),
                        "clock")
                .uid("quality-clock")
                .setParallelism(1);
    }
}
