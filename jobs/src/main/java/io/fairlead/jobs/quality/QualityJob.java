package io.fairlead.jobs.quality;

import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.TelemetryPeek;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Quality and capacity of every exit.
 *
 * <pre>
 * telemetry ──▶ reader ──exit──────────────────────▶ scorer ──▶ desk (numbers them) ──▶ decisions, heartbeats
 *                 ├─group──▶ tally ─┐                  ▲
 *                 └─target─▶ judge ─┤                  │
 * policies ──▶ gate ────────────────┼─▶ rulings, broadcast
 * clock, every second ──────────────┘
 * </pre>
 */
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

        SingleOutputStreamOperator<ExitSignal> signals = environment
                .fromSource(
                        RawRecords.source(
                                settings.bootstrapServers(),
                                settings.group(),
                                List.of(Topics.TELEMETRY_EXITS, Topics.TELEMETRY_ATTEMPTS, Topics.TELEMETRY_OUTCOMES),
                                settings.kafka()),
                        WatermarkStrategy.<RawRecord>forBoundedOutOfOrderness(settings.outOfOrder())
                                .withTimestampAssigner((record, brokerMs) -> observedAtMs(record))
                                .withIdleness(settings.idle()),
                        "telemetry",
                        RawRecords.TYPE)
                .uid("quality-telemetry")
                .transform("reader", ExitSignal.TYPE, new SignalReader(settings.bootstrapServers(), settings.kafka()))
                .uid("quality-reader");

        SingleOutputStreamOperator<Ruling> policies = policies(environment, settings);
        SingleOutputStreamOperator<Ruling> groups = signals.getSideOutput(SignalReader.GROUPS)
                .keyBy(GroupOutcomes::group, Types.STRING)
                .process(new GroupTally(), Ruling.TYPE)
                .name("groups")
                .uid("quality-groups");
        SingleOutputStreamOperator<Ruling> targets = signals.getSideOutput(SignalReader.GLIMPSES)
                .keyBy(Glimpse::target, Types.LONG)
                .process(new TargetJudge(), Ruling.TYPE)
                .name("targets")
                .uid("quality-targets");
        BroadcastStream<Ruling> rulings = ticks(environment)
                .union(policies, groups, targets)
                .assignTimestampsAndWatermarks(WatermarkStrategy.forGenerator(context -> new NeverHoldsBack()))
                .name("rulings")
                .uid("quality-rulings")
                .broadcast(Rulebook.STATE);

        SingleOutputStreamOperator<RawRecord> decisions = signals.keyBy(ExitSignal::exitId, Types.STRING)
                .connect(rulings)
                .process(new ExitScorer(), Finding.TYPE)
                .name("scorer")
                .uid("quality-scorer")
                .process(new DecisionDesk(), RawRecords.TYPE)
                .name("desk")
                .uid("quality-desk")
                .setParallelism(1);
        Properties producer = new Properties();
        producer.putAll(settings.kafka());
        decisions
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("decisions")
                .uid("quality-decisions")
                .setParallelism(1);
        signals.getSideOutput(SignalReader.DEAD)
                .union(policies.getSideOutput(PolicyGate.REFUSED))
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("refused")
                .uid("quality-refused");
    }

    /** All policies that ever counted are read again at a start without a checkpoint: what they say stands in no other place. */
    private static SingleOutputStreamOperator<Ruling> policies(
            StreamExecutionEnvironment environment, QualitySettings settings) {
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
                .setParallelism(1)
                .process(new PolicyGate(settings.bootstrapServers(), settings.kafka()), Ruling.TYPE)
                .name("gate")
                .uid("quality-gate")
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

    /** When an edge saw it, if the record says so; never later than the broker took it. */
    private static long observedAtMs(RawRecord record) {
        byte[] value = record.value();
        if (value == null) {
            return record.brokerTimeMs();
        }
        try {
            return Math.max(0, Math.min(TelemetryPeek.observedAtMs(value), record.brokerTimeMs()));
        } catch (UnreadableRecordException e) {
            return record.brokerTimeMs(); // the reader makes a dead letter of it
        }
    }

    /** Rulings have no event time of their own: they count from when they come. */
    private static final class NeverHoldsBack implements WatermarkGenerator<Ruling> {

        @Override
        public void onEvent(Ruling ruling, long atMs, WatermarkOutput output) {}

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            output.emitWatermark(Watermark.MAX_WATERMARK);
        }
    }
}
