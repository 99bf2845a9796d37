package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.PoolType;
import io.fairlead.model.attribution.TargetTally;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Reads telemetry: signals of exits go on one by one, and what they say of groups of exits and of targets is gathered and
 * goes on every half second, and before a checkpoint, so that nothing of it is lost.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class SignalReader extends AbstractStreamOperator<ExitSignal>
        implements OneInputStreamOperator<RawRecord, ExitSignal> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("dead letters", RawRecords.TYPE);
    static final OutputTag<Glimpse> GLIMPSES = new OutputTag<>("glimpses of targets", Glimpse.TYPE);
    static final OutputTag<GroupOutcomes> GROUPS = new OutputTag<>("outcomes of groups", GroupOutcomes.TYPE);

    /** How long evidence is gathered, ms. */
    static final long GATHER_MS = 500;

    /** Targets, and groups, that are gathered at most; over it they go on sooner. */
    static final int MAX_GATHERED = 10_000;

    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;
    private transient Map<TargetSecond, long[]> targets;
    private transient Map<GroupKey, long[]> groups;
    private transient Counter deadLetters;
    private transient Counter signals;

    private record TargetSecond(long target, long second) {}

    private record GroupKey(PoolType type, long asn) {}

    SignalReader(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open() throws Exception {
        super.open();
        reader = new ContractReader(bootstrapServers, clientProperties);
        targets = new HashMap<>();
        groups = new HashMap<>();
        MetricGroup metrics = getMetricGroup().addGroup("quality");
        deadLetters = metrics.counter("deadLetters");
        signals = metrics.counter("signals");
        gatherOn(getProcessingTimeService().getCurrentProcessingTime());
    }

    private void gatherOn(long nowMs) {
        getProcessingTimeService().registerTimer(nowMs + GATHER_MS, atMs -> {
            passOn();
            gatherOn(atMs);
        });
    }

    @Override
    public void processElement(StreamRecord<RawRecord> element) {
        RawRecord raw = element.getValue();
        long nowMs = getProcessingTimeService().getCurrentProcessingTime();
        byte[] value = raw.value();
        try {
            if (value == null) {
                dead(raw, "A record of telemetry has no value; edges never write one without.", nowMs);
                return;
            }
            SpecificRecord record = reader.read(value, nowMs);
            ExitSignal signal = Signals.of(record, raw.brokerTimeMs());
            if (signal != null) {
                signals.inc();
                if (record instanceof ProxiedAttempt attempt) {
                    gather(Signals.type(attempt.getPoolType()), attempt.getAsn(), signal);
                } else if (signal.event() instanceof ExitEvent.Benchmarked benchmarked) {
                    gather(benchmarked.target(), benchmarked.atMs(), benchmarked.verdict(), signal.exitId());
                }
                output.collect(new StreamRecord<>(signal, signal.event().atMs()));
            }
        } catch (UnreadableRecordException e) {
            dead(raw, String.valueOf(e.getMessage()), nowMs);
        }
    }

    private void dead(RawRecord raw, String reason, long nowMs) {
        deadLetters.inc();
        output.collect(DEAD, new StreamRecord<>(DeadLetters.of(raw, reason, QualityJob.NAME, nowMs)));
    }

    private void gather(PoolType type, long asn, ExitSignal signal) {
        if (signal.event() instanceof ExitEvent.Attempted attempted) {
            gather(attempted.target(), attempted.atMs(), attempted.verdict(), signal.exitId());
            boolean carried = carried(attempted.verdict());
            if (carried || attempted.verdict() == Verdict.AT_FAULT) {
                long[] counts = groups.computeIfAbsent(new GroupKey(type, asn), key -> new long[3]);
                counts[0] = Math.max(counts[0], attempted.atMs());
                counts[carried ? 1 : 2]++;
            }
        }
    }

    private void gather(long target, long atMs, Verdict verdict, String exitId) {
        if (!carried(verdict) && verdict != Verdict.AMBIGUOUS) {
            return;
        }
        long[] bits = targets.computeIfAbsent(new TargetSecond(target, atMs / TargetTally.SLOT_MS), key -> new long[2]);
        bits[carried(verdict) ? 1 : 0] |= TargetTally.bit(exitId);
        if (targets.size() >= MAX_GATHERED || groups.size() >= MAX_GATHERED) {
            passOn();
        }
    }

    private static boolean carried(Verdict verdict) {
        return verdict == Verdict.CARRIED || verdict == Verdict.BLOCKED;
    }

    private void passOn() {
        targets.forEach((key, bits) -> output.collect(
                GLIMPSES,
                new StreamRecord<>(new Glimpse(key.target, key.second * TargetTally.SLOT_MS, bits[0], bits[1]))));
        targets.clear();
        groups.forEach((key, counts) -> output.collect(
                GROUPS,
                new StreamRecord<>(new GroupOutcomes(
                        GroupOutcomes.group(key.type, key.asn), counts[0], (int) counts[1], (int) counts[2]))));
        groups.clear();
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        passOn();
    }

    @Override
    public void finish() {
        passOn();
    }
}
