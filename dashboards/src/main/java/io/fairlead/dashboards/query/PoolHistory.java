package io.fairlead.dashboards.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** What one pool was like, what was foreseen of it, what came, and who joined and left it. */
public final class PoolHistory {

    /** Changes that are answered with at most, the newest. */
    public static final int CHANGES_MAX = 500;

    /** The shortest horizon: what was foreseen that far ahead is drawn behind what came. */
    public static final int SHORTEST_MINUTES = 5;

    /** No forecast is made longer ahead: what came due since a time was made a day before it at most, which is what the table is sorted by. */
    private static final long HORIZON_MAX_MS = 86_400_000;

    private static final String STANDINGS = "SELECT intDiv(toUnixTimestamp(issued_at), ?) * ? AS slot,"
            + " argMax(health, told.counter) AS now, argMax(health_foreseen, told.counter) AS foreseen,"
            + " argMax(min_health, told.counter) AS least, argMax(members_online, told.counter) AS online,"
            + " argMax(told.members, told.counter) AS members, argMax(capacity_requests, told.counter) AS capacity"
            + " FROM fairlead.pool_forecasts AS told WHERE pool = ? AND at >= fromUnixTimestamp64Milli(toInt64(?))"
            + " GROUP BY slot ORDER BY slot LIMIT 5000";
    private static final String BANDS = "SELECT intDiv(forecast_at_ms, 1000) + band.1 * 60 AS slot,"
            + " any(band.3) AS low, any(band.4) AS median, any(band.5) AS high"
            + " FROM fairlead.pool_forecasts ARRAY JOIN"
            + " arrayZip(quantile_minutes, quantile_measure, quantile_low, quantile_median, quantile_high) AS band"
            + " WHERE pool = ? AND at >= fromUnixTimestamp64Milli(toInt64(?)) AND band.1 = " + SHORTEST_MINUTES
            + " AND band.2 = ? AND forecast_at_ms > 0 GROUP BY slot ORDER BY slot LIMIT 5000";
    private static final String CAME =
            "SELECT intDiv(made_at_ms, 1000) + horizon_minutes * 60 AS slot, any(actual) AS value"
                    + " FROM fairlead.forecast_scores WHERE pool = ? AND at >= fromUnixTimestamp64Milli(toInt64(?)) AND made_at_ms >= ?"
                    + " AND measure = ? AND horizon_minutes = " + SHORTEST_MINUTES
                    + " GROUP BY slot ORDER BY slot LIMIT 5000";
    private static final String CHANGES =
            "SELECT changed_at_ms, exit_id, kind, cause, reason, health_before, health_after,"
                    + " members, policy_version FROM fairlead.pool_changes WHERE pool = ? AND at >= fromUnixTimestamp64Milli(toInt64(?))"
                    + " ORDER BY at DESC, changed_at_ms DESC LIMIT " + CHANGES_MAX;
    private static final String CHANGES_OF_EXIT =
            "SELECT pool, changed_at_ms, exit_id, kind, cause, reason, health_before,"
                    + " health_after, members, policy_version FROM fairlead.pool_changes WHERE exit_id = ?"
                    + " AND at >= fromUnixTimestamp64Milli(toInt64(?)) ORDER BY at DESC, changed_at_ms DESC LIMIT "
                    + CHANGES_MAX;
    private static final String NEWEST_CHANGES =
            "SELECT pool, changed_at_ms, exit_id, kind, cause, reason, health_before, health_after, members, policy_version"
                    + " FROM fairlead.pool_changes WHERE at >= fromUnixTimestamp64Milli(toInt64(?)) ORDER BY at DESC LIMIT ?";
    private static final String SKILL = "SELECT measure, horizon_minutes AS horizon,"
            + " intDiv(toUnixTimestamp(at), ?) * ? AS slot, count() AS n, avg(pinball) AS loss,"
            + " avgIf(pinball, naive_pinball >= 0) AS paired, avgIf(naive_pinball, naive_pinball >= 0) AS naive,"
            + " countIf(actual >= low AND actual <= high) / n AS covered"
            + " FROM fairlead.forecast_scores FINAL WHERE pool = ? AND at >= fromUnixTimestamp64Milli(toInt64(?)) AND made_at_ms >= ?"
            + " GROUP BY measure, horizon, slot ORDER BY slot LIMIT 20000";
    private static final String FORESEEN =
            "SELECT changed_at_ms, predicted, observed FROM fairlead.pool_health_foreseen FINAL"
                    + " WHERE pool = ? AND at >= fromUnixTimestamp64Milli(toInt64(?)) ORDER BY changed_at_ms DESC LIMIT 200";

    private final ClickHouseSource source;

    /** @param atSeconds begin of the bucket; the rest as it was last told in it */
    public record Standing(
            long atSeconds, double health, double foreseen, double minHealth, int online, int members, int capacity) {}

    /** What was foreseen for a time, {@value #SHORTEST_MINUTES} min before: 5, 50 and 95 %. */
    public record Band(long atSeconds, double low, double median, double high) {}

    /** What came. */
    public record Point(long atSeconds, double value) {}

    /**
     * An exit joined or left a pool.
     *
     * @param healthBefore health foreseen without the change, 0–1
     * @param members of the pool with it
     */
    public record Change(
            String pool,
            long atMs,
            String exitId,
            boolean joined,
            String cause,
            String reason,
            double healthBefore,
            double healthAfter,
            int members,
            long policyVersion) {}

    /**
     * How good forecasts were.
     *
     * @param pinball mean loss
     * @param against mean loss of those that a day before is known for; not a number: none
     * @param naive loss of saying what was a day before, of the same
     * @param covered share of what came that was within 5 and 95 %
     */
    public record Skill(
            String measure,
            int minutes,
            long atSeconds,
            long forecasts,
            double pinball,
            double against,
            double naive,
            double covered) {}

    /** Health that was foreseen after a change of members, and what came. */
    public record Foreseen(long changedAtMs, double predicted, double observed) {}

    /** Requests of a pool that ended within a bucket, and of these those that failed, clients' own ends left out. */
    public record Ended(long atSeconds, long requests, long failures) {}

    public PoolHistory(ClickHouseSource source) {
        this.source = source;
    }

    public List<Standing> standings(String pool, long fromMs, int stepSeconds) throws SQLException {
        return source.select(
                STANDINGS,
                List.of(stepSeconds, stepSeconds, pool, fromMs),
                row -> new Standing(
                        row.getLong("slot"),
                        row.getDouble("now"),
                        row.getDouble("foreseen"),
                        row.getDouble("least"),
                        row.getInt("online"),
                        row.getInt("members"),
                        row.getInt("capacity")));
    }

    public List<Band> bands(String pool, long fromMs, String measure) throws SQLException {
        return source.select(
                BANDS,
                List.of(pool, fromMs, measure),
                row -> new Band(
                        row.getLong("slot"), row.getDouble("low"), row.getDouble("median"), row.getDouble("high")));
    }

    public List<Point> came(String pool, long fromMs, String measure) throws SQLException {
        return source.select(
                CAME,
                List.of(pool, fromMs, fromMs - HORIZON_MAX_MS, measure),
                row -> new Point(row.getLong("slot"), row.getDouble("value")));
    }

    /** Newest first. */
    public List<Change> changes(String pool, long fromMs) throws SQLException {
        return source.select(CHANGES, List.of(pool, fromMs), row -> change(pool, row));
    }

    /** In all pools, newest first. */
    public List<Change> changesOf(String exitId, long fromMs) throws SQLException {
        return source.select(CHANGES_OF_EXIT, List.of(exitId, fromMs), row -> change(row.getString("pool"), row));
    }

    private static Change change(String pool, ResultSet row) throws SQLException {
        return new Change(
                pool,
                row.getLong("changed_at_ms"),
                row.getString("exit_id"),
                row.getString("kind").equals("joined"),
                row.getString("cause"),
                row.getString("reason"),
                row.getDouble("health_before"),
                row.getDouble("health_after"),
                row.getInt("members"),
                row.getLong("policy_version"));
    }

    /** In all pools, newest first. */
    public List<Change> newestChanges(long fromMs, int max) throws SQLException {
        return source.select(NEWEST_CHANGES, List.of(fromMs, max), row -> change(row.getString("pool"), row));
    }

    public List<Skill> skill(String pool, long fromMs, int stepSeconds) throws SQLException {
        return source.select(
                SKILL,
                List.of(stepSeconds, stepSeconds, pool, fromMs, fromMs - HORIZON_MAX_MS),
                row -> new Skill(
                        row.getString("measure"),
                        row.getInt("horizon"),
                        row.getLong("slot"),
                        row.getLong("n"),
                        row.getDouble("loss"),
                        row.getDouble("paired"),
                        row.getDouble("naive"),
                        row.getDouble("covered")));
    }

    /** Newest first. */
    public List<Foreseen> foreseen(String pool, long fromMs) throws SQLException {
        return source.select(
                FORESEEN,
                List.of(pool, fromMs),
                row -> new Foreseen(
                        row.getLong("changed_at_ms"), row.getDouble("predicted"), row.getDouble("observed")));
    }

    /** @param stepSeconds under 60: from the seconds, which are kept for two days; else from the minutes */
    public List<Ended> ended(String pool, long fromSeconds, int stepSeconds) throws SQLException {
        String table = stepSeconds < 60 ? "requests_1s" : "requests_1m";
        return source.select(
                "SELECT intDiv(toUnixTimestamp(bucket), ?) * ? AS slot, sum(requests) AS n, sum(failures) AS failed"
                        + " FROM fairlead." + table + " WHERE pool = ? AND bucket >= toDateTime(?)"
                        + " GROUP BY slot ORDER BY slot LIMIT 5000",
                List.of(stepSeconds, stepSeconds, pool, fromSeconds),
                row -> new Ended(row.getLong("slot"), row.getLong("n"), row.getLong("failed")));
    }
}
