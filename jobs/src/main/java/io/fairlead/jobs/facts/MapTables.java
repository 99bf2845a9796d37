package io.fairlead.jobs.facts;

import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapCoverage;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapRegret;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.PopularityVerdict;
import io.fairlead.schemas.decisions.ResolverClients;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.decisions.RollOutState;
import java.util.List;
import java.util.function.Function;

/** Tables of the network map: which name servers resolvers prefer, who serves whom, what groups cost, and the map as a whole. */
final class MapTables {

    static final FactTable<ResolverPopularity> POPULARITY = FactTable.log(
                    "resolver_popularity", ResolverPopularity.class, ResolverPopularity::getIssuedAtMs)
            .text("resolver", ResolverPopularity::getResolver)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", ResolverPopularity::getIssuedAtMs)
            .int64("policy_version", ResolverPopularity::getPolicyVersion)
            .symbol("verdict", PopularityVerdict.class, ResolverPopularity::getVerdict)
            .texts("name_server", ResolverPopularity::getShares, NameServerShare::getNameServer)
            .texts("name_server_group", ResolverPopularity::getShares, NameServerShare::getGroupId)
            .float64s("share_mean", ResolverPopularity::getShares, s -> s.getShare()
                    .getMean())
            .float64s("share_lower", ResolverPopularity::getShares, s -> s.getShare()
                    .getLower())
            .float64s("share_upper", ResolverPopularity::getShares, s -> s.getShare()
                    .getUpper())
            .float64s("share_count", ResolverPopularity::getShares, s -> s.getShare()
                    .getWeight())
            .float64s("rtt_ms", ResolverPopularity::getShares, NameServerShare::getRttMs)
            .float64s("calibrated_ms", ResolverPopularity::getShares, NameServerShare::getCalibratedMs)
            .float64("questions", ResolverPopularity::getCount)
            .float64("threshold", ResolverPopularity::getThreshold)
            .text("preferred", ResolverPopularity::getPreferred)
            .text("group_id", ResolverPopularity::getGroupId)
            .time("evidence_at", ResolverPopularity::getEvidenceAtMs)
            .text("reason", ResolverPopularity::getReason)
            .texts("client_prefix", ResolverPopularity::getClients, ResolverClients::getPrefix)
            .float64s("client_weight", ResolverPopularity::getClients, ResolverClients::getWeight)
            .build();

    static final FactTable<MapEntry> ENTRIES = FactTable.log("map_entries", MapEntry.class, MapEntry::getIssuedAtMs)
            .text("prefix", MapEntry::getPrefix)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", MapEntry::getIssuedAtMs)
            .int64("policy_version", MapEntry::getPolicyVersion)
            .int64("map_epoch", MapEntry::getMapEpoch)
            .texts("choice_group", MapEntry::getChoices, GroupChoice::getGroupId)
            .float64s("choice_share", MapEntry::getChoices, GroupChoice::getShare)
            .float64s("choice_cost_ms", MapEntry::getChoices, GroupChoice::getCostMs)
            .float64s("choice_error_ms", MapEntry::getChoices, GroupChoice::getErrorMs)
            .texts("choice_evidence", MapEntry::getChoices, c -> c.getEvidence().name())
            .time("evidence_at", MapEntry::getEvidenceAtMs)
            .float64("demand_bits_per_second", MapEntry::getDemandBitsPerSecond)
            .symbol("cohort", MapCohort.class, MapEntry::getCohort)
            .build();

    static final FactTable<GroupPrice> PRICES = FactTable.log("map_prices", GroupPrice.class, GroupPrice::getIssuedAtMs)
            .text("group_id", GroupPrice::getGroupId)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", GroupPrice::getIssuedAtMs)
            .int64("policy_version", GroupPrice::getPolicyVersion)
            .int64("map_epoch", GroupPrice::getMapEpoch)
            .float64("price_ms", GroupPrice::getPriceMs)
            .float64("capacity_bits_per_second", GroupPrice::getCapacityBitsPerSecond)
            .float64("planned_bits_per_second", GroupPrice::getPlannedBitsPerSecond)
            .float64("load_bits_per_second", GroupPrice::getLoadBitsPerSecond)
            .symbol("state", GroupState.class, GroupPrice::getState)
            .float64("shed_from_share", GroupPrice::getShedFromShare)
            .text("reason", GroupPrice::getReason)
            .int64("trigger_observed_at_ms", GroupPrice::getTriggerObservedAtMs)
            .build();

    static final FactTable<MapState> STATES = states();

    private MapTables() {}

    static List<FactTable<?>> all() {
        return List.of(POPULARITY, ENTRIES, PRICES, STATES);
    }

    private static FactTable<MapState> states() {
        FactTable.Builder<MapState> table = FactTable.log("map_states", MapState.class, MapState::getIssuedAtMs)
                .int64("job_epoch", r -> r.getVersion().getJobEpoch())
                .int64("counter", r -> r.getVersion().getCounter())
                .time("issued_at", MapState::getIssuedAtMs)
                .int64("policy_version", MapState::getPolicyVersion)
                .int64("map_epoch", MapState::getMapEpoch)
                .int64("entries", MapState::getEntries)
                .float64("demand_bits_per_second", MapState::getDemandBitsPerSecond)
                .float64("mean_cost_ms", MapState::getMeanCostMs)
                .float64("bound_ms", MapState::getBoundMs)
                .float64("capacity_factor", MapState::getCapacityFactor)
                .float64("moved_share", MapState::getMovedShare)
                .texts("coverage_evidence", MapState::getCoverage, c -> c.getEvidence()
                        .name())
                .int64s("coverage_prefixes", MapState::getCoverage, MapCoverage::getPrefixes)
                .float64s("coverage_demand_share", MapState::getCoverage, MapCoverage::getDemandShare)
                .symbol("roll_out", RollOutState.class, MapState::getRollOut)
                .int32("stage", MapState::getStage)
                .float64("rolled_share", MapState::getRolledShare)
                .int64("stage_since_ms", MapState::getStageSinceMs)
                .float64("control_share", MapState::getControlShare);
        regret(table, "rolled", MapState::getRolled);
        regret(table, "control", MapState::getControl);
        regret(table, "served", MapState::getServed);
        return table.bool("frozen", MapState::getFrozen)
                .text("reason", MapState::getReason)
                .build();
    }

    private static void regret(FactTable.Builder<MapState> table, String of, Function<MapState, MapRegret> regret) {
        table.int64(of + "_samples", r -> regret.apply(r).getSamples())
                .float64(of + "_regret_ms", r -> regret.apply(r).getMeanMs())
                .float64(of + "_regret_error_ms", r -> regret.apply(r).getErrorMs())
                .float64(of + "_regret_p95_ms", r -> regret.apply(r).getP95Ms());
    }
}
