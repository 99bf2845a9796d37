package io.fairlead.dashboards.console;

import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.ForecastAhead;
import io.fairlead.schemas.decisions.PoolForecast;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pool as a row: what is asked of it, and how it is.
 *
 * @param state HEALTHY, CURING or DEGRADED; UNKNOWN: nothing is decided of it yet
 * @param health 0–1
 * @param exclusiveDomains that it has its exits for alone; empty in an exclusive one: it has them as a whole
 * @param healthForeseen at its horizon by the survival of its members, 0–1
 * @param unhealthyProbability greatest chance of all horizons that health falls under the minimum; -1: not known
 * @param unhealthyMinutes at which horizon that is
 * @param shortageProbability the same of demand over capacity
 * @param policyVersion of what is decided of it; -1: defaults, or nothing is decided
 */
record PoolRow(
        String id,
        String state,
        String reason,
        String missing,
        double health,
        double healthForeseen,
        double minHealth,
        int members,
        int membersOnline,
        int membersLeast,
        int membersWanted,
        int membersMost,
        int capacity,
        int changesInHour,
        String owner,
        boolean exclusive,
        long exclusiveUntilMs,
        List<String> exclusiveDomains,
        String sibling,
        boolean fallsShort,
        double unhealthyProbability,
        int unhealthyMinutes,
        double shortageProbability,
        long horizonMs,
        long issuedAtMs,
        long forecastAtMs,
        long policyVersion) {

    /** @param forecast null: nothing is decided of it yet */
    static PoolRow of(PoolDefinition pool, @Nullable PoolForecast forecast) {
        double unhealthy = -1;
        double shortage = -1;
        int minutes = 0;
        if (forecast != null) {
            for (ForecastAhead ahead : forecast.getAhead()) {
                shortage = Math.max(shortage, ahead.getShortageProbability());
                if (ahead.getUnhealthyProbability() > unhealthy) {
                    unhealthy = ahead.getUnhealthyProbability();
                    minutes = ahead.getMinutes();
                }
            }
        }
        return new PoolRow(
                pool.getPoolId(),
                forecast == null ? "UNKNOWN" : forecast.getState().name(),
                forecast == null ? "" : forecast.getReason(),
                forecast == null ? "" : forecast.getMissing(),
                forecast == null ? 0 : ExitRow.rounded(forecast.getHealth()),
                forecast == null ? 0 : ExitRow.rounded(forecast.getHealthForeseen()),
                pool.getMinHealth(),
                forecast == null ? 0 : forecast.getMembers(),
                forecast == null ? 0 : forecast.getMembersOnline(),
                pool.getMinMembers(),
                pool.getWantedMembers(),
                pool.getMaxMembers(),
                forecast == null ? 0 : forecast.getCapacityRequests(),
                forecast == null ? 0 : forecast.getChangesInHour(),
                pool.getOwner(),
                pool.getExclusive(),
                pool.getExclusiveUntilMs(),
                pool.getExclusiveDomains(),
                pool.getSibling(),
                forecast != null && forecast.getFallsShort(),
                ExitRow.rounded(unhealthy),
                minutes,
                ExitRow.rounded(shortage),
                pool.getHorizonMs(),
                forecast == null ? 0 : forecast.getIssuedAtMs(),
                forecast == null ? 0 : forecast.getForecastAtMs(),
                forecast == null ? -1 : forecast.getPolicyVersion());
    }
}
