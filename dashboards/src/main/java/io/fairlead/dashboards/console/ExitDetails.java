package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.DecisionHistory.Decision;
import io.fairlead.dashboards.query.ExitOutcomes.Ended;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.ExitScore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why an exit has the quality that it has.
 *
 * @param benchmarkTerm at most 0.5; -1: never measured
 * @param pingTerm at most 0.5; -1: never measured
 * @param psiMs reference of the benchmark; 0: not told
 * @param omegaMs reference of the ping; 0: not told
 * @param benchmarkWeight decayed number of measurements
 * @param pingWeight the same of pings
 * @param upSinceMs ms since the Unix epoch; 0: not known
 * @param disconnectBasis survival or hazard; empty: not told
 * @param networkSuccess share that its autonomous system carries, 0–1
 * @param failingTargets classes of which a target fails whatever the exit
 * @param history decisions of the span asked for, newest first; null: ClickHouse did not answer
 * @param outcomes what tries of that span came to; null: ClickHouse did not answer
 * @param historyProblem why there is no history; null: there is
 */
record ExitDetails(
        ExitRow exit,
        double benchmarkTerm,
        double pingTerm,
        Estimate success,
        Estimate disconnect,
        List<TargetClass> classes,
        List<String> reasons,
        String trigger,
        long triggerObservedAtMs,
        String triggerEdgeId,
        double psiMs,
        double omegaMs,
        double benchmarkWeight,
        double pingWeight,
        long upSinceMs,
        List<Stay> stays,
        String disconnectBasis,
        double networkSuccess,
        List<String> failingTargets,
        @Nullable List<Decision> history,
        @Nullable List<Ended> outcomes,
        @Nullable String historyProblem) {

    /** Chance to stay online for a time. */
    record Stay(long horizonMs, Estimate chance) {}

    /** @param weight effective number of observations */
    record Estimate(double mean, double lower, double upper, double weight) {
        static Estimate of(Bounded bounded) {
            return new Estimate(
                    ExitRow.rounded(bounded.getMean()),
                    ExitRow.rounded(bounded.getLower()),
                    ExitRow.rounded(bounded.getUpper()),
                    ExitRow.rounded(bounded.getWeight()));
        }
    }

    record TargetClass(
            String name, double quality, double benchmarkMs, Estimate success, double blockRate, double trafficShare) {}

    static ExitDetails of(
            ExitScore score,
            ExitRow row,
            @Nullable List<Decision> history,
            @Nullable List<Ended> outcomes,
            @Nullable String historyProblem) {
        return new ExitDetails(
                row,
                score.getBenchmarkTerm(),
                score.getPingTerm(),
                Estimate.of(score.getSuccess()),
                Estimate.of(score.getDisconnect()),
                score.getClasses().stream()
                        .map(one -> new TargetClass(
                                one.getTargetClass(),
                                one.getQuality(),
                                one.getBenchmarkMs(),
                                Estimate.of(one.getSuccess()),
                                one.getBlockRate(),
                                one.getTrafficShare()))
                        .toList(),
                List.copyOf(score.getReasons()),
                score.getTrigger(),
                score.getTriggerObservedAtMs(),
                score.getTriggerEdgeId(),
                score.getPsiMs(),
                score.getOmegaMs(),
                ExitRow.rounded(score.getBenchmarkWeight()),
                ExitRow.rounded(score.getPingWeight()),
                score.getUpSinceMs(),
                score.getStays().stream()
                        .map(stay -> new Stay(stay.getHorizonMs(), Estimate.of(stay.getChance())))
                        .toList(),
                score.getDisconnectBasis(),
                ExitRow.rounded(score.getNetworkSuccess()),
                List.copyOf(score.getFailingTargets()),
                history,
                outcomes,
                historyProblem);
    }
}
