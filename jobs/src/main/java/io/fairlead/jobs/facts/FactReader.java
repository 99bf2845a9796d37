package io.fairlead.jobs.facts;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.TelemetryPeek;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into rows: drops what a lane has seen already, sends what can't be read to the dead letters, and writes
 * the rest as a row of its table. Keyed by {@link Lane}; its only state is {@link SeenSequences}, which ends when a lane
 * has been silent for the time to live.
 */
final class FactReader extends KeyedProcessFunction<String, RawRecord, FactRow> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("dead letters", RawRecords.TYPE);

    private static final long serialVersionUID = 1L;

    private final Duration laneTtl;
    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ValueState<long[]> seen;
    private transient ContractReader reader;
    private transient RowBinary row;
    private transient Map<String, Map<Class<?>, Integer>> tables;
    private transient Counter duplicates;
    private transient Counter deadLetters;
    private transient Counter rows;
    private transient Counter tombstones;

    /**
     * @param laneTtl how long a silent lane is remembered; longer than telemetry lies on Kafka
     * @param bootstrapServers where writer schemas are looked up when an unknown one turns up
     * @param clientProperties laid over those of the consumer that does so
     */
    FactReader(Duration laneTtl, String bootstrapServers, Properties clientProperties) {
        this.laneTtl = laneTtl;
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        ValueStateDescriptor<long[]> descriptor =
                new ValueStateDescriptor<>("seen sequences", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(laneTtl).build());
        seen = getRuntimeContext().getState(descriptor);
        reader = new ContractReader(bootstrapServers, clientProperties);
        row = new RowBinary();
        tables = new HashMap<>();
        for (TopicSpec topic : FactTables.topics()) {
            tables.put(topic.name(), FactTables.ordinals(topic));
        }
        MetricGroup metrics = getRuntimeContext().getMetricGroup().addGroup("facts");
        duplicates = metrics.counter("duplicates");
        deadLetters = metrics.counter("deadLetters");
        rows = metrics.counter("rows");
        tombstones = metrics.counter("tombstones");
    }

    @Override
    public void processElement(RawRecord origin, Context context, Collector<FactRow> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        try {
            byte[] value = origin.value();
            if (value == null) {
                refuseTombstoneOfTelemetry(origin);
                tombstones.inc();
            } else if (Lane.numbered(origin) && !isNew(value)) {
                duplicates.inc();
            } else {
                SpecificRecord record = reader.read(value, nowMs);
                int table = table(origin, record);
                row.clear();
                FactTables.all().get(table).write(record, origin, row);
                rows.inc();
                out.collect(new FactRow(table, row.toBytes()));
            }
        } catch (UnreadableRecordException | RefusedRecordException e) {
            deadLetters.inc();
            context.output(DEAD, DeadLetters.of(origin, String.valueOf(e.getMessage()), FactsJob.NAME, nowMs));
        }
    }

    private static void refuseTombstoneOfTelemetry(RawRecord origin) throws RefusedRecordException {
        if (Lane.numbered(origin)) {
            throw new RefusedRecordException("A record of telemetry has no value; edges never write one without.");
        }
    }

    private boolean isNew(byte[] value) throws IOException, UnreadableRecordException, RefusedRecordException {
        long sequence = TelemetryPeek.peek(value).sequence();
        if (sequence < 0) {
            throw new RefusedRecordException("The sequence is " + sequence + "; edges count from 0.");
        }
        long[] ranges = seen.value();
        long @Nullable [] then = SeenSequences.add(ranges == null ? SeenSequences.none() : ranges, sequence);
        if (then == null) {
            return false;
        }
        seen.update(then);
        return true;
    }

    private int table(RawRecord origin, SpecificRecord record) throws RefusedRecordException {
        Map<Class<?>, Integer> ordinals = tables.get(origin.topic());
        Integer table = ordinals == null ? null : ordinals.get(record.getClass());
        if (table == null) {
            throw new RefusedRecordException("A " + record.getSchema().getName() + " does not belong on this topic.");
        }
        return table;
    }
}
