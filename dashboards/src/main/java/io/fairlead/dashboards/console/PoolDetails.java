package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.PoolHistory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pool: who is in it, how it was and will be, what changed, and how good its forecasts are.
 *
 * @param asks what is asked of its exits, in words, one requirement each
 * @param coldStart no day was seen yet: forecasts are wider
 * @param basis what forecasts stand on, in words
 * @param measure that {@code bands} and {@code came} are of
 * @param standings how it was; null, as what follows: ClickHouse did not answer
 * @param success its requests by minute or longer
 * @param traffic its requests of the last minute or two by second
 * @param historyProblem why there is no history; null: there is
 */
record PoolDetails(
        PoolRow pool,
        List<String> asks,
        List<Ahead> ahead,
        boolean coldStart,
        String basis,
        List<Member> members,
        String measure,
        @Nullable List<PoolHistory.Standing> standings,
        @Nullable List<PoolHistory.Band> bands,
        @Nullable List<PoolHistory.Point> came,
        @Nullable List<PoolHistory.Change> changes,
        @Nullable List<PoolHistory.Skill> skill,
        @Nullable List<PoolHistory.Foreseen> foreseen,
        @Nullable List<PoolHistory.Ended> success,
        @Nullable List<PoolHistory.Ended> traffic,
        @Nullable String historyProblem) {

    /** 5, 50 and 95 % of one measure. */
    record Quantiles(String measure, double low, double median, double high) {}

    /** What is foreseen at one horizon; probabilities of -1 are not known. */
    record Ahead(int minutes, List<Quantiles> quantiles, double unhealthyProbability, double shortageProbability) {}

    /**
     * One member.
     *
     * @param rank where it stood when it was chosen, 0–1
     * @param reason why it is in
     * @param exit how it is now; null: no decision is known of it
     * @param stayChance to be there for {@code stayHorizonMs}; -1: not told
     */
    record Member(
            String id,
            double rank,
            long sinceMs,
            String reason,
            @Nullable ExitRow exit,
            double stayChance,
            long stayHorizonMs) {}
}
