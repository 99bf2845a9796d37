package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All telemetry falls silent for longer than a partition may hold event time back, as while Kafka is away, and comes again. */
@Timeout(300)
class SilentTelemetryTest {

    private static final Duration IDLE = Duration.ofMillis(100);
    private static final double BURSTS_PER_SECOND = 2;
    private static final int BURST = 40;
    private static final long ASN = 64_500;
    private static final int DECISIONS = 4;

    @Test
    void exitsAreDecidedOnAfterASilenceAsBeforeIt() throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
        JobRuntime.configure(environment, Duration.ofMinutes(10), Duration.ofMinutes(1));
        environment.getCheckpointConfig().disableCheckpointing(); // what is collected would wait for the next one
        environment.setBufferTimeout(0);
        QualityPipeline.Told told = QualityPipeline.of(
                new QualityPipeline.Sources(
                        telemetry(environment),
                        nothing(environment, RawRecords.TYPE),
                        nothing(environment, RawRecords.TYPE),
                        nothing(environment, Ruling.TYPE),
                        null),
                "",
                new Properties());
        List<Long> decidedUpToMs = new ArrayList<>();
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        try (CloseableIterator<RawRecord> each = told.decisions().executeAndCollect("a silence")) {
            while (decidedUpToMs.size() < DECISIONS) {
                RawRecord decision = each.next();
                if (decision.topic().equals(Topics.DECISIONS_EXITS.name())) {
                    assertThat(decision.value()).as("nobody is forgotten").isNotNull();
                    decidedUpToMs.add(((ExitScore) reader.read(decision.value())).getTriggerObservedAtMs());
                }
            }
        }
        assertThat(decidedUpToMs).as("each by something newer").isSorted();
        assertThat(decidedUpToMs.get(DECISIONS - 1)).isGreaterThan(decidedUpToMs.get(0));
    }

    /** Bursts of tries that all go well or all fail, so far apart that there is a silence after each. */
    private static DataStream<RawRecord> telemetry(StreamExecutionEnvironment environment) {
        GeneratorFunction<Long, RawRecord> heartbeat = number -> {
            Tales tales = new Tales(1, number * (1 + BURST));
            tales.heartbeat(System.currentTimeMillis(), "exit-1", ASN);
            return tales.records.get(0);
        };
        return environment
                .fromSource(
                        new DataGeneratorSource<>(
                                heartbeat,
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(BURSTS_PER_SECOND),
                                RawRecords.TYPE),
                        WatermarkStrategy.<RawRecord>forBoundedOutOfOrderness(Duration.ZERO)
                                .withTimestampAssigner((record, brokerMs) -> QualityPipeline.observedAtMs(record))
                                .withIdleness(IDLE),
                        "telemetry")
                .process(new WithTries(), RawRecords.TYPE);
    }

    /** Puts tries behind each heartbeat. */
    private static final class WithTries extends ProcessFunction<RawRecord, RawRecord> {

        private static final long serialVersionUID = 1L;

        private long bursts;

        @Override
        public void processElement(RawRecord heartbeat, Context context, Collector<RawRecord> out) {
            out.collect(heartbeat);
            boolean fails = bursts % 2 == 1;
            Tales tales = new Tales(1, bursts++ * (1 + BURST) + 1);
            for (int i = 0; i < BURST; i++) {
                tales.attempted(
                        heartbeat.brokerTimeMs(),
                        "exit-1",
                        ASN,
                        "a.example",
                        fails ? Outcome.CONNECTION_TIMEOUT : Outcome.OK,
                        fails ? FaultLayer.EXIT : FaultLayer.NONE);
            }
            tales.records.forEach(out::collect);
        }
    }

    /** A topic that nothing comes on, ever, and that does not end. */
    private static <T> DataStream<T> nothing(StreamExecutionEnvironment environment, TypeInformation<T> type) {
        return environment
                .fromSource(
                        new DataGeneratorSource<Long>(
                                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(1), Types.LONG),
                        QualityPipeline.<Long>neverHoldingBack(),
                        "nothing")
                .filter(number -> false)
                .map(number -> (T) null)
                .returns(type);
    }
}
