package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.PoolType;
import io.fairlead.model.attribution.TargetTally;
import io.fairlead.model.canary.Tries;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.schemas.pools.PoolTypes;
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
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Reads telemetry: signals of exits go on one by one, but for failures of which it is open whose fault they were: those go to the
 * {@link FleetDesk}, which tells the exit. What tries say of groups of exits, of targets and of the ways they went is gathered and goes on
 * every half second, and before a checkpoint, so that nothing of it is lost.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class SignalReader extends AbstractStreamOperator<ExitSignal>
        implements OneInputStreamOperator<RawRecord, ExitSignal> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("dead letters", RawRecords.TYPE);
    static final OutputTag<Glimpse> GLIMPSES = new OutputTag<>("glimpses of targets", Glimpse.TYPE);
    static final OutputTag<Evidence> EVIDENCE = new OutputTag<>("evidence of tries and links", Evidence.TYPE);
    static final OutputTag<ExitSignal> WATCHED = new OutputTag<>("signals of links and benchmarks", ExitSignal.TYPE);
    static final OutputTag<ExitTries> TRIES = new OutputTag<>("tries of exits", ExitTries.TYPE);
    static final OutputTag<GroupOutcomes> GROUPS = new OutputTag<>("outcomes of groups", GroupOutcomes.TYPE);

    /** How long evidence is gathered, ms. */
    static final long GATHER_MS = 500;

    /** Ways that tries go which are gathered at most; over it they go on sooner. */
    static final int MAX_GATHERED = 10_000;

    private static final long serialVersionUID = 1L;
    private static final double US_PER_MS = 1_000;
    private static final Tries NONE = Tries.failed(0);

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;
    private transient Map<Way, Gathered> ways;
    private transient long passedOnMs;
    private transient Counter deadLetters;
    private transient Counter signals;

    /** By all that can be at fault. */
    private record Way(String exitId, long target, String edge, long second) {}

    /** What was seen on one way within a second. */
    private static final class Gathered {
        PoolType type = PoolType.UNKNOWN;
        long asn;
        long newestMs;
        int carried;
        int atFault;
        int overloaded;
        Tries timed = NONE;
        boolean failed;
        boolean benchmarkCarried;
        boolean attempted;

        Tries tries() {
            return timed.plus(Tries.failed((long) atFault + overloaded));
        }
    }

    private record ExitSecond(String exitId, long second) {}

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
        ways = new HashMap<>();
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
                if (record instanceof ProxiedAttempt attempt
                        && signal.event() instanceof ExitEvent.Attempted attempted) {
                    attempted(attempted, signal, attempt);
                } else {
                    linked(signal);
                }
            }
        } catch (UnreadableRecordException e) {
            dead(raw, String.valueOf(e.getMessage()), nowMs);
        }
    }

    private void dead(RawRecord raw, String reason, long nowMs) {
        deadLetters.inc();
        output.collect(DEAD, new StreamRecord<>(DeadLetters.of(raw, reason, QualityJob.NAME, nowMs)));
    }

    private void attempted(ExitEvent.Attempted event, ExitSignal signal, ProxiedAttempt attempt) {
        Verdict verdict = event.verdict();
        boolean carried = carried(verdict);
        boolean overloaded = verdict == Verdict.OVERLOADED;
        if (carried || overloaded || verdict == Verdict.AT_FAULT || verdict == Verdict.AMBIGUOUS) {
            Gathered way = gathered(signal, event.target(), event.atMs());
            way.type = PoolTypes.read(attempt.getPoolType());
            way.asn = attempt.getAsn();
            way.attempted = true;
            way.carried += carried ? 1 : 0;
            way.overloaded += overloaded ? 1 : 0;
            if (carried) {
                way.timed = way.timed.plus(Tries.carried(attempt.getFirstByteUs() / US_PER_MS));
            }
            way.atFault += verdict == Verdict.AT_FAULT ? 1 : 0;
            way.failed |= verdict == Verdict.AMBIGUOUS;
        }
        if (verdict == Verdict.AMBIGUOUS) {
            output.collect(EVIDENCE, new StreamRecord<>(new Evidence.Failed(signal, attempt.getAsn()), event.atMs()));
        } else {
            output.collect(new StreamRecord<>(signal, event.atMs()));
        }
    }

    /** Whatever is no try of a user's request. */
    private void linked(ExitSignal signal) {
        ExitEvent event = signal.event();
        boolean open = false;
        if (event instanceof ExitEvent.Benchmarked benchmarked) {
            open = benchmarked.verdict() == Verdict.AMBIGUOUS;
            Gathered way = gathered(signal, benchmarked.target(), benchmarked.atMs());
            way.benchmarkCarried |= carried(benchmarked.verdict());
            way.failed |= open;
        } else if (event instanceof ExitEvent.Disconnected lost && lost.unexpected()) {
            output.collect(
                    EVIDENCE,
                    new StreamRecord<>(
                            new Evidence.LinkLost(signal.edge(), signal.exitId(), lost.atMs()), lost.atMs()));
        }
        if (signal.lane() == ExitSignal.EXITS) {
            output.collect(WATCHED, new StreamRecord<>(signal, event.atMs()));
        }
        if (!open) {
            output.collect(new StreamRecord<>(signal, event.atMs()));
        }
    }

    private Gathered gathered(ExitSignal signal, long target, long atMs) {
        if (ways.size() >= MAX_GATHERED) {
            passOn();
        }
        Gathered way = ways.computeIfAbsent(
                new Way(signal.exitId(), target, signal.edge(), atMs / TargetTally.SLOT_MS), key -> new Gathered());
        way.newestMs = Math.max(way.newestMs, atMs);
        return way;
    }

    private static boolean carried(Verdict verdict) {
        return verdict == Verdict.CARRIED || verdict == Verdict.BLOCKED;
    }

    private void passOn() {
        Map<TargetSecond, long[]> targets = new HashMap<>();
        Map<GroupKey, long[]> groups = new HashMap<>();
        Map<ExitSecond, ExitTries> exits = new HashMap<>();
        ways.forEach((way, seen) -> {
            if (seen.carried > 0) {
                output.collect(
                        EVIDENCE,
                        new StreamRecord<>(
                                new Evidence.Carried(
                                        way.exitId, seen.asn, way.target, way.edge, seen.newestMs, seen.carried),
                                seen.newestMs));
            }
            if (seen.carried > 0 || seen.failed || seen.benchmarkCarried) {
                long[] bits = targets.computeIfAbsent(new TargetSecond(way.target, way.second), key -> new long[2]);
                long bit = TargetTally.bit(way.exitId);
                bits[0] |= seen.failed ? bit : 0;
                bits[1] |= seen.carried > 0 || seen.benchmarkCarried ? bit : 0;
            }
            if (seen.carried > 0 || seen.atFault > 0) {
                long[] counts = groups.computeIfAbsent(new GroupKey(seen.type, seen.asn), key -> new long[3]);
                counts[0] = Math.max(counts[0], seen.newestMs);
                counts[1] += seen.carried;
                counts[2] += seen.atFault;
            }
            if (seen.attempted) {
                exits.merge(
                        new ExitSecond(way.exitId, way.second),
                        new ExitTries(way.exitId, seen.type, seen.newestMs, seen.tries()),
                        ExitTries::plus);
            }
        });
        ways.clear();
        exits.values().forEach(tries -> output.collect(TRIES, new StreamRecord<>(tries)));
        targets.forEach((key, bits) -> output.collect(
                GLIMPSES,
                new StreamRecord<>(new Glimpse(key.target, key.second * TargetTally.SLOT_MS, bits[0], bits[1]))));
        groups.forEach((key, counts) -> output.collect(
                GROUPS,
                new StreamRecord<>(new GroupOutcomes(
                        GroupOutcomes.group(key.type, key.asn), counts[0], (int) counts[1], (int) counts[2]))));
    }

    /** Where old telemetry is read, event time runs fast: what was gathered must not come behind it. */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() >= passedOnMs + GATHER_MS) {
            passedOnMs = mark.getTimestamp();
            passOn();
        }
        super.processWatermark(mark);
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
