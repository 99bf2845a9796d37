package io.fairlead.jobs.pools;

import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.PoolType;
import io.fairlead.model.forecast.Measure;
import io.fairlead.model.forecast.PoolForecaster;
import io.fairlead.model.forecast.PoolOutlook;
import io.fairlead.model.forecast.SeriesForecaster;
import io.fairlead.model.policy.ForecastPolicy;
import io.fairlead.model.policy.Policy;
import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.model.pool.Curator;
import io.fairlead.model.pool.Foresight;
import io.fairlead.model.pool.PoolStatus;
import io.fairlead.model.pool.Stamp;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.pools.PoolTypes;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The fleet in memory, between what is read and what the model decides; knows nothing of Flink. What must outlive a restart is told piece by piece as it
 * changes, by a key: {@code exit ID}, {@code pool ID}, {@code forecast ID}, {@code definition ID}, {@code policy KIND/SCOPE}, {@code edges}, {@code canaries}, {@code epoch}.
 */
final class FleetDesk {

    /** Takes a piece of state; null: it is gone. */
    interface Keeper {
        void keep(String key, byte @Nullable [] bytes) throws IOException;
    }

    private interface Writing {
        void to(DataOutput out) throws IOException;
    }

    private static final String EXIT = "exit ";
    private static final String POOL = "pool ";
    private static final String FORECAST = "forecast ";
    private static final String DEFINITION = "definition ";
    private static final String POLICY = "policy ";
    private static final String EDGES = "edges";
    private static final String CANARIES = "canaries";
    private static final String EPOCH = "epoch";
    private static final String PICKING_EDGE = "supernode";
    private static final long MINUTE_MS = 60_000;
    private static final long HEARTBEAT_MS = 1_000;
    private static final double US_PER_MINUTE = 60_000_000.0;
    private static final long NO_POLICY = -1;

    private final ScopedPolicies<PoolPolicy> poolPolicies = new ScopedPolicies<>(PoolPolicy.defaults());
    private final ScopedPolicies<ForecastPolicy> forecastPolicies = new ScopedPolicies<>(ForecastPolicy.defaults());
    private final ScopedPolicies<QualityPolicy> qualityPolicies = new ScopedPolicies<>(QualityPolicy.defaults());
    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private final PoolCanaries canaries = new PoolCanaries();
    private final Curator curator;
    private final long epoch;
    private final TreeMap<String, PoolForecaster> forecasters = new TreeMap<>();
    private final Map<String, PoolForecast> newest = new HashMap<>();
    private final Map<String, long[]> demand = new HashMap<>();
    private final Map<String, List<Foresight>> foresights = new HashMap<>();
    private final Map<String, byte[]> changed = new TreeMap<>();
    private final Set<String> gone = new TreeSet<>();
    private final Set<String> forecastChanged = new TreeSet<>();
    private final Set<String> toTell = new TreeSet<>();
    private final Set<String> changedPools = new TreeSet<>();
    private final TreeSet<String> dueForecasts = new TreeSet<>();
    private boolean edgesChanged;
    private boolean hasDecided;
    private long policyVersion = NO_POLICY;
    private long forecasts;
    private byte @Nullable [] canariesKept;
    private long verdicts;
    private long heartbeats;
    private long heartbeatAtMs;
    private long minute = Long.MIN_VALUE;

    private FleetDesk(long epoch, long nowMs) {
        this.epoch = epoch;
        curator = new Curator(this::poolPolicy, epoch, nowMs);
    }

    /** Makes it of what a checkpoint held. */
    static FleetDesk restored(@Nullable Iterable<Map.Entry<String, byte[]>> state, long nowMs)
            throws IOException, UnreadableRecordException {
        NavigableMap<String, byte[]> pieces = new TreeMap<>();
        if (state != null) {
            state.forEach(entry -> pieces.put(entry.getKey(), entry.getValue()));
        }
        byte[] before = pieces.get(EPOCH);
        long epoch = Math.max(nowMs, before == null ? 0 : in(before).readLong() + 1);
        FleetDesk desk = new FleetDesk(epoch, nowMs);
        desk.changed.put(EPOCH, bytes(out -> out.writeLong(epoch)));
        for (Map.Entry<String, byte[]> piece : under(pieces, POLICY)) {
            desk.policy(desk.reader.read(piece.getValue()));
        }
        byte[] canaries = pieces.get(CANARIES);
        if (canaries != null) {
            desk.canaries.read(in(canaries));
        }
        for (Map.Entry<String, byte[]> piece : under(pieces, EXIT)) {
            desk.curator.readExit(piece.getKey(), in(piece.getValue()));
        }
        for (Map.Entry<String, byte[]> piece : under(pieces, DEFINITION)) {
            io.fairlead.model.pool.PoolDefinition definition =
                    PoolRecords.read((PoolDefinition) desk.reader.read(piece.getValue()));
            byte[] pool = pieces.get(POOL + piece.getKey());
            if (pool == null) {
                desk.curator.define(definition);
            } else {
                desk.curator.readPool(definition, in(pool));
            }
        }
        for (Map.Entry<String, byte[]> piece : under(pieces, FORECAST)) {
            desk.forecasters.put(
                    piece.getKey(),
                    PoolForecaster.read(desk.forecastPolicy(piece.getKey(), nowMs), in(piece.getValue())));
        }
        byte[] edges = pieces.get(EDGES);
        if (edges != null) {
            desk.curator.readEdges(in(edges));
        }
        desk.curator.policiesChanged(); // what came between the last look and the checkpoint is looked at now
        return desk;
    }

    // What comes.

    /** Attempts of a pool are over. */
    void demand(PoolSignal.Demand seen) {
        long[] sum = demand.computeIfAbsent(seen.pool(), pool -> new long[3]);
        sum[0] += seen.busyUs();
        sum[1] += seen.tries();
        sum[2] += seen.successes();
    }

    /** Requests to a pool are over; one that is not defined is curated by no policy. */
    void served(PoolSignal.Served seen) {
        if (curator.isPool(seen.pool())) {
            canaries.served(seen);
        }
    }

    /**
     * A record of any of the topics.
     *
     * @param record null: a tombstone
     * @return why it is refused, if it is config and wrong
     */
    Optional<ConfigRejected> take(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs) {
        String topic = raw.topic();
        if (topic.equals(Topics.DECISIONS_EXITS.name())) {
            if (record instanceof ExitScore score) {
                QualityPolicy policy = qualityPolicies.resolve(PoolTypes.read(score.getPoolType()), nowMs);
                curator.condition(key, ExitRecords.condition(score, policy), nowMs);
            } else {
                curator.forget(key, nowMs);
                hasDecided = true;
            }
        } else if (topic.equals(Topics.CONFIG_EXITS.name())) {
            if (record instanceof ExitOverride override) {
                curator.override(
                        key, override.getKilled(), override.getConsentWithdrawn(), override.getExclusiveTenant());
            } else {
                curator.override(key, false, false, "");
            }
        } else if (topic.equals(Topics.CONFIG_POOLS.name())) {
            return pool(raw, key, record, nowMs);
        } else if (topic.equals(Topics.CONFIG_POLICIES.name())) {
            return CanaryRecords.isKey(key) ? canary(raw, key, record, nowMs) : policy(raw, key, record, nowMs);
        } else if (record instanceof ExitConnected connected) {
            curator.profile(connected.getExitId(), ExitRecords.profile(connected), connected.getConsent());
        } else if (record instanceof ExitHeartbeat heartbeat) {
            curator.heartbeat(
                    heartbeat.getExitId(),
                    heartbeat.getConsent(),
                    heartbeat.getOwnerActive(),
                    heartbeat.getBatteryPercent(),
                    heartbeat.getHeader().getObservedAtMs());
        } else if (record instanceof PoolAssignment former) {
            Stamp stamp = new Stamp(
                    former.getVersion().getJobEpoch(), former.getVersion().getCounter());
            Map<String, String> domains = new TreeMap<>();
            former.getExclusiveDomains().forEach(each -> domains.put(each.getDomain(), each.getPoolId()));
            hasDecided |= curator.former(key, stamp, former.getOwnerPool(), domains);
        } else if (record instanceof CanaryVerdict verdict) {
            canaries.told(verdict, nowMs);
        } else if (record instanceof EdgeReport report) {
            edge(report, Math.min(raw.brokerTimeMs(), nowMs));
        }
        return Optional.empty();
    }

    /** Whether what came has decided something by itself that is not told yet: it must be, before a checkpoint stands. */
    boolean hasDecided() {
        return hasDecided;
    }

    private void edge(EdgeReport report, long atMs) {
        if (!report.getKind().equals(PICKING_EDGE)) {
            return;
        }
        Stamp applied = Stamp.NONE;
        for (AppliedDecisions each : report.getApplied()) {
            if (each.getTopic().equals(Topics.DECISIONS_POOLS.name())) {
                applied = new Stamp(each.getJobEpoch(), each.getCounter());
            }
        }
        curator.edge(report.getHeader().getEdgeId(), applied, atMs);
        edgesChanged = true;
    }

    private Optional<ConfigRejected> pool(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs) {
        if (record == null) {
            curator.delete(key, nowMs);
            hasDecided = true;
            gone.add(DEFINITION + key);
            gone.add(POOL + key);
            gone.add(FORECAST + key);
            forecasters.remove(key);
            newest.remove(key);
            toTell.add(key);
            return Optional.empty();
        }
        List<String> violations = record instanceof PoolDefinition definition
                ? PoolRecords.violations(key, definition)
                : List.of("a " + record.getSchema().getName() + " defines no pool; write a PoolDefinition");
        if (!violations.isEmpty()) {
            String author = record instanceof PoolDefinition definition
                    ? definition.getAuthorship().getAuthor()
                    : "";
            return Optional.of(refusal(raw, key, author, violations, nowMs));
        }
        curator.define(PoolRecords.read((PoolDefinition) record));
        gone.remove(DEFINITION + key);
        changed.put(DEFINITION + key, raw.value());
        return Optional.empty();
    }

    private Optional<ConfigRejected> policy(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs) {
        policyVersion = Math.max(policyVersion, raw.offset());
        if (record == null) {
            remove(key);
            canaries.policy(key, raw.offset(), null, nowMs);
            gone.add(POLICY + key);
            return Optional.empty();
        }
        List<String> violations = PolicyRecords.violations(key, record);
        if (!violations.isEmpty()) {
            return Optional.of(refusal(raw, key, "", violations, nowMs));
        }
        policy(record);
        canaries.policy(key, raw.offset(), record, nowMs);
        gone.remove(POLICY + key);
        changed.put(POLICY + key, raw.value());
        return Optional.empty();
    }

    /** Of those that are no policy of pools the quality job says what is wrong with them. */
    private Optional<ConfigRejected> canary(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs) {
        String policyKey = CanaryRecords.policyKey(key);
        if (!CanaryRecords.POOLS.contains(CanaryRecords.kind(policyKey))) {
            return Optional.empty();
        }
        List<String> violations = record == null ? List.of() : PolicyRecords.violations(key, record);
        if (!violations.isEmpty()) {
            return Optional.of(refusal(raw, key, "", violations, nowMs));
        }
        canaries.canary(policyKey, raw.offset(), (PolicyCanary) record, nowMs);
        return Optional.empty();
    }

    private void policy(SpecificRecord record) {
        Policy policy = PolicyRecords.read(record);
        if (policy instanceof PoolPolicy one) {
            poolPolicies.put(one);
            curator.policiesChanged();
        } else if (policy instanceof ForecastPolicy one) {
            forecastPolicies.put(one);
        } else if (policy instanceof QualityPolicy one) {
            qualityPolicies.put(one);
        }
    }

    private void remove(String key) {
        int slash = key.indexOf('/');
        String kind = slash < 0 ? key : key.substring(0, slash);
        if (kind.equals("pool")) {
            poolPolicies.remove(Scope.parse(key.substring(slash + 1)));
            curator.policiesChanged();
        } else if (kind.equals("forecast")) {
            forecastPolicies.remove(Scope.parse(key.substring(slash + 1)));
        } else if (kind.equals("quality")) {
            qualityPolicies.remove(Scope.parse(key.substring(slash + 1)));
        }
    }

    private static ConfigRejected refusal(
            RawRecord raw, String key, String author, List<String> violations, long nowMs) {
        byte[] value = raw.value() == null ? new byte[0] : raw.value();
        return ConfigRejected.newBuilder()
                .setTopic(raw.topic())
                .setKey(key)
                .setPartition(raw.partition())
                .setOffset(raw.offset())
                .setRejectedBy(PoolJob.NAME)
                .setRejectedAtMs(nowMs)
                .setAuthor(author)
                .setViolations(violations)
                .setValue(ByteBuffer.wrap(value, 0, Math.min(value.length, DeadLetters.VALUE_BYTES_MAX)))
                .build();
    }

    // What is decided.

    /**
     * Decides, and tells.
     *
     * @param forecasts takes a pool and its newest forecast; null: there is no such pool any more
     */
    void look(
            long nowMs,
            Consumer<PoolAssignment> assignments,
            BiConsumer<String, @Nullable PoolForecast> forecasts,
            Consumer<CanaryVerdict> onCanaries,
            Consumer<JobHeartbeat> heartbeat) {
        hasDecided = false;
        canaries.look(nowMs);
        if (canaries.hasTurned()) {
            curator.policiesChanged();
        }
        long leaseMs = poolPolicies.resolve(PoolType.UNKNOWN, nowMs).edgeLeaseMs();
        curator.curate(nowMs)
                .forEach(told -> assignments.accept(PoolStories.assignment(told, nowMs, policyVersion, leaseMs)));
        curator.foresights().forEach(each -> foresights
                .computeIfAbsent(each.pool(), pool -> new ArrayList<>())
                .add(each));
        forecast(nowMs);
        tell(nowMs, forecasts);
        for (CanaryVerdict verdict : canaries.verdicts()) {
            verdict.setVersion(new DecisionVersion(epoch, ++verdicts));
            onCanaries.accept(verdict);
        }
        if (nowMs - heartbeatAtMs >= HEARTBEAT_MS) {
            heartbeatAtMs = nowMs;
            heartbeat.accept(heartbeat(nowMs));
        }
    }

    /** When a minute is over, all pools are due; each look takes its part of them, so that none takes long. */
    private void forecast(long nowMs) {
        long over = nowMs / MINUTE_MS - 1;
        if (over > minute) {
            minute = over;
            dueForecasts.addAll(curator.pools());
        }
        int part = 1 + dueForecasts.size() / 50;
        for (int i = 0; i < part && !dueForecasts.isEmpty(); i++) {
            String pool = dueForecasts.first();
            dueForecasts.remove(pool);
            curator.status(pool, nowMs).ifPresent(status -> forecast(status, nowMs));
        }
    }

    private void forecast(PoolStatus status, long nowMs) {
        String pool = status.definition().id();
        PoolForecaster forecaster = forecasters.get(pool);
        ForecastPolicy policy = forecastPolicy(pool, nowMs);
        if (forecaster == null || !forecaster.policy().equals(policy)) {
            forecaster = new PoolForecaster(policy);
            forecasters.put(pool, forecaster);
        }
        PoolOutlook outlook = forecaster.minute(
                minute, values(status), survival(pool), status.definition().minHealth());
        forecastChanged.add(pool);
        boolean fallsShort = outlook.ahead().stream()
                .anyMatch(ahead -> ahead.unhealthyProbability() >= policy.shortProbability()
                        || ahead.shortageProbability() >= policy.shortProbability());
        newest.put(
                pool,
                PoolStories.standing(status, nowMs, policyVersion(pool, nowMs), Stamp.NONE)
                        .setForecastAtMs(minute * MINUTE_MS)
                        .setAhead(PoolStories.ahead(outlook))
                        .setColdStart(outlook.cold())
                        .setBasis(outlook.basis())
                        .setFallsShort(fallsShort)
                        .setOutcomes(PoolStories.outcomes(outlook.scores()))
                        .setForeseen(List.of())
                        .build());
        toTell.add(pool);
    }

    private Map<Measure, Double> values(PoolStatus status) {
        Map<Measure, Double> values = new EnumMap<>(Measure.class);
        values.put(Measure.EXITS_ONLINE, (double) status.health().online());
        values.put(Measure.CAPACITY, (double) status.capacityRequests());
        values.put(Measure.HEALTH, status.health().now());
        long[] seen = demand.remove(status.definition().id());
        values.put(Measure.DEMAND, seen == null ? 0 : seen[0] / US_PER_MINUTE);
        if (seen != null && seen[1] > 0) {
            values.put(Measure.SUCCESS, (double) seen[2] / seen[1]);
        }
        return values;
    }

    private Map<Measure, double[]> survival(String pool) {
        int[] horizons = SeriesForecaster.horizons();
        double[] exits = new double[horizons.length];
        double[] capacity = new double[horizons.length];
        double[] health = new double[horizons.length];
        for (int i = 0; i < horizons.length; i++) {
            double[] expected = curator.expected(pool, horizons[i] * MINUTE_MS);
            exits[i] = expected[0];
            capacity[i] = expected[1];
            health[i] = expected[2];
        }
        return Map.of(Measure.EXITS_ONLINE, exits, Measure.CAPACITY, capacity, Measure.HEALTH, health);
    }

    private void tell(long nowMs, BiConsumer<String, @Nullable PoolForecast> out) {
        for (String pool : curator.changedPools()) {
            toTell.add(pool);
            changedPools.add(pool);
        }
        for (String pool : toTell) {
            PoolStatus status = curator.status(pool, nowMs).orElse(null);
            if (status == null) {
                out.accept(pool, null);
                continue;
            }
            PoolForecast.Builder told =
                    PoolStories.standing(status, nowMs, policyVersion(pool, nowMs), new Stamp(epoch, ++forecasts));
            PoolForecast known = newest.get(pool);
            told.setForecastAtMs(known == null ? 0 : known.getForecastAtMs())
                    .setAhead(known == null ? List.of() : known.getAhead())
                    .setColdStart(known == null || known.getColdStart())
                    .setBasis(known == null ? "no minute was seen yet" : known.getBasis())
                    .setFallsShort(known != null && known.getFallsShort())
                    .setOutcomes(known == null ? List.of() : known.getOutcomes())
                    .setForeseen(PoolStories.foreseen(foresights.getOrDefault(pool, List.of())));
            foresights.remove(pool);
            if (known != null) {
                known.setOutcomes(List.of());
            }
            out.accept(pool, told.build());
        }
        toTell.clear();
    }

    private JobHeartbeat heartbeat(long nowMs) {
        return JobHeartbeat.newBuilder()
                .setJob(PoolJob.NAME)
                .setJobEpoch(epoch)
                .setCounter(++heartbeats)
                .setIssuedAtMs(nowMs)
                .setWatermarkMs(nowMs)
                .setPolicyVersion(policyVersion)
                .setDecisions(forecasts)
                .setKeys(curator.exits())
                .build();
    }

    /** Of a pool; empty: of the fleet. */
    private PoolPolicy poolPolicy(String pool, long atMs) {
        return canaries.over(poolPolicies.resolve(PoolType.UNKNOWN, pool, "", atMs), pool);
    }

    private long policyVersion(String pool, long atMs) {
        return canaries.version(poolPolicies.resolve(PoolType.UNKNOWN, pool, "", atMs), pool, policyVersion);
    }

    private ForecastPolicy forecastPolicy(String pool, long nowMs) {
        return forecastPolicies.resolve(PoolType.UNKNOWN, pool, "", nowMs);
    }

    // What outlives a restart.

    /** Tells each piece of state that has changed since the last call; what is decided at looks alone, when one is over. */
    void changes(boolean looked, Keeper keeper) throws IOException {
        for (Map.Entry<String, byte[]> each : changed.entrySet()) {
            keeper.keep(each.getKey(), each.getValue());
        }
        changed.clear();
        for (String exit : curator.changedExits()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
            boolean known = curator.writeExit(exit, new DataOutputStream(bytes));
            keeper.keep(EXIT + exit, known ? bytes.toByteArray() : null);
        }
        if (looked) {
            for (String pool : changedPools) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream(4_096);
                boolean known = curator.writePool(pool, new DataOutputStream(bytes));
                keeper.keep(POOL + pool, known ? bytes.toByteArray() : null);
            }
            changedPools.clear();
            for (String pool : forecastChanged) {
                PoolForecaster forecaster = forecasters.get(pool);
                keeper.keep(FORECAST + pool, forecaster == null ? null : bytes(forecaster::write));
            }
            forecastChanged.clear();
            if (edgesChanged) {
                keeper.keep(EDGES, bytes(curator::writeEdges));
                edgesChanged = false;
            }
            byte[] now = canaries.isEmpty() ? null : bytes(canaries::write);
            if (!Arrays.equals(now, canariesKept)) {
                keeper.keep(CANARIES, now);
                canariesKept = now;
            }
        }
        for (String key : gone) {
            keeper.keep(key, null);
        }
        gone.clear();
    }

    private static List<Map.Entry<String, byte[]>> under(NavigableMap<String, byte[]> pieces, String prefix) {
        return pieces.subMap(prefix, prefix + Character.MAX_VALUE).entrySet().stream()
                .map(piece -> Map.entry(piece.getKey().substring(prefix.length()), piece.getValue()))
                .toList();
    }

    private static byte[] bytes(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writing.to(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }
}
