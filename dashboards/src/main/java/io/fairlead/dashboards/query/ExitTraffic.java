package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How much of the traffic each exit carries now. */
public final class ExitTraffic {

    /** Exits that are answered for; beyond it those with the most traffic. */
    public static final int EXITS_MAX = 200_000;

    private static final String SQL =
            "SELECT exit_id, count() AS n, countIf(layer = 'EXIT' OR layer = 'CAPACITY') AS failed"
                    + " FROM fairlead.raw_attempts"
                    + " WHERE at >= fromUnixTimestamp64Milli(toInt64(?)) AND phase = 'COMPLETED'"
                    + " GROUP BY exit_id ORDER BY n DESC LIMIT " + EXITS_MAX;

    private final ClickHouseSource source;

    /**
     * @param attempts that ended in the window
     * @param failures of these, those that the exit answers for
     */
    public record Load(long attempts, long failures) {
        public static final Load NONE = new Load(0, 0);
    }

    public ExitTraffic(ClickHouseSource source) {
        this.source = source;
    }

    /** Attempts by exit since then, ms since the Unix epoch. An exit without traffic is not in the answer. */
    public Map<String, Load> since(long fromMs) throws SQLException {
        Map<String, Load> byExit = new HashMap<>();
        source.select(
                SQL,
                List.of(fromMs),
                row -> byExit.put(row.getString("exit_id"), new Load(row.getLong("n"), row.getLong("failed"))));
        return Map.copyOf(byExit);
    }
}
