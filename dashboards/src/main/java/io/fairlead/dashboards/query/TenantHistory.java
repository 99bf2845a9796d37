package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;

/** What one tenant's requests came to. Thread-safe. */
public final class TenantHistory {

    /** Exits that are told at most. */
    public static final int EXITS_MAX = 20;

    private static final String NAMES =
            "SELECT DISTINCT tenant FROM fairlead.requests_1h WHERE bucket >= now() - 2592000 ORDER BY tenant LIMIT 10000";
    private static final String OUTCOMES = "SELECT pool, outcome, sum(requests) AS n, sum(failures) AS failed"
            + " FROM fairlead.requests_1m WHERE tenant = ? AND bucket >= toDateTime(?)"
            + " GROUP BY pool, outcome ORDER BY n DESC, pool, outcome LIMIT 200";
    private static final String EXITS = "SELECT exit, count() AS failed, toUnixTimestamp64Milli(max(at)) AS newest"
            + " FROM fairlead.raw_requests ARRAY JOIN exit_ids AS exit"
            + " WHERE tenant = ? AND outcome != 'OK' AND layer != 'CLIENT' AND at >= fromUnixTimestamp64Milli(toInt64(?))"
            + " GROUP BY exit ORDER BY failed DESC, exit LIMIT " + EXITS_MAX;

    private final ClickHouseSource source;

    /** Requests to a pool that ended so. */
    public record Outcome(String pool, String outcome, long requests, long failures) {}

    /** An exit that failed requests were tried on. */
    public record TriedOn(String exitId, long failures, long newestMs) {}

    public TenantHistory(ClickHouseSource source) {
        this.source = source;
    }

    /** All that asked for anything in the last 30 days. */
    public List<String> names() throws SQLException {
        return source.select(NAMES, List.of(), row -> row.getString("tenant"));
    }

    /** By pool and outcome, the most frequent first. */
    public List<Outcome> outcomes(String tenant, long fromSeconds) throws SQLException {
        return source.select(
                OUTCOMES,
                List.of(tenant, fromSeconds),
                row -> new Outcome(
                        row.getString("pool"), row.getString("outcome"), row.getLong("n"), row.getLong("failed")));
    }

    /** Requests and failures by minute, oldest first. */
    public List<TroubleHistory.Minute> minutes(String tenant, long fromSeconds, int stepSeconds) throws SQLException {
        return source.select(
                "SELECT intDiv(toUnixTimestamp(bucket), ?) * ? AS slot, sum(requests) AS n, sum(failures) AS failed"
                        + " FROM fairlead.requests_1m WHERE tenant = ? AND bucket >= toDateTime(?)"
                        + " GROUP BY slot ORDER BY slot LIMIT 5000",
                List.of(stepSeconds, stepSeconds, tenant, fromSeconds),
                row -> new TroubleHistory.Minute(row.getLong("slot"), row.getLong("n"), row.getLong("failed")));
    }

    /** Those with the most failures first. */
    public List<TriedOn> exits(String tenant, long fromMs) throws SQLException {
        return source.select(
                EXITS,
                List.of(tenant, fromMs),
                row -> new TriedOn(row.getString("exit"), row.getLong("failed"), row.getLong("newest")));
    }
}
