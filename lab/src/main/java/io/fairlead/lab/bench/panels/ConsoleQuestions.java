package io.fairlead.lab.bench.panels;

import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.DecisionHistory;
import io.fairlead.dashboards.query.ExitOutcomes;
import io.fairlead.dashboards.query.ExitPlaces;
import io.fairlead.dashboards.query.ExitTraffic;
import io.fairlead.dashboards.query.FactsFreshness;
import io.fairlead.dashboards.query.MapHistory;
import io.fairlead.dashboards.query.PolicyHistory;
import io.fairlead.dashboards.query.PoolHistory;
import io.fairlead.dashboards.query.TenantHistory;
import io.fairlead.dashboards.query.TenantUsage;
import io.fairlead.dashboards.query.TrafficHistory;
import io.fairlead.dashboards.query.TroubleHistory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** All that the console asks for its pages, each over the longest span that its pages offer, of a {@link MonthOfFacts}. */
public final class ConsoleQuestions {

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final long WEEK_MS = 7 * DAY_MS;
    private static final String EXIT = "exit-7";
    private static final String POOL = "pool-1";
    private static final String TENANT = "tenant-1";

    /** Asks, and says how many rows the answer had. */
    @FunctionalInterface
    public interface Asked {
        int ask(ClickHouseSource source) throws SQLException;
    }

    /** One question by its name. */
    public record Question(String name, Asked asked) {}

    private ConsoleQuestions() {}

    /** @param endMs when they are asked, ms since the Unix epoch */
    public static List<Question> all(long endMs) {
        long end = endMs / 1_000;
        long dayAgo = endMs - DAY_MS;
        long weekAgo = endMs - WEEK_MS;
        List<Question> all = new ArrayList<>();
        for (int hours : new int[] {1, 24, 72, 720}) {
            all.add(new Question("traffic, " + hours + " h", source -> new TrafficHistory(source)
                    .between(end - hours * 3_600L, end)
                    .size()));
        }
        all.add(new Question(
                "traffic of exits, a minute",
                source -> new ExitTraffic(source).since(endMs - 60_000).size()));
        all.add(new Question(
                "decisions of an exit",
                source -> new DecisionHistory(source).of(EXIT, weekAgo).size()));
        all.add(new Question(
                "outcomes of an exit",
                source -> new ExitOutcomes(source).of(EXIT, weekAgo).size()));
        all.add(new Question(
                "places of an exit", source -> new ExitPlaces(source).of(EXIT).size()));
        all.add(new Question("policy changes", source -> new PolicyHistory(source)
                .between(endMs - 30 * DAY_MS, endMs)
                .size()));
        all.add(new Question(
                "a policy",
                source -> new PolicyHistory(source).of("quality/type:t1").size()));
        all.add(new Question(
                "freshness",
                source ->
                        new FactsFreshness(source).newestSince(endMs - HOUR_MS).isPresent() ? 1 : 0));
        pools(all, endMs, weekAgo);
        all.add(new Question(
                "maps", source -> new MapHistory(source).epochs(weekAgo).size()));
        all.add(new Question(
                "prices", source -> new MapHistory(source).prices(weekAgo, 600).size()));
        all.add(new Question(
                "changes of a prefix",
                source -> new MapHistory(source).changes("10.0.1.0/24", weekAgo).size()));
        trouble(all, endMs, dayAgo, weekAgo);
        all.add(new Question(
                "tenants", source -> new TenantHistory(source).names().size()));
        all.add(new Question("outcomes of a tenant", source -> new TenantHistory(source)
                .outcomes(TENANT, weekAgo / 1_000)
                .size()));
        all.add(new Question("minutes of a tenant", source -> new TenantHistory(source)
                .minutes(TENANT, dayAgo / 1_000, 60)
                .size()));
        all.add(new Question("week of a tenant", source -> new TenantHistory(source)
                .minutes(TENANT, weekAgo / 1_000, 3_600)
                .size()));
        all.add(new Question(
                "exits that failed a tenant",
                source -> new TenantHistory(source).exits(TENANT, weekAgo).size()));
        all.add(new Question(
                "usage", source -> new TenantUsage(source).of("", 30).size()));
        return List.copyOf(all);
    }

    private static void pools(List<Question> all, long endMs, long weekAgo) {
        all.add(new Question(
                "standings of a pool",
                source -> new PoolHistory(source).standings(POOL, weekAgo, 600).size()));
        all.add(new Question(
                "what was foreseen of a pool",
                source -> new PoolHistory(source).bands(POOL, weekAgo, "health").size()));
        all.add(new Question(
                "what came of a pool",
                source -> new PoolHistory(source).came(POOL, weekAgo, "health").size()));
        all.add(new Question(
                "changes of a pool",
                source -> new PoolHistory(source).changes(POOL, weekAgo).size()));
        all.add(new Question(
                "an exit's life in pools",
                source -> new PoolHistory(source).changesOf(EXIT, weekAgo).size()));
        all.add(new Question("newest changes of pools", source -> new PoolHistory(source)
                .newestChanges(endMs - DAY_MS, 12)
                .size()));
        all.add(new Question(
                "skill of a pool's forecasts",
                source -> new PoolHistory(source).skill(POOL, weekAgo, 20_160).size()));
        all.add(new Question(
                "health foreseen of a pool",
                source -> new PoolHistory(source).foreseen(POOL, weekAgo).size()));
        all.add(new Question("requests of a pool, an hour", source -> new PoolHistory(source)
                .ended(POOL, (endMs - HOUR_MS) / 1_000, 15)
                .size()));
        all.add(new Question("requests of a pool, a week", source -> new PoolHistory(source)
                .ended(POOL, weekAgo / 1_000, 600)
                .size()));
    }

    private static void trouble(List<Question> all, long endMs, long dayAgo, long weekAgo) {
        all.add(new Question(
                "minutes of a day",
                source -> new TroubleHistory(source).minutes(dayAgo / 1_000).size()));
        all.add(new Question("tenants that were hit", source -> new TroubleHistory(source)
                .tenants((endMs - 900_000) / 1_000)
                .size()));
        all.add(new Question(
                "when an exit was well",
                source ->
                        new TroubleHistory(source).lastDecent(EXIT, 50, dayAgo).isPresent() ? 1 : 0));
        all.add(new Question(
                "when a pool was well",
                source -> new TroubleHistory(source).lastHealthy(POOL, weekAgo).isPresent() ? 1 : 0));
        all.add(new Question(
                "when a group was up",
                source -> new TroubleHistory(source).lastUp("group-1", weekAgo).isPresent() ? 1 : 0));
        all.add(new Question(
                "who was hit by an exit",
                source -> new TroubleHistory(source).byExit(EXIT, weekAgo).size()));
        all.add(new Question(
                "who was hit by a pool",
                source -> new TroubleHistory(source).byPool(POOL, weekAgo).size()));
        all.add(new Question(
                "where a tenant was hit",
                source -> new TroubleHistory(source).ofTenant(TENANT, weekAgo).size()));
    }
}
