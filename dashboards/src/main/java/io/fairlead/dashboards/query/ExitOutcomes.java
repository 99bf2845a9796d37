package io.fairlead.dashboards.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** What the tries through one exit came to, by class of targets and by where the cause lay as its edge saw it. */
public final class ExitOutcomes {

    private static final String SQL = "SELECT target_class, layer, outcome, count() AS tries FROM fairlead.raw_attempts"
            + " WHERE exit_id = ? AND phase = 'COMPLETED' AND at >= fromUnixTimestamp64Milli(toInt64(?))"
            + " GROUP BY target_class, layer, outcome ORDER BY tries DESC, target_class, outcome LIMIT 200";

    private final ClickHouseSource source;

    /** @param layer NONE where nothing failed */
    public record Ended(String targetClass, String layer, String outcome, long tries) {}

    public ExitOutcomes(ClickHouseSource source) {
        this.source = source;
    }

    /** The most frequent first. */
    public List<Ended> of(String exitId, long fromMs) throws SQLException {
        return source.select(SQL, List.of(exitId, fromMs), ExitOutcomes::ended);
    }

    private static Ended ended(ResultSet row) throws SQLException {
        return new Ended(
                row.getString("target_class"), row.getString("layer"), row.getString("outcome"), row.getLong("tries"));
    }
}
