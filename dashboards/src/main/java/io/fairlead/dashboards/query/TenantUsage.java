package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;

/** What tenants have used, by day. */
public final class TenantUsage {

    private static final String SQL =
            "SELECT tenant, toString(day) AS of_day, sum(usage.requests), sum(usage.successes),"
                    + " sum(usage.failures), sum(usage.bytes_up), sum(usage.bytes_down), sum(usage.settled_bytes_up),"
                    + " sum(usage.settled_bytes_down), sum(usage.agent_bytes_up), sum(usage.agent_bytes_down)"
                    + " FROM fairlead.usage_1d AS usage WHERE day >= toDate(now('UTC')) - toInt32(?) AND (tenant = ? OR ? = '')"
                    + " GROUP BY tenant, day ORDER BY tenant, day LIMIT 100000";

    private final ClickHouseSource source;

    /**
     * Usage of one tenant on one day (UTC).
     *
     * @param failures requests that failed by no fault of the user's
     * @param settledBytesUp of tunnels whose agents have told, as the edges counted them
     * @param agentBytesUp of the same, as the agents did
     */
    public record Day(
            String tenant,
            String day,
            long requests,
            long successes,
            long failures,
            long bytesUp,
            long bytesDown,
            long settledBytesUp,
            long settledBytesDown,
            long agentBytesUp,
            long agentBytesDown) {

        /** By how much what agents counted differs from what edges did, as a share of the larger. 0: nothing was told. */
        public double difference() {
            return Math.max(share(settledBytesUp, agentBytesUp), share(settledBytesDown, agentBytesDown));
        }

        private static double share(long ours, long theirs) {
            return Math.abs(ours - theirs) / (double) Math.max(1, Math.max(ours, theirs));
        }
    }

    public TenantUsage(ClickHouseSource source) {
        this.source = source;
    }

    /**
     * Days of tenants that used anything, the oldest first, at most 100 000.
     *
     * @param tenant empty: all of them
     * @param days how many, today included
     */
    public List<Day> of(String tenant, int days) throws SQLException {
        return source.select(
                SQL,
                List.of(days - 1, tenant, tenant),
                row -> new Day(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLong(9),
                        row.getLong(10),
                        row.getLong(11)));
    }
}
