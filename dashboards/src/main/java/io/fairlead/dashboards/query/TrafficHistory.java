package io.fairlead.dashboards.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests, failures and time to first byte over time, from the roll-up that fits the asked span. */
public final class TrafficHistory {

    private static final long SECONDS_SPAN = 3_600;
    private static final long MINUTES_SPAN = 3 * 86_400;

    private final ClickHouseSource source;

    public TrafficHistory(ClickHouseSource source) {
        this.source = source;
    }

    /**
     * Width of the buckets that {@link #between} answers with, seconds: under two thousand points for spans of up to
     * three days.
     */
    public static int stepSeconds(long fromSeconds, long toSeconds) {
        long span = toSeconds - fromSeconds;
        if (span <= SECONDS_SPAN) {
            return span <= 300 ? 1 : 5;
        }
        if (span <= MINUTES_SPAN) {
            return span <= 86_400 ? 60 : 300;
        }
        return 3_600;
    }

    /**
     * Points in rising time; buckets without requests are left out.
     *
     * @param fromSeconds first bucket, seconds since the Unix epoch
     * @param toSeconds end, not included
     */
    public List<TrafficPoint> between(long fromSeconds, long toSeconds) throws SQLException {
        return between(fromSeconds, toSeconds, stepSeconds(fromSeconds, toSeconds));
    }

    /** As {@link #between(long, long)}, in buckets of {@code step} seconds. */
    public List<TrafficPoint> between(long fromSeconds, long toSeconds, int step) throws SQLException {
        String quantiles = step < 60
                ? "quantilesTDigestMergeIf(0.5, 0.9, 0.95, 0.99)(first_byte_us, outcome = 'OK')"
                : "quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(first_byte_us)";
        String table = step < 60 ? "requests_1s" : step < 3_600 ? "traffic_1m" : "traffic_1h";
        String sql =
                "SELECT intDiv(toUnixTimestamp(bucket), ?) * ? AS slot, sum(requests) AS n, sum(failures) AS failed, "
                        + quantiles + " AS q,"
                        + " q[1] / 1000 AS p50, q[3] / 1000 AS p95, q[4] / 1000 AS p99"
                        + " FROM fairlead." + table
                        + " WHERE bucket >= toDateTime(?) AND bucket < toDateTime(?)"
                        + " GROUP BY slot ORDER BY slot LIMIT 20000";
        return source.select(sql, List.of(step, step, fromSeconds, toSeconds), TrafficHistory::point);
    }

    private static TrafficPoint point(ResultSet row) throws SQLException {
        return new TrafficPoint(
                row.getLong("slot"),
                row.getLong("n"),
                row.getLong("failed"),
                finite(row.getDouble("p50")),
                finite(row.getDouble("p95")),
                finite(row.getDouble("p99")));
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? Math.round(value * 100) / 100.0 : null;
    }
}
