package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.ExitTraffic.Load;
import io.fairlead.schemas.decisions.ExitScore;
import org.jspecify.annotations.Nullable;

/**
 * One exit as a row of the fleet.
 *
 * @param quality 0–100
 * @param success share of real traffic, 0–1
 * @param disconnect probability within the horizon, 0–1
 * @param benchmarkMs -1: never measured
 * @param pingMs -1: never measured
 * @param requests attempts that ended in the traffic window; null: not known now
 * @param failures of these, those that the exit answers for
 * @param reason the heaviest, in words
 * @param targetFails a target of some class fails whatever the exit: nothing of that is in quality
 */
record ExitRow(
        String id,
        String state,
        double quality,
        boolean lowConfidence,
        double success,
        double disconnect,
        double benchmarkMs,
        double pingMs,
        int capacity,
        int running,
        int available,
        String poolType,
        long asn,
        String reason,
        String version,
        long policyVersion,
        long issuedAtMs,
        @Nullable Long requests,
        @Nullable Long failures,
        boolean targetFails) {

    /** @param load null: not known now */
    static ExitRow of(ExitScore score, @Nullable Load load) {
        return new ExitRow(
                score.getExitId(),
                score.getState().name(),
                rounded(score.getQuality()),
                score.getLowConfidence(),
                rounded(score.getSuccess().getMean()),
                rounded(score.getDisconnect().getMean()),
                rounded(score.getBenchmarkMs()),
                rounded(score.getPingMs()),
                score.getCapacityRequests(),
                score.getRunningRequests(),
                score.getAvailableRequests(),
                score.getPoolType().name(),
                score.getAsn(),
                score.getReasons().isEmpty() ? "" : score.getReasons().get(0),
                score.getVersion().getJobEpoch() + "." + score.getVersion().getCounter(),
                score.getPolicyVersion(),
                score.getIssuedAtMs(),
                load == null ? null : load.attempts(),
                load == null ? null : load.failures(),
                !score.getFailingTargets().isEmpty());
    }

    static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }
}
