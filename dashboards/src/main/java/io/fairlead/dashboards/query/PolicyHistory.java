package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;

/** Accepted policy records over time, who wrote them and why. */
public final class PolicyHistory {

    /** Changes that are answered with at most, the newest. */
    public static final int CHANGES_MAX = 500;

    /** Revisions of one policy that are answered with at most, the newest. */
    public static final int REVISIONS_MAX = 100;

    private static final String SQL =
            "SELECT toUnixTimestamp64Milli(written_at) AS written, config_key, author, reason,"
                    + " config_offset, revision FROM fairlead.config_history"
                    + " WHERE config_topic = 'fairlead.config.policies'"
                    + " AND written_at >= fromUnixTimestamp64Milli(toInt64(?)) AND written_at < fromUnixTimestamp64Milli(toInt64(?))"
                    + " ORDER BY config_offset DESC LIMIT 1 BY config_offset LIMIT " + CHANGES_MAX;

    private static final String REVISIONS = "SELECT toUnixTimestamp64Milli(written_at) AS written, author, reason,"
            + " config_offset, revision, json FROM fairlead.config_history"
            + " WHERE config_topic = 'fairlead.config.policies' AND config_key = ?"
            + " ORDER BY config_offset DESC LIMIT 1 BY config_offset LIMIT " + REVISIONS_MAX;

    private final ClickHouseSource source;

    /**
     * What one record set.
     *
     * @param json the whole record; empty: it took the policy back
     */
    public record Revision(long atMs, String author, String reason, long version, long revision, String json) {}

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

    /** All that a policy was, newest first. */
    public List<Revision> of(String key) throws SQLException {
        return source.select(
                REVISIONS,
                List.of(key),
                row -> new Revision(
                        row.getLong("written"),
                        row.getString("author"),
                        row.getString("reason"),
                        row.getLong("config_offset"),
                        row.getLong("revision"),
                        row.getString("json")));
    }
}
