package io.fairlead.dashboards.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** What was decided about one exit, newest first. */
public final class DecisionHistory {

    /** Decisions that are answered with at most. */
    public static final int DECISIONS_MAX = 500;

    private static final String SQL =
            "SELECT toUnixTimestamp64Milli(issued_at) AS issued, job_epoch, counter, policy_version,"
                    + " state, quality, success_mean, capacity_requests, running_requests, trigger, reasons[1] AS reason,"
                    + " disconnect_mean, network_success, reasons"
                    + " FROM fairlead.exit_scores"
                    + " WHERE exit_id = ? AND at >= fromUnixTimestamp64Milli(toInt64(?))"
                    + " ORDER BY job_epoch DESC, counter DESC LIMIT 1 BY job_epoch, counter LIMIT " + DECISIONS_MAX;

    private final ClickHouseSource source;

    /**
     * @param issuedAtMs ms since the Unix epoch
     * @param policyVersion offset of the newest policy in it; -1: defaults
     * @param success 0–1
     * @param reason the heaviest, in words
     * @param disconnect probability within the session horizon, 0–1
     * @param networkSuccess share that its autonomous system carried, 0–1
     * @param reasons all of them, the heaviest first
     */
    public record Decision(
            long issuedAtMs,
            long jobEpoch,
            long counter,
            long policyVersion,
            String state,
            double quality,
            double success,
            int capacityRequests,
            int runningRequests,
            String trigger,
            String reason,
            double disconnect,
            double networkSuccess,
            List<String> reasons) {}

    public DecisionHistory(ClickHouseSource source) {
        this.source = source;
    }

    /** Decisions about this exit since then, ms since the Unix epoch. */
    public List<Decision> of(String exitId, long fromMs) throws SQLException {
        return source.select(SQL, List.of(exitId, fromMs), DecisionHistory::decision);
    }

    private static Decision decision(ResultSet row) throws SQLException {
        return new Decision(
                row.getLong("issued"),
                row.getLong("job_epoch"),
                row.getLong("counter"),
                row.getLong("policy_version"),
                row.getString("state"),
                row.getDouble("quality"),
                row.getDouble("success_mean"),
                row.getInt("capacity_requests"),
                row.getInt("running_requests"),
                row.getString("trigger"),
                row.getString("reason"),
                row.getDouble("disconnect_mean"),
                row.getDouble("network_success"),
                texts(row, "reasons"));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return Arrays.stream((Object[]) row.getArray(column).getArray())
                .map(String::valueOf)
                .toList();
    }
}
