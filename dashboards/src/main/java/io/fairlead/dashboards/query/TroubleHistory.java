package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/** Since when something is wrong, and who was hit by it. Thread-safe. */
public final class TroubleHistory {

    /** Tenants, and pairs of a tenant and a site, that are told at most. */
    public static final int HIT_MAX = 50;

    private static final String MINUTES =
            "SELECT toUnixTimestamp(bucket) AS slot, sum(requests) AS n, sum(failures) AS failed"
                    + " FROM fairlead.traffic_1m WHERE bucket >= toDateTime(?) GROUP BY bucket ORDER BY bucket";
    private static final String TENANTS = "SELECT tenant, sum(requests) AS n, sum(failures) AS failed"
            + " FROM fairlead.requests_1m WHERE bucket >= toDateTime(?)"
            + " GROUP BY tenant ORDER BY failed DESC, n DESC, tenant LIMIT " + HIT_MAX;
    private static final String LAST_DECENT =
            "SELECT toUnixTimestamp64Milli(max(at)) AS newest FROM fairlead.exit_scores"
                    + " WHERE exit_id = ? AND quality >= ? AND state = 'ONLINE' AND at >= fromUnixTimestamp64Milli(toInt64(?))";
    private static final String LAST_HEALTHY =
            "SELECT toUnixTimestamp64Milli(max(at)) AS newest FROM fairlead.pool_forecasts"
                    + " WHERE pool = ? AND state = 'HEALTHY' AND at >= fromUnixTimestamp64Milli(toInt64(?))";
    private static final String LAST_UP = "SELECT toUnixTimestamp64Milli(max(at)) AS newest FROM fairlead.map_prices"
            + " WHERE group_id = ? AND state = 'UP' AND at >= fromUnixTimestamp64Milli(toInt64(?))";
    private static final String FAILED = " AND outcome != 'OK' AND layer != 'CLIENT'"
            + " AND at >= fromUnixTimestamp64Milli(toInt64(?)) GROUP BY tenant, target_host"
            + " ORDER BY failed DESC, tenant, target_host LIMIT " + HIT_MAX;
    private static final String HIT = "SELECT tenant, target_host, any(target_class) AS of_class, count() AS failed,"
            + " topK(1)(outcome)[1] AS mostly, toUnixTimestamp64Milli(max(at)) AS newest";
    private static final String BY_EXIT =
            HIT + " FROM fairlead.raw_attempts WHERE exit_id = ? AND phase = 'COMPLETED'" + FAILED;
    private static final String BY_POOL = HIT + " FROM fairlead.raw_requests WHERE pool = ?" + FAILED;
    private static final String OF_TENANT = HIT + " FROM fairlead.raw_requests WHERE tenant = ?" + FAILED;

    private final ClickHouseSource source;

    /** What ended in one minute. */
    public record Minute(long atSeconds, long requests, long failures) {}

    /** What a tenant asked for, and what failed of it by no fault of his. */
    public record Share(String tenant, long requests, long failures) {}

    /**
     * Somebody for whom something failed.
     *
     * @param outcome the most frequent
     */
    public record Hit(String tenant, String host, String targetClass, long failures, String outcome, long newestMs) {}

    public TroubleHistory(ClickHouseSource source) {
        this.source = source;
    }

    /** Of all tenants, oldest first. */
    public List<Minute> minutes(long fromSeconds) throws SQLException {
        return source.select(
                MINUTES,
                List.of(fromSeconds),
                row -> new Minute(row.getLong("slot"), row.getLong("n"), row.getLong("failed")));
    }

    /** Tenants, those with the most failures first. */
    public List<Share> tenants(long fromSeconds) throws SQLException {
        return source.select(
                TENANTS,
                List.of(fromSeconds),
                row -> new Share(row.getString("tenant"), row.getLong("n"), row.getLong("failed")));
    }

    /** When an exit was last told as online with that quality; empty: not since then. */
    public OptionalLong lastDecent(String exitId, double quality, long fromMs) throws SQLException {
        return newest(LAST_DECENT, List.of(exitId, quality, fromMs));
    }

    /** When a pool was last told as healthy; empty: not since then. */
    public OptionalLong lastHealthy(String pool, long fromMs) throws SQLException {
        return newest(LAST_HEALTHY, List.of(pool, fromMs));
    }

    /** When a delivery group was last told as up; empty: not since then. */
    public OptionalLong lastUp(String group, long fromMs) throws SQLException {
        return newest(LAST_UP, List.of(group, fromMs));
    }

    /** For whom tries through an exit failed, the most frequent first. */
    public List<Hit> byExit(String exitId, long fromMs) throws SQLException {
        return hit(BY_EXIT, exitId, fromMs);
    }

    /** For whom requests to a pool failed, the most frequent first. */
    public List<Hit> byPool(String pool, long fromMs) throws SQLException {
        return hit(BY_POOL, pool, fromMs);
    }

    /** The sites that a tenant's requests failed at, the most frequent first. */
    public List<Hit> ofTenant(String tenant, long fromMs) throws SQLException {
        return hit(OF_TENANT, tenant, fromMs);
    }

    private OptionalLong newest(String sql, List<?> parameters) throws SQLException {
        long newest =
                source.select(sql, parameters, row -> row.getLong("newest")).get(0);
        return newest > 0 ? OptionalLong.of(newest) : OptionalLong.empty();
    }

    private List<Hit> hit(String sql, String subject, long fromMs) throws SQLException {
        return source.select(
                sql,
                List.of(subject, fromMs),
                row -> new Hit(
                        row.getString("tenant"),
                        row.getString("target_host"),
                        row.getString("of_class"),
                        row.getLong("failed"),
                        row.getString("mostly"),
                        row.getLong("newest")));
    }
}
