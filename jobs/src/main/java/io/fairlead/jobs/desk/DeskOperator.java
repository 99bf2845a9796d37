package io.fairlead.jobs.desk;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Sets a {@link Desk} into a job: hands on what comes, lets it look every {@value #LOOK_MS} ms, and keeps its pieces of state as they change. What can't be read is a dead letter. There is one
 * key a desk.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
public final class DeskOperator extends KeyedProcessFunction<String, RawRecord, RawRecord> {

    /** Between two looks, ms. */
    public static final long LOOK_MS = 200;

    private static final long serialVersionUID = 1L;

    private final String job;
    private final Desk.Opening opening;
    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient MapState<String, byte[]> state;
    private transient ContractReader reader;
    private transient @Nullable Desk desk;
    private transient long dueMs;
    private transient Counter told;
    private transient Counter deadLetters;

    /**
     * Sets it in.
     *
     * @param job name of the job, for its dead letters and metrics
     * @param bootstrapServers where writer schemas are looked up when an unknown one turns up
     * @param clientProperties laid over those of the consumer that does so
     */
    public DeskOperator(String job, Desk.Opening opening, String bootstrapServers, Properties clientProperties) {
        this.job = job;
        this.opening = opening;
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>(
                        "desk", Types.STRING, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        reader = new ContractReader(bootstrapServers, clientProperties);
        told = getRuntimeContext().getMetricGroup().addGroup(job).counter("told");
        deadLetters = getRuntimeContext().getMetricGroup().addGroup(job).counter("deadLetters");
    }

    @Override
    public void processElement(RawRecord raw, Context context, Collector<RawRecord> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        Desk now = desk;
        if (now == null) {
            now = opened(nowMs);
            lookAgain(context, nowMs);
        }
        byte[] value = raw.value();
        byte[] keyBytes = raw.key();
        try {
            SpecificRecord record = value == null ? null : reader.read(value, nowMs);
            String key = keyBytes == null ? "" : new String(keyBytes, StandardCharsets.UTF_8);
            now.take(raw, key, record, nowMs, telling(out));
        } catch (UnreadableRecordException | IllegalArgumentException e) {
            deadLetters.inc();
            out.collect(DeadLetters.of(raw, String.valueOf(e.getMessage()), job, nowMs));
        }
        keep(now);
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<RawRecord> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        Desk now = desk;
        if (now == null) {
            now = opened(nowMs);
        } else if (atMs != dueMs) { // of before a restart, which has begun looks of its own
            return;
        }
        now.look(nowMs, telling(out));
        keep(now);
        lookAgain(context, nowMs);
    }

    private void lookAgain(Context context, long nowMs) {
        dueMs = nowMs + LOOK_MS;
        context.timerService().registerProcessingTimeTimer(dueMs);
    }

    private Desk.Out telling(Collector<RawRecord> out) {
        return (topic, key, record) -> {
            told.inc();
            out.collect(record(topic, key, record));
        };
    }

    private Desk opened(long nowMs) throws Exception {
        NavigableMap<String, byte[]> pieces = new TreeMap<>();
        for (Map.Entry<String, byte[]> each : state.entries()) {
            pieces.put(each.getKey(), each.getValue());
        }
        Desk now = opening.open(pieces, nowMs);
        desk = now;
        MetricGroup metrics = getRuntimeContext().getMetricGroup().addGroup(job);
        now.gauges().forEach((name, number) -> metrics.gauge(name, (Gauge<Long>) number::getAsLong));
        keep(now);
        return now;
    }

    private void keep(Desk now) throws Exception {
        now.changes((key, bytes) -> {
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
    }

    private static RawRecord record(TopicSpec topic, String key, @Nullable SpecificRecordBase record) {
        return new RawRecord(
                topic.name(),
                0,
                0,
                0,
                key.getBytes(StandardCharsets.UTF_8),
                record == null ? null : WireEncoder.encode(record));
    }
}
