package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.DecisionHistory.Decision;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.ExitScore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why an exit has the quality that it has.
 *
 * @param benchmarkTerm at most 0.5; -1: never measured
 * @param pingTerm at most 0.5; -1: never measured
 * @param history decisions of the last hour, newest first; null: ClickHouse did not answer
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
        @Nullable List<Decision> history,
        @Nullable String historyProblem) {

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
            ExitScore score, ExitRow row, @Nullable List<Decision> history, @Nullable String historyProblem) {
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
                history,
                historyProblem);
    }
}
