package io.fairlead.jobs.quality;

import io.fairlead.model.PoolType;
import io.fairlead.model.attribution.Culprit;
import io.fairlead.model.attribution.FaultJudge;
import io.fairlead.model.attribution.Ruled;
import io.fairlead.model.attribution.Try;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.FleetReferences;
import io.fairlead.model.survival.FleetSurvival;
import io.fairlead.model.survival.GroupSurvival;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * The one place that sees the whole fleet, and keeps what moves slowly there: whose fault open failures were, what each network carries, how long
 * exits stay, what benchmarks and pings are measured against, and which edges are alive. Alone: it hears of tries in sums of half a second, so
 * that one task is enough.
 *
 * <p>Failures wait in event time, at most {@link QualityPolicy#verdictWaitMs} of the default policy; should event time stand still, in that
 * of the machine.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
final class FleetDesk extends AbstractStreamOperator<Ruling> implements OneInputStreamOperator<Evidence, Ruling> {

    /** Verdicts on failures, for the exits that they are about. */
    static final OutputTag<ExitSignal> VERDICTS = new OutputTag<>("verdicts", ExitSignal.TYPE);

    /** An edge that has not reported for so long, while others have, is not heard, ms. */
    static final long EDGE_SILENCE_MS = 10_000;

    /** Edges remembered; over it the one not heard of for longest goes. */
    static final int MAX_EDGES = 10_000;

    /** Links that one edge must lose within {@value #LOST_TOGETHER_MS} ms, and the share of all it holds, for it to be the edge's fault. */
    static final int MIN_LOST_LINKS = 3;

    static final double MIN_LOST_SHARE = 0.5;
    static final long LOST_TOGETHER_MS = 2_000;

    /** How often curves of survival are fitted anew, ms of event time. */
    static final long FIT_MS = 60_000;

    /** What a network carries is told when it has moved by this; from {@value #SOUND_SHARE} on it is sound and counts as 1. */
    static final double TELL_SHARE = 0.05;

    static final double SOUND_SHARE = 0.95;

    private static final long serialVersionUID = 1L;
    private static final long LOOK_MS = 1_000;
    private static final long STANDSTILL_MS = 5_000;
    private static final long WAIT_MS = QualityPolicy.defaults().verdictWaitMs();
    private static final byte FORM = 1;

    private transient FaultSpans<Long> failingTargets;
    private transient FaultSpans<String> failingEdges;
    private transient FaultJudge judge;
    private transient ArrayDeque<Waiting> waiting;
    private transient FleetSurvival survival;
    private transient List<Evidence.Watched> heldEnds;
    private transient FleetReferences references;
    private transient Map<Long, Double> toldNetworks;
    private transient Map<String, Edge> edges;
    private transient Map<String, Told> toldCurves;
    private transient ListState<byte[]> stored;
    private transient long newestMs;
    private transient long newestReportMs;
    private transient long lookedAtMs;
    private transient long fittedAtMs;
    private transient long heardAtMs;
    private transient long advancedAtMs;
    private transient Counter toExits;
    private transient Counter toTargets;
    private transient Counter toNetworks;
    private transient Counter toEdges;
    private transient Counter silentEdges;

    private record Waiting(Try seen, Evidence.Failed failure) {}

    /** How much of a curve was told: it is told again when that has grown. */
    private record Told(long ends, long atRiskMs) {}

    /** What is known of an edge. */
    private static final class Edge {
        long epochMs;
        long brokerMs;
        int links;
        int linksBefore;
        boolean silent;
        final ArrayDeque<Evidence.LinkLost> lost = new ArrayDeque<>(0);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        failingTargets = new FaultSpans<>(Rulebook.MAX_FAULTS);
        failingEdges = new FaultSpans<>(MAX_EDGES);
        judge = new FaultJudge(WAIT_MS, FaultJudge.HALF_LIFE_MS, failingTargets::touches);
        waiting = new ArrayDeque<>();
        survival = new FleetSurvival();
        heldEnds = new ArrayList<>();
        references = new FleetReferences();
        toldNetworks = new HashMap<>();
        edges = new HashMap<>();
        toldCurves = new HashMap<>();
        stored = context.getOperatorStateStore()
                .getListState(
                        new ListStateDescriptor<>("fleet", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        for (byte[] bytes : stored.get()) {
            read(new DataInputDeserializer(bytes));
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        MetricGroup metrics = getMetricGroup().addGroup("quality");
        toExits = metrics.addGroup("culprit", "exit").counter("verdicts");
        toTargets = metrics.addGroup("culprit", "target").counter("verdicts");
        toNetworks = metrics.addGroup("culprit", "network").counter("verdicts");
        toEdges = metrics.addGroup("culprit", "edge").counter("verdicts");
        silentEdges = metrics.counter("edgesFallenSilent");
        advancedAtMs = getProcessingTimeService().getCurrentProcessingTime();
        heardAtMs = advancedAtMs;
        watchTheClock(advancedAtMs);
    }

    /** A second that event time has stood still for long counts as one: nothing waits for ever. */
    private void watchTheClock(long nowMs) {
        getProcessingTimeService().registerTimer(nowMs + LOOK_MS, atMs -> {
            if (atMs - advancedAtMs >= STANDSTILL_MS && newestMs > 0) {
                advance(newestMs + atMs - heardAtMs);
            }
            watchTheClock(atMs);
        });
    }

    @Override
    public void processElement(StreamRecord<Evidence> element) {
        Evidence evidence = element.getValue();
        if (evidence instanceof Evidence.Carried each) {
            hear(each.atMs());
            judge.carried(new Try(each.atMs(), each.exitId(), each.asn(), each.target(), each.edge()), each.tries());
        } else if (evidence instanceof Evidence.Failed each) {
            hear(each.signal().event().atMs());
            Try seen = seen(each);
            waiting.add(new Waiting(seen, each));
            judge.failed(seen).forEach(this::rule);
        } else if (evidence instanceof Evidence.TargetFails each) {
            failingTargets.add(each.target(), each.fromMs(), each.untilMs());
        } else if (evidence instanceof Evidence.Watched each) {
            if (each.ended()) {
                heldEnds.add(each);
            } else {
                watched(each, false);
            }
        } else if (evidence instanceof Evidence.Medians each) {
            if (references.add(each.atMs(), each.benchmarkMs(), each.pingMs())) {
                tellReferences();
            }
        } else if (evidence instanceof Evidence.LinkLost each) {
            hear(each.atMs());
            lost(each);
        } else if (evidence instanceof Evidence.EdgeHeard each) {
            heard(each);
        }
    }

    private void hear(long atMs) {
        newestMs = Math.max(newestMs, atMs);
        heardAtMs = getProcessingTimeService().getCurrentProcessingTime();
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        advancedAtMs = getProcessingTimeService().getCurrentProcessingTime();
        if (mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
            advance(newestMs + WAIT_MS); // the end of what there is to read
        } else {
            advance(mark.getTimestamp());
        }
        super.processWatermark(mark);
    }

    /** Everything up to that time has been heard. */
    private void advance(long nowMs) {
        judge.settle(nowMs).forEach(this::rule);
        if (nowMs - lookedAtMs < LOOK_MS) {
            return;
        }
        lookedAtMs = nowMs;
        tellNetworks(nowMs);
        for (Iterator<Evidence.Watched> each = heldEnds.iterator(); each.hasNext(); ) {
            Evidence.Watched held = each.next();
            if (held.toMs() + WAIT_MS <= nowMs) {
                each.remove();
                watched(held, !failingEdges.touches(held.edge(), held.toMs(), held.toMs()));
            }
        }
        if (references.advance(nowMs)) {
            tellReferences();
        }
        if (nowMs - fittedAtMs >= FIT_MS) {
            fittedAtMs = nowMs;
            survival.age(nowMs);
            survival.fit();
            tellSurvival();
        }
    }

    // ---- whose fault

    private static Try seen(Evidence.Failed failure) {
        ExitSignal signal = failure.signal();
        long target = signal.event() instanceof ExitEvent.Attempted attempted
                ? attempted.target()
                : signal.event() instanceof ExitEvent.Benchmarked benchmarked ? benchmarked.target() : 0;
        return new Try(signal.event().atMs(), signal.exitId(), failure.asn(), target, signal.edge());
    }

    /** The judge rules in the order in which failures came. */
    private void rule(Ruled ruled) {
        Evidence.Failed failure = waiting.remove().failure;
        ExitSignal signal = failure.signal();
        counter(ruled.culprit()).inc();
        ExitEvent told = told(signal.event(), ruled.culprit());
        if (told != null) {
            output.collect(VERDICTS, new StreamRecord<>(signal.verdict(told), told.atMs()));
        }
    }

    private Counter counter(Culprit culprit) {
        return switch (culprit) {
            case EXIT -> toExits;
            case TARGET -> toTargets;
            case ASN -> toNetworks;
            case EDGE -> toEdges;
        };
    }

    private static @Nullable ExitEvent told(ExitEvent failure, Culprit culprit) {
        if (culprit == Culprit.ASN || culprit == Culprit.EDGE) {
            return null;
        }
        boolean spared = culprit == Culprit.TARGET;
        if (failure instanceof ExitEvent.Attempted each) {
            return spared
                    ? new ExitEvent.Spared(each.atMs(), each.targetClass())
                    : new ExitEvent.Attempted(
                            each.atMs(),
                            each.targetClass(),
                            each.target(),
                            Verdict.AT_FAULT,
                            each.connectMs(),
                            each.runningRequests());
        }
        if (failure instanceof ExitEvent.Benchmarked each) {
            return spared
                    ? new ExitEvent.Spared(each.atMs(), each.targetClass())
                    : new ExitEvent.Benchmarked(
                            each.atMs(),
                            each.targetClass(),
                            each.target(),
                            Verdict.AT_FAULT,
                            each.connectMs(),
                            each.totalMs());
        }
        return null;
    }

    private void tellNetworks(long nowMs) {
        Set<Long> all = new HashSet<>(judge.networks());
        all.addAll(toldNetworks.keySet());
        for (long asn : all) {
            double mean = judge.networkMean(asn, nowMs);
            double share = mean >= SOUND_SHARE ? 1 : mean;
            double told = toldNetworks.getOrDefault(asn, 1.0);
            if (share != told && (share == 1 || Math.abs(share - told) >= TELL_SHARE)) {
                output.collect(new StreamRecord<>(new Ruling.NetworkSuccess(asn, share)));
                if (share == 1) {
                    toldNetworks.remove(asn);
                } else {
                    toldNetworks.put(asn, share);
                }
            }
        }
    }

    // ---- edges

    private void lost(Evidence.LinkLost link) {
        Edge edge = edge(link.edge());
        edge.lost.add(link);
        edge.lost.removeIf(each -> each.atMs() < link.atMs() - LOST_TOGETHER_MS);
        Set<String> exits =
                edge.lost.stream().map(Evidence.LinkLost::exitId).collect(Collectors.toCollection(HashSet::new));
        if (exits.size() >= MIN_LOST_LINKS && exits.size() >= MIN_LOST_SHARE * Math.max(edge.links, edge.linksBefore)) {
            long fromMs =
                    edge.lost.stream().mapToLong(Evidence.LinkLost::atMs).min().orElse(link.atMs());
            long untilMs = link.atMs() + LOST_TOGETHER_MS;
            failingEdges.add(link.edge(), fromMs, untilMs);
            output.collect(new StreamRecord<>(new Ruling.EdgeFault(link.edge(), fromMs, untilMs)));
        }
    }

    private void heard(Evidence.EdgeHeard report) {
        Edge edge = edge(report.edge());
        if (report.brokerMs() < edge.brokerMs) {
            return;
        }
        edge.epochMs = Math.max(edge.epochMs, report.epochMs());
        edge.brokerMs = report.brokerMs();
        edge.linksBefore = edge.links;
        edge.links = report.exitLinks();
        edge.silent = false;
        newestReportMs = Math.max(newestReportMs, report.brokerMs());
        edges.forEach((name, each) -> {
            if (!each.silent && each.brokerMs > 0 && newestReportMs - each.brokerMs > EDGE_SILENCE_MS) {
                each.silent = true;
                silentEdges.inc();
                output.collect(new StreamRecord<>(new Ruling.EdgeSilent(name, each.epochMs)));
            }
        });
    }

    private Edge edge(String name) {
        if (edges.size() >= MAX_EDGES && !edges.containsKey(name)) {
            edges.entrySet().stream()
                    .min((a, b) -> Long.compare(a.getValue().brokerMs, b.getValue().brokerMs))
                    .ifPresent(oldest -> edges.remove(oldest.getKey()));
        }
        return edges.computeIfAbsent(name, n -> new Edge());
    }

    // ---- survival and references

    private void watched(Evidence.Watched each, boolean ended) {
        survival.watched(each.type(), each.asn(), each.upSinceMs(), each.fromMs(), each.toMs(), ended);
    }

    private void tellSurvival() {
        for (PoolType type : survival.types()) {
            tell(type, Ruling.Survival.WHOLE_TYPE, survival.group(type));
            for (long asn : survival.networks(type)) {
                tell(type, asn, survival.group(type, asn));
            }
        }
    }

    private void tell(PoolType type, long asn, GroupSurvival group) {
        Told now = new Told(group.curve().table().ends(), group.curve().table().atRiskMs());
        Told before = toldCurves.get(type + "/" + asn);
        boolean grown = before == null || now.ends != before.ends || now.atRiskMs > 1.1 * before.atRiskMs;
        if (group.speaks() && grown) {
            toldCurves.put(type + "/" + asn, now);
            output.collect(new StreamRecord<>(new Ruling.Survival(type, asn, group)));
        }
    }

    private void tellReferences() {
        output.collect(new StreamRecord<>(new Ruling.FleetDay(references.psiMs, references.omegaMs)));
    }

    // ---- state

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        DataOutputSerializer out = new DataOutputSerializer(4_096);
        write(out);
        stored.update(List.of(out.getCopyOfBuffer()));
    }

    private void write(DataOutputView out) throws IOException {
        out.writeByte(FORM);
        judge.write(out);
        out.writeInt(waiting.size());
        for (Waiting each : waiting) {
            Evidence.Serializer.INSTANCE.serialize(each.failure, out);
        }
        out.writeInt(failingTargets.all().size());
        for (Map.Entry<Long, FaultSpans.Span> each : failingTargets.all().entrySet()) {
            out.writeLong(each.getKey());
            out.writeLong(each.getValue().fromMs());
            out.writeLong(each.getValue().untilMs());
        }
        out.writeInt(failingEdges.all().size());
        for (Map.Entry<String, FaultSpans.Span> each : failingEdges.all().entrySet()) {
            out.writeUTF(each.getKey());
            out.writeLong(each.getValue().fromMs());
            out.writeLong(each.getValue().untilMs());
        }
        out.writeInt(edges.size());
        for (Map.Entry<String, Edge> each : edges.entrySet()) {
            out.writeUTF(each.getKey());
            out.writeLong(each.getValue().epochMs);
            out.writeLong(each.getValue().brokerMs);
            out.writeInt(each.getValue().links);
            out.writeBoolean(each.getValue().silent);
        }
        out.writeInt(toldNetworks.size());
        for (Map.Entry<Long, Double> each : toldNetworks.entrySet()) {
            out.writeLong(each.getKey());
            out.writeDouble(each.getValue());
        }
        survival.write(out);
        out.writeInt(heldEnds.size());
        for (Evidence.Watched each : heldEnds) {
            Evidence.Serializer.INSTANCE.serialize(each, out);
        }
        references.write(out);
    }

    private void read(DataInputView in) throws IOException {
        byte form = in.readByte();
        if (form != FORM) {
            throw new IOException("the state of the fleet has the form " + form + "; this version knows " + FORM);
        }
        judge.read(in);
        for (int left = in.readInt(); left > 0; left--) {
            Evidence.Failed failure = (Evidence.Failed) Evidence.Serializer.INSTANCE.deserialize(in);
            Try seen = seen(failure);
            waiting.add(new Waiting(seen, failure));
            judge.await(seen);
            newestMs = Math.max(newestMs, seen.atMs());
        }
        for (int left = in.readInt(); left > 0; left--) {
            failingTargets.add(in.readLong(), in.readLong(), in.readLong());
        }
        for (int left = in.readInt(); left > 0; left--) {
            failingEdges.add(in.readUTF(), in.readLong(), in.readLong());
        }
        for (int left = in.readInt(); left > 0; left--) {
            Edge edge = edge(in.readUTF());
            edge.epochMs = in.readLong();
            edge.brokerMs = in.readLong();
            edge.links = in.readInt();
            edge.silent = in.readBoolean();
            newestReportMs = Math.max(newestReportMs, edge.brokerMs);
        }
        for (int left = in.readInt(); left > 0; left--) {
            toldNetworks.put(in.readLong(), in.readDouble());
        }
        survival = FleetSurvival.read(in);
        for (int left = in.readInt(); left > 0; left--) {
            heldEnds.add((Evidence.Watched) Evidence.Serializer.INSTANCE.deserialize(in));
        }
        references = FleetReferences.read(in);
    }
}
