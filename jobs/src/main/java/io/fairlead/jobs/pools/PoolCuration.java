package io.fairlead.jobs.pools;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Curates the pools of a fleet: hands on what comes, lets decide {@value #LOOK_MS} ms, and keeps each exit, pool and forecaster in state as it changes.
 * What is decided and the state that it stands on are of the same checkpoint, and so are the offsets of what led to it: a restart neither loses nor doubles.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class PoolCuration extends KeyedProcessFunction<String, PoolSignal, RawRecord> {

    static final OutputTag<RawRecord> BESIDE =
            new OutputTag<>("forecasts, heartbeats and what is refused", RawRecords.TYPE);

    /** Between two decisions, ms. */
    static final long LOOK_MS = 200;

    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient MapState<String, byte[]> state;
    private transient ContractReader reader;
    private transient @Nullable FleetDesk desk;
    private transient Counter assignments;
    private transient Counter deadLetters;

    PoolCuration(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "fleet", Types.STRING, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        reader = new ContractReader(bootstrapServers, clientProperties);
        assignments = getRuntimeContext().getMetricGroup().addGroup("pools").counter("assignments");
        deadLetters = getRuntimeContext().getMetricGroup().addGroup("pools").counter("deadLetters");
    }

    @Override
    public void processElement(PoolSignal signal, Context context, Collector<RawRecord> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        FleetDesk now = desk;
        if (now == null) {
            now = restored(nowMs);
            context.timerService().registerProcessingTimeTimer(nowMs + LOOK_MS);
        }
        if (signal instanceof PoolSignal.Demand demand) {
            now.demand(demand);
        } else if (signal instanceof PoolSignal.Served served) {
            now.served(served);
        } else if (signal instanceof PoolSignal.Told told) {
            take(now, told.record(), nowMs, context);
        }
        if (now.hasDecided()) {
            look(now, nowMs, out, context);
        } else {
            keep(now, false);
        }
    }

    private void take(FleetDesk now, RawRecord raw, long nowMs, Context context) {
        byte[] value = raw.value();
        try {
            SpecificRecord record = value == null ? null : reader.read(value, nowMs);
            byte[] keyBytes = raw.key();
            String key = keyBytes == null ? "" : new String(keyBytes, StandardCharsets.UTF_8);
            now.take(raw, key, record, nowMs)
                    .ifPresent(refused ->
                            context.output(BESIDE, record(Topics.CONFIG_REJECTED, key, WireEncoder.encode(refused))));
        } catch (UnreadableRecordException e) {
            deadLetters.inc();
            context.output(BESIDE, DeadLetters.of(raw, String.valueOf(e.getMessage()), PoolJob.NAME, nowMs));
        }
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<RawRecord> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        FleetDesk now = desk;
        if (now == null) {
            now = restored(nowMs);
        }
        look(now, nowMs, out, context);
        context.timerService().registerProcessingTimeTimer(nowMs + LOOK_MS);
    }

    private void look(FleetDesk now, long nowMs, Collector<RawRecord> out, Context context) throws Exception {
        now.look(
                nowMs,
                assignment -> {
                    assignments.inc();
                    out.collect(record(Topics.DECISIONS_POOLS, assignment.getExitId(), WireEncoder.encode(assignment)));
                },
                (pool, forecast) -> context.output(
                        BESIDE,
                        record(
                                Topics.DECISIONS_FORECASTS,
                                pool,
                                forecast == null ? null : WireEncoder.encode(forecast))),
                verdict -> context.output(
                        BESIDE, record(Topics.DECISIONS_CANARIES, verdict.getPolicyKey(), WireEncoder.encode(verdict))),
                heartbeat -> context.output(
                        BESIDE, record(Topics.DECISIONS_HEARTBEATS, PoolJob.NAME, WireEncoder.encode(heartbeat))));
        keep(now, true);
    }

    private FleetDesk restored(long nowMs) throws Exception {
        FleetDesk now = FleetDesk.restored(state.entries(), nowMs);
        desk = now;
        keep(now, true);
        return now;
    }

    private void keep(FleetDesk now, boolean looked) throws Exception {
        try {
            now.changes(looked, (key, bytes) -> {
                try {
                    if (bytes == null) {
                        state.remove(key);
                    } else {
                        state.put(key, bytes);
                    }
                } catch (Exception e) {
                    throw new IOException("the state of " + key + " was not taken: " + e.getMessage(), e);
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static RawRecord record(TopicSpec topic, String key, byte @Nullable [] value) {
        return new RawRecord(topic.name(), 0, 0, 0, key.getBytes(StandardCharsets.UTF_8), value);
    }
}
