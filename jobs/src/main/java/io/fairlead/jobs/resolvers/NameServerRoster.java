package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.popularity.NameServerCounts;
import io.fairlead.model.popularity.NameServerSet;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.config.MapPolicy;
import io.fairlead.schemas.groups.GroupRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Knows which name servers stand with which group, and which of them answer: one is on offer from its first report on, and out while it has not reported for
 * {@value #SILENT_MS} ms. Tells each change of that, and of the policy.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class NameServerRoster extends KeyedProcessFunction<String, RawRecord, Offer> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("unreadable reports and config", RawRecords.TYPE);

    /** Reports come every second. */
    static final long SILENT_MS = 15_000;

    private static final String POLICY_KEY = "map/default";
    private static final long LOOK_MS = 1_000;
    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;
    private final Properties clientProperties;

    /** Group of each name server that config names. */
    private transient MapState<String, String> groupOf;

    /** When each on offer first reported, ms since the Unix epoch. */
    private transient MapState<String, Long> sinceMs;

    private transient ValueState<Long> leftAtMs;
    private transient ValueState<RawRecord> policy;
    private transient ContractReader reader;

    /** When each reported last, by the clock of this task; one that was on offer before a restart has reported at the restart. */
    private transient Map<String, Long> heardMs;

    private transient @Nullable Offer told;
    private transient boolean ticking;

    NameServerRoster(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        groupOf = getRuntimeContext().getMapState(new MapStateDescriptor<>("groups", Types.STRING, Types.STRING));
        sinceMs = getRuntimeContext().getMapState(new MapStateDescriptor<>("since", Types.STRING, Types.LONG));
        leftAtMs = getRuntimeContext().getState(new ValueStateDescriptor<>("left", Types.LONG));
        policy = getRuntimeContext().getState(new ValueStateDescriptor<>("policy", RawRecords.TYPE));
        reader = new ContractReader(bootstrapServers, clientProperties);
        heardMs = new HashMap<>();
    }

    @Override
    public void processElement(RawRecord raw, Context context, Collector<Offer> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        if (!ticking) {
            ticking = true;
            for (String nameServer : sinceMs.keys()) {
                heardMs.put(nameServer, nowMs);
            }
            context.timerService().registerProcessingTimeTimer(nowMs + LOOK_MS);
        }
        byte[] value = raw.value();
        byte[] keyBytes = raw.key();
        String key = keyBytes == null ? "" : new String(keyBytes, StandardCharsets.UTF_8);
        try {
            take(raw, key, value == null ? null : reader.read(value, nowMs), nowMs);
        } catch (UnreadableRecordException e) {
            context.output(DEAD, DeadLetters.of(raw, String.valueOf(e.getMessage()), ResolverJob.NAME, nowMs));
        }
        tell(nowMs, out);
    }

    private void take(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs) throws Exception {
        if (record instanceof EdgeReport report) {
            heard(report.getHeader().getEdgeId(), nowMs);
        } else if (raw.topic().equals(Topics.CONFIG_GROUPS.name())) {
            group(key, record instanceof DeliveryGroup group ? group : null, nowMs);
        } else if (key.equals(POLICY_KEY)
                && (record == null
                        || (record instanceof MapPolicy
                                && PolicyRecords.violations(key, record).isEmpty()))) {
            policy.update(raw);
        }
    }

    private void heard(String edge, long nowMs) throws Exception {
        if (groupOf.contains(edge)) {
            heardMs.put(edge, nowMs);
            if (!sinceMs.contains(edge)) {
                sinceMs.put(edge, nowMs);
            }
        }
    }

    /** What is wrong with a group is told by the job of the map, which lives by it; here it counts as not there. */
    private void group(String id, @Nullable DeliveryGroup group, long nowMs) throws Exception {
        List<String> names =
                group == null || !GroupRecords.violations(id, group).isEmpty() ? List.of() : group.getNameServers();
        Map<String, String> before = new TreeMap<>();
        groupOf.entries().forEach(each -> before.put(each.getKey(), each.getValue()));
        for (Map.Entry<String, String> each : before.entrySet()) {
            if (each.getValue().equals(id) && !names.contains(each.getKey())) {
                groupOf.remove(each.getKey());
                heardMs.remove(each.getKey());
                if (sinceMs.contains(each.getKey())) {
                    sinceMs.remove(each.getKey());
                    leftAtMs.update(nowMs);
                }
            }
        }
        int room = NameServerCounts.MAX_NAME_SERVERS - before.size();
        for (String name : names) {
            if (before.containsKey(name) || room-- > 0) {
                groupOf.put(name, id);
            }
        }
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<Offer> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        if (!ticking) { // a timer of before a restart
            return;
        }
        tell(nowMs, out);
        context.timerService().registerProcessingTimeTimer(nowMs + LOOK_MS);
    }

    private void tell(long nowMs, Collector<Offer> out) throws Exception {
        Map<String, String> groups = new TreeMap<>();
        Map<String, Long> since = new TreeMap<>();
        int silent = 0;
        for (Map.Entry<String, Long> each : sinceMs.entries()) {
            groups.put(each.getKey(), groupOf.get(each.getKey()));
            since.put(each.getKey(), each.getValue());
            silent += nowMs - heardMs.getOrDefault(each.getKey(), nowMs) > SILENT_MS ? 1 : 0;
        }
        Long left = leftAtMs.value();
        RawRecord newest = policy.value();
        Offer now = new Offer(
                groups,
                new NameServerSet(since, silent, left == null ? 0 : left),
                newest == null ? -1 : newest.offset(),
                newest == null ? null : newest.value());
        Offer before = told;
        if (before == null
                || !before.groups().equals(now.groups())
                || !before.nameServers().equals(now.nameServers())
                || before.policyVersion() != now.policyVersion()) {
            told = now;
            out.collect(now);
        }
    }
}
