package io.fairlead.schemas.topics;

import io.fairlead.schemas.config.BenchmarkPolicy;
import io.fairlead.schemas.config.CapacityPolicy;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.ForecastPolicy;
import io.fairlead.schemas.config.MapPolicy;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.config.PolitenessPolicy;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.config.PoolPolicy;
import io.fairlead.schemas.config.QualityPolicy;
import io.fairlead.schemas.config.RelayPolicy;
import io.fairlead.schemas.config.RoomDefinition;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.telemetry.BeaconAsked;
import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.LinkReport;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.ViewerReport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** The catalogue. {@code fairlead topics apply} makes a cluster agree with it. */
public final class Topics {

    /** Writer schemas as JSON text, by fingerprint (16 hexadecimal digits). */
    public static final TopicSpec SCHEMAS = compacted("fairlead.schemas", "schema fingerprint", 1, List.of());

    public static final TopicSpec TELEMETRY_EXITS = telemetry(
            "exits",
            "exit id",
            List.of(
                    ExitConnected.class,
                    ExitDisconnected.class,
                    ExitHeartbeat.class,
                    ExitBenchmarked.class,
                    EdgeTick.class));
    public static final TopicSpec TELEMETRY_ATTEMPTS =
            telemetry("attempts", "exit id", List.of(ProxiedAttempt.class, EdgeTick.class));
    public static final TopicSpec TELEMETRY_REQUESTS =
            telemetry("requests", "tenant", List.of(ProxiedRequest.class, EdgeTick.class));
    public static final TopicSpec TELEMETRY_OUTCOMES =
            telemetry("outcomes", "exit id", List.of(TargetOutcome.class, EdgeTick.class));
    public static final TopicSpec TELEMETRY_EDGES =
            telemetry("edges", "edge id", List.of(EdgeReport.class, EdgeTick.class));

    public static final TopicSpec TELEMETRY_RESOLVERS = telemetry(
            "resolvers",
            "resolver prefix",
            List.of(ResolverTally.class, ResolverRtt.class, BeaconAsked.class, BeaconFetched.class, EdgeTick.class));

    public static final TopicSpec TELEMETRY_RELAY = telemetry(
            "relay",
            "room or relay client",
            List.of(ViewerReport.class, LegReport.class, LinkReport.class, EdgeTick.class));

    public static final TopicSpec CONFIG_POLICIES = compacted(
            "fairlead.config.policies",
            "kind/scope",
            1,
            List.of(
                    QualityPolicy.class,
                    CapacityPolicy.class,
                    BenchmarkPolicy.class,
                    PolitenessPolicy.class,
                    PoolPolicy.class,
                    ForecastPolicy.class,
                    MapPolicy.class,
                    RelayPolicy.class,
                    PolicyCanary.class));
    public static final TopicSpec CONFIG_POOLS =
            compacted("fairlead.config.pools", "pool id", 1, List.of(PoolDefinition.class));
    public static final TopicSpec CONFIG_TENANTS =
            compacted("fairlead.config.tenants", "tenant id", 1, List.of(Tenant.class));
    public static final TopicSpec CONFIG_EXITS =
            compacted("fairlead.config.exits", "exit id", 4, List.of(ExitOverride.class));
    public static final TopicSpec CONFIG_GROUPS =
            compacted("fairlead.config.groups", "group id", 1, List.of(DeliveryGroup.class));
    public static final TopicSpec CONFIG_ROOMS =
            compacted("fairlead.config.rooms", "room", 1, List.of(RoomDefinition.class));
    public static final TopicSpec CONFIG_HISTORY =
            kept("fairlead.config.history", "kind/scope", 1, Duration.ofDays(400), List.of(ConfigChanged.class));
    public static final TopicSpec CONFIG_REJECTED =
            kept("fairlead.config.rejected", "kind/scope", 1, Duration.ofDays(30), List.of(ConfigRejected.class));

    public static final TopicSpec DECISIONS_EXITS =
            compacted("fairlead.decisions.exits", "exit id", 4, List.of(ExitScore.class));

    /** One partition: an edge that has applied one assignment has applied all before it, which exclusivity stands on. */
    public static final TopicSpec DECISIONS_POOLS =
            compacted("fairlead.decisions.pools", "exit id", 1, List.of(PoolAssignment.class));

    public static final TopicSpec DECISIONS_FORECASTS =
            compacted("fairlead.decisions.forecasts", "pool id", 1, List.of(PoolForecast.class));
    public static final TopicSpec DECISIONS_POPULARITY =
            compacted("fairlead.decisions.popularity", "resolver", 4, List.of(ResolverPopularity.class));

    /** One partition: prices and states of groups come in one order with the entries that stand on them. */
    public static final TopicSpec DECISIONS_MAP = compacted(
            "fairlead.decisions.map",
            "resolver prefix, group id or *",
            1,
            List.of(MapEntry.class, GroupPrice.class, MapState.class));

    public static final TopicSpec DECISIONS_RELAYS =
            compacted("fairlead.decisions.relays", "relay client id", 1, List.of(RelayPlan.class));

    public static final TopicSpec DECISIONS_CANARIES =
            compacted("fairlead.decisions.canaries", "kind/scope", 1, List.of(CanaryVerdict.class));

    public static final TopicSpec DECISIONS_HEARTBEATS =
            compacted("fairlead.decisions.heartbeats", "job", 1, List.of(JobHeartbeat.class));

    public static final TopicSpec DEADLETTERS =
            kept("fairlead.deadletters", "topic/partition/offset", 1, Duration.ofDays(14), List.of(DeadLetter.class));

    private static final List<TopicSpec> ALL = List.of(
            SCHEMAS,
            TELEMETRY_EXITS,
            TELEMETRY_ATTEMPTS,
            TELEMETRY_REQUESTS,
            TELEMETRY_OUTCOMES,
            TELEMETRY_EDGES,
            TELEMETRY_RESOLVERS,
            TELEMETRY_RELAY,
            CONFIG_POLICIES,
            CONFIG_POOLS,
            CONFIG_TENANTS,
            CONFIG_EXITS,
            CONFIG_GROUPS,
            CONFIG_ROOMS,
            CONFIG_HISTORY,
            CONFIG_REJECTED,
            DECISIONS_EXITS,
            DECISIONS_POOLS,
            DECISIONS_FORECASTS,
            DECISIONS_POPULARITY,
            DECISIONS_MAP,
            DECISIONS_RELAYS,
            DECISIONS_CANARIES,
            DECISIONS_HEARTBEATS,
            DEADLETTERS);

    private Topics() {}

    /** Every topic, in the order of the catalogue. */
    public static List<TopicSpec> all() {
        return ALL;
    }

    /** The topic of that full name, if the catalogue has it. */
    public static Optional<TopicSpec> named(String name) {
        return ALL.stream().filter(topic -> topic.name().equals(name)).findFirst();
    }

    private static TopicSpec telemetry(String name, String key, List<Class<? extends SpecificRecord>> records) {
        return kept("fairlead.telemetry." + name, key, 4, Duration.ofDays(3), records);
    }

    private static TopicSpec kept(
            String name,
            String key,
            int partitions,
            Duration retention,
            List<Class<? extends SpecificRecord>> records) {
        return new TopicSpec(name, key, records, partitions, retention, false, false);
    }

    private static TopicSpec compacted(
            String name, String key, int partitions, List<Class<? extends SpecificRecord>> records) {
        return new TopicSpec(name, key, records, partitions, Duration.ZERO, true, false);
    }
}
