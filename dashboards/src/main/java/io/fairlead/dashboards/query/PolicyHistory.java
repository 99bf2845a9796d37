package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;

/** Accepted policy records over time, who wrote them and why. */
public final class PolicyHistory {

    /** Changes that are answered with at most, the newest. */
    public static final int CHANGES_MAX = 500;

    private static final String SQL =
            "SELECT toUnixTimestamp64Milli(written_at) AS written, config_key, author, reason,"
                    + " config_offset, revision FROM fairlead.config_history"
                    + " WHERE config_topic = 'fairlead.config.policies'"
                    + " AND written_at >= fromUnixTimestamp64Milli(toInt64(?)) AND written_at < fromUnixTimestamp64Milli(toInt64(?))"
                    + " ORDER BY config_offset DESC LIMIT 1 BY config_offset LIMIT " + CHANGES_MAX;

    private final ClickHouseSource source;

    public PolicyHistory(ClickHouseSource source) {
        this.source = source;
    }

    /** Changes written within the span (ms since the Unix epoch, end not included), newest first. */
    public List<PolicyChange> between(long fromMs, long toMs) throws SQLException {
        return source.select(
                SQL,
                List.of(fromMs, toMs),
                row -> new PolicyChange(
                        row.getLong("written"),
                        row.getString("config_key"),
                        row.getString("author"),
                        row.getString("reason"),
                        row.getLong("config_offset"),
                        row.getLong("revision")));
    }
}
