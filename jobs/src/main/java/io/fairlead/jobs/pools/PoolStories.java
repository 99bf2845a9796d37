package io.fairlead.jobs.pools;

import io.fairlead.model.forecast.ForecastScore;
import io.fairlead.model.forecast.PoolOutlook;
import io.fairlead.model.pool.Assignment;
import io.fairlead.model.pool.Change;
import io.fairlead.model.pool.Foresight;
import io.fairlead.model.pool.PoolStatus;
import io.fairlead.model.pool.Stamp;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExclusiveDomain;
import io.fairlead.schemas.decisions.ForecastAhead;
import io.fairlead.schemas.decisions.ForecastOutcome;
import io.fairlead.schemas.decisions.ForecastQuantiles;
import io.fairlead.schemas.decisions.HealthForeseen;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolChange;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolHealth;
import io.fairlead.schemas.decisions.PoolMembership;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Writes what the model decides and foresees as records. */
final class PoolStories {

    private static final long MINUTE_MS = 60_000;

    private PoolStories() {}

    static PoolAssignment assignment(Assignment told, long issuedAtMs, long policyVersion, long leaseMs) {
        return PoolAssignment.newBuilder()
                .setExitId(told.exitId())
                .setVersion(version(told.stamp()))
                .setIssuedAtMs(issuedAtMs)
                .setPolicyVersion(policyVersion)
                .setMemberships(told.memberships().stream()
                        .map(each -> new PoolMembership(each.pool(), each.rank(), each.sinceMs(), each.reason()))
                        .toList())
                .setOwnerPool(told.owner())
                .setOwnerUntilMs(told.ownerUntilMs())
                .setExclusiveDomains(told.domains().stream()
                        .map(each -> new ExclusiveDomain(each.domain(), each.pool(), each.untilMs(), each.granted()))
                        .toList())
                .setLeaseMs(leaseMs)
                .setChanges(told.changes().stream().map(PoolStories::change).toList())
                .build();
    }

    private static PoolChange change(Change change) {
        return new PoolChange(
                change.pool(),
                change.joined(),
                change.cause().name(),
                change.reason(),
                change.atMs(),
                change.healthBefore(),
                change.healthAfter(),
                change.members());
    }

    static DecisionVersion version(Stamp stamp) {
        return new DecisionVersion(stamp.epoch(), stamp.counter());
    }

    /** How a pool stands, without what is foreseen. */
    static PoolForecast.Builder standing(PoolStatus status, long issuedAtMs, long policyVersion, Stamp stamp) {
        return PoolForecast.newBuilder()
                .setPoolId(status.definition().id())
                .setVersion(version(stamp))
                .setIssuedAtMs(issuedAtMs)
                .setPolicyVersion(policyVersion)
                .setState(PoolHealth.valueOf(status.state().name()))
                .setReason(status.reason())
                .setMissing(status.missing())
                .setHealth(status.health().now())
                .setHealthForeseen(status.health().foreseen())
                .setMinHealth(status.definition().minHealth())
                .setMembers(status.health().members())
                .setMembersOnline(status.health().online())
                .setMembersWanted(status.definition().wantedMembers())
                .setCapacityRequests(status.capacityRequests())
                .setChangesInHour(status.changesInHour());
    }

    static List<ForecastAhead> ahead(PoolOutlook outlook) {
        List<ForecastAhead> all = new ArrayList<>();
        for (PoolOutlook.Ahead ahead : outlook.ahead()) {
            List<ForecastQuantiles> quantiles = new ArrayList<>();
            new TreeMap<>(ahead.quantiles())
                    .forEach((measure, each) -> quantiles.add(
                            new ForecastQuantiles(measure.name(), each.low(), each.median(), each.high())));
            all.add(new ForecastAhead(
                    ahead.minutes(),
                    quantiles,
                    known(ahead.unhealthyProbability()),
                    known(ahead.shortageProbability())));
        }
        return all;
    }

    static List<ForecastOutcome> outcomes(List<ForecastScore> scores) {
        return scores.stream()
                .map(score -> new ForecastOutcome(
                        score.measure().name(),
                        score.horizonMinutes(),
                        score.madeMinute() * MINUTE_MS,
                        score.told().low(),
                        score.told().median(),
                        score.told().high(),
                        score.actual(),
                        score.pinball(),
                        known(score.naivePinball()),
                        known(score.scaledError())))
                .toList();
    }

    static List<HealthForeseen> foreseen(List<Foresight> foresights) {
        return foresights.stream()
                .map(each -> new HealthForeseen(each.changedAtMs(), each.predicted(), each.observed()))
                .toList();
    }

    private static double known(double value) {
        return Double.isNaN(value) ? -1 : value;
    }
}
