package io.fairlead.jobs.pools;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.canary.Tries;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the traffic of each pool, its tries and its requests, a second at a time, before it goes to the one task of the fleet: a giant pool costs that task as much as a small one.
 * What is added up is passed on before each checkpoint, so nothing is kept in state.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class DemandTally extends AbstractStreamOperator<PoolSignal>
        implements OneInputStreamOperator<RawRecord, PoolSignal> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("unreadable attempts", RawRecords.TYPE);

    /** Pools whose sums are kept at most before they are passed on. */
    static final int MAX_POOLS = 10_000;

    private static final long PASS_ON_MS = 1_000;
    private static final double US_PER_MS = 1_000;
    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;
    private transient Map<String, long[]> sums;
    private transient Map<String, PoolSignal.Served> served;

    DemandTally(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open() throws Exception {
        super.open();
        reader = new ContractReader(bootstrapServers, clientProperties);
        sums = new HashMap<>();
        served = new HashMap<>();
        passOnAfter(getProcessingTimeService().getCurrentProcessingTime());
    }

    private void passOnAfter(long nowMs) {
        getProcessingTimeService().registerTimer(nowMs + PASS_ON_MS, atMs -> {
            passOn();
            passOnAfter(atMs);
        });
    }

    @Override
    public void processElement(StreamRecord<RawRecord> element) {
        RawRecord raw = element.getValue();
        long nowMs = getProcessingTimeService().getCurrentProcessingTime();
        byte[] value = raw.value();
        if (value == null) {
            return;
        }
        try {
            SpecificRecord record = reader.read(value, nowMs);
            if (record instanceof ProxiedAttempt attempt && attempt.getPhase() == AttemptPhase.COMPLETED) {
                add(attempt);
            } else if (record instanceof ProxiedRequest request) {
                add(request, Math.min(request.getHeader().getObservedAtMs(), raw.brokerTimeMs()));
            }
        } catch (UnreadableRecordException e) {
            output.collect(
                    DEAD, new StreamRecord<>(DeadLetters.of(raw, String.valueOf(e.getMessage()), PoolJob.NAME, nowMs)));
        }
    }

    private void add(ProxiedAttempt attempt) {
        long[] sum = sums.computeIfAbsent(attempt.getPool(), pool -> new long[3]);
        sum[0] += attempt.getTotalUs();
        sum[1]++;
        sum[2] += attempt.getOutcome() == Outcome.OK ? 1 : 0;
        passOnIfMany();
    }

    private void add(ProxiedRequest request, long atMs) {
        Tries tries = tries(request);
        if (tries != null) {
            served.merge(
                    request.getPool(),
                    new PoolSignal.Served(request.getPool(), atMs, tries),
                    (one, other) -> new PoolSignal.Served(
                            one.pool(),
                            Math.max(one.atMs(), other.atMs()),
                            one.tries().plus(other.tries())));
            passOnIfMany();
        }
    }

    /** What users and sites were at fault for says nothing of the pool (null); that there was no exit does. */
    private static @Nullable Tries tries(ProxiedRequest request) {
        if (request.getOutcome() == Outcome.BLOCKED) {
            return Tries.carried(0);
        }
        return switch (request.getLayer()) {
            case NONE -> Tries.carried(request.getFirstByteUs() / US_PER_MS);
            case CAPACITY, EXIT, ASN, AMBIGUOUS -> Tries.failed(1);
            case CLIENT, EDGE, TARGET -> null;
        };
    }

    private void passOnIfMany() {
        if (sums.size() + served.size() >= MAX_POOLS) {
            passOn();
        }
    }

    private void passOn() {
        sums.forEach(
                (pool, sum) -> output.collect(new StreamRecord<>(new PoolSignal.Demand(pool, sum[0], sum[1], sum[2]))));
        sums.clear();
        served.values().forEach(each -> output.collect(new StreamRecord<>(each)));
        served.clear();
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
