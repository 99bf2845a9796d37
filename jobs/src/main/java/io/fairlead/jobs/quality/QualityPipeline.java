package io.fairlead.jobs.quality;

import io.fairlead.jobs.canary.CanaryStanding;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.jobs.source.RecordReader;
import io.fairlead.model.canary.Tries;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.wire.TelemetryPeek;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.time.Clock;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * The operators between what is read and what is told: those of the job, and of whoever asks what it would have decided.
 *
 * <pre>
 * telemetry ──▶ reader ──signals──────────────────────────▶ scorer ──▶ desk (numbers them) ──▶ decisions, heartbeats
 *                 ├─links, benchmarks─▶ watch ──┐              ▲  ▲
 *                 ├─tries, failures─────────────┼─▶ fleet ─verdicts │
 *                 ├─targets─▶ judge ────────────┤     │              │
 * edges ──▶ edge reader ────────────────────────┘     ├─────────────┤ rulings, broadcast
 *                 └─groups──▶ tally ───────────────────┤
 * policies ──▶ gate ──┬────────────────────────────────┤
 * tries, verdicts ────┴─▶ canaries ─▶ desk             │ (and back: what stands on their topic)
 *                            └────where they stand──────┤
 * clock, every second ─────────────────────────────────┘
 * </pre>
 */
final class QualityPipeline {

    private QualityPipeline() {}

    /**
     * What is read.
     *
     * @param telemetry of exits, attempts and outcomes, with event times and watermarks
     * @param edges reports of edges; they hold no event time back
     * @param policies in their order
     * @param clock a tick a second
     * @param canaries verdicts of this job and its earlier starts; null: no canary is judged, and none decides
     */
    record Sources(
            DataStream<RawRecord> telemetry,
            DataStream<RawRecord> edges,
            DataStream<RawRecord> policies,
            DataStream<Ruling> clock,
            @Nullable DataStream<RawRecord> canaries) {}

    /**
     * What is told.
     *
     * @param decisions and heartbeats, with their topics
     * @param refused dead letters and refused policies, with their topics
     */
    record Told(DataStream<RawRecord> decisions, DataStream<RawRecord> refused) {}

    /** Puts the operators behind the sources. Writer schemas that are not known are looked for at the broker. */
    static Told of(Sources sources, String bootstrapServers, Properties kafka) {
        return of(sources, bootstrapServers, kafka, QualityJob.NAME, true);
    }

    /**
     * The same for what was recorded: rulings hold event time back, so that all operators are as far as it says.
     *
     * @param name of this one among those of the same job
     */
    static Told replayed(Sources sources, String name) {
        return of(sources, "", new Properties(), name, false);
    }

    private static Told of(Sources sources, String bootstrapServers, Properties kafka, String name, boolean live) {
        SingleOutputStreamOperator<ExitSignal> signals = sources.telemetry
                .transform("reader", ExitSignal.TYPE, new SignalReader(bootstrapServers, kafka))
                .uid(name + "-reader");
        SingleOutputStreamOperator<Evidence> watched = signals.getSideOutput(SignalReader.WATCHED)
                .keyBy(ExitSignal::exitId, Types.STRING)
                .process(new ExitWatch(), Evidence.TYPE)
                .name("watch")
                .uid(name + "-watch");
        SingleOutputStreamOperator<Ruling> targets = signals.getSideOutput(SignalReader.GLIMPSES)
                .keyBy(Glimpse::target, Types.LONG)
                .process(new TargetJudge(), Ruling.TYPE)
                .name("targets")
                .uid(name + "-targets");
        SingleOutputStreamOperator<Evidence> edges = sources.edges
                .process(
                        new RecordReader<>(QualityJob.NAME, QualityPipeline::heard, bootstrapServers, kafka),
                        Evidence.TYPE)
                .name("edge reader")
                .uid(name + "-edge-reader");
        SingleOutputStreamOperator<Ruling> fleet = signals.getSideOutput(SignalReader.EVIDENCE)
                .union(watched, targets.getSideOutput(TargetJudge.EVIDENCE), edges)
                .transform("fleet", Ruling.TYPE, new FleetDesk())
                .uid(name + "-fleet")
                .forceNonParallel();
        SingleOutputStreamOperator<Ruling> groups = signals.getSideOutput(SignalReader.GROUPS)
                .keyBy(GroupOutcomes::group, Types.STRING)
                .process(new GroupTally(), Ruling.TYPE)
                .name("groups")
                .uid(name + "-groups");
        SingleOutputStreamOperator<Ruling> policies = sources.policies
                .process(new PolicyGate(bootstrapServers, kafka), Ruling.TYPE)
                .name("gate")
                .uid(name + "-gate")
                .setParallelism(1);
        DataStream<RawRecord> verdicts = sources.canaries;
        Canaries canaries = verdicts == null
                ? null
                : canaries(signals, fleet, policies, read(verdicts, bootstrapServers, kafka, name), name);
        DataStream<Ruling> all = sources.clock.union(policies, groups, targets, fleet);
        if (canaries != null) {
            all = all.union(canaries.standing());
        }
        BroadcastStream<Ruling> rulings = (live
                        ? all.assignTimestampsAndWatermarks(neverHoldingBack())
                                .name("rulings")
                                .uid(name + "-rulings")
                        : all)
                .broadcast(Rulebook.STATE);
        DataStream<Finding> scored = signals.union(fleet.getSideOutput(FleetDesk.VERDICTS))
                .keyBy(ExitSignal::exitId, Types.STRING)
                .connect(rulings)
                .process(new ExitScorer(), Finding.TYPE)
                .name("scorer")
                .uid(name + "-scorer");
        SingleOutputStreamOperator<RawRecord> decisions = (canaries == null ? scored : scored.union(canaries.told()))
                .process(new DecisionDesk(Clock.systemUTC()), RawRecords.TYPE)
                .name("desk")
                .uid(name + "-desk")
                .setParallelism(1);
        DataStream<RawRecord> refused = signals.getSideOutput(SignalReader.DEAD)
                .union(policies.getSideOutput(PolicyGate.REFUSED), edges.getSideOutput(RecordReader.DEAD));
        return new Told(decisions, canaries == null ? refused : refused.union(canaries.dead()));
    }

    /** Where canaries stand, what is told of it, and what could not be read. */
    private record Canaries(DataStream<Ruling> standing, DataStream<Finding> told, DataStream<RawRecord> dead) {}

    private static SingleOutputStreamOperator<Ruling> read(
            DataStream<RawRecord> verdicts, String bootstrapServers, Properties kafka, String name) {
        return verdicts.process(
                        new RecordReader<>(QualityJob.NAME, QualityPipeline::ruled, bootstrapServers, kafka),
                        Ruling.TYPE)
                .name("canary reader")
                .uid(name + "-canary-reader")
                .setParallelism(1);
    }

    /** Which edges report, and how many links they hold. */
    private static void heard(SpecificRecord record, RawRecord raw, Collector<Evidence> out) {
        if (record instanceof EdgeReport report) {
            out.collect(new Evidence.EdgeHeard(
                    Signals.cut(report.getHeader().getEdgeId()),
                    report.getHeader().getEdgeEpochMs(),
                    raw.brokerTimeMs(),
                    report.getExitLinks()));
        }
    }

    /** What the job said of canaries, itself or an earlier start of it. */
    private static void ruled(SpecificRecord record, RawRecord raw, Collector<Ruling> out) {
        if (record instanceof CanaryVerdict verdict) {
            CanaryStanding.of(verdict)
                    .ifPresent(told -> out.collect(new Ruling.Canary(told.policyKey(), told.version(), told.stage())));
        }
    }

    private static Canaries canaries(
            SingleOutputStreamOperator<ExitSignal> signals,
            SingleOutputStreamOperator<Ruling> fleet,
            DataStream<Ruling> policies,
            SingleOutputStreamOperator<Ruling> verdicts,
            String name) {
        DataStream<ExitTries> atFault = fleet.getSideOutput(FleetDesk.VERDICTS)
                .process(new AtFault(), ExitTries.TYPE)
                .name("at fault")
                .uid(name + "-at-fault");
        SingleOutputStreamOperator<Ruling> desk = signals.getSideOutput(SignalReader.TRIES)
                .union(atFault)
                .connect(policies.union(verdicts))
                .transform("canaries", Ruling.TYPE, new CanaryDesk())
                .uid(name + "-canaries")
                .forceNonParallel();
        return new Canaries(desk, desk.getSideOutput(CanaryDesk.TOLD), verdicts.getSideOutput(RecordReader.DEAD));
    }

    /** Users' tries of which it was found that the exit was at fault. */
    private static final class AtFault extends ProcessFunction<ExitSignal, ExitTries> {

        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(ExitSignal verdict, Context context, Collector<ExitTries> out) {
            if (verdict.event() instanceof ExitEvent.Attempted attempted && attempted.verdict() == Verdict.AT_FAULT) {
                out.collect(new ExitTries(verdict.exitId(), null, attempted.atMs(), Tries.failed(1)));
            }
        }
    }

    /** When an edge saw it, if the record says so; never later than the broker took it. */
    static long observedAtMs(RawRecord record) {
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

    /**
     * What has no event time of its own counts from when it comes. It is idle for event time and never ahead of it: where all telemetry is silent for a while, time stands still. The end of time,
     * which would not hold back either, would be believed then, and nothing after it would count.
     */
    static <T> WatermarkStrategy<T> neverHoldingBack() {
        return WatermarkStrategy.forGenerator(context -> new NeverHoldsBack<>());
    }

    private static final class NeverHoldsBack<T> implements WatermarkGenerator<T> {

        @Override
        public void onEvent(T each, long atMs, WatermarkOutput output) {}

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            output.markIdle();
        }
    }
}
