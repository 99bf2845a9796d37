package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/** How far history has come: edges report every second, so the newest report says how old the facts are. */
public final class FactsFreshness {

    private static final String SQL =
            "SELECT toUnixTimestamp64Milli(max(at)) AS newest, count() AS n FROM fairlead.raw_edge_reports"
                    + " WHERE at >= fromUnixTimestamp64Milli(toInt64(?))";

    private final ClickHouseSource source;

    public FactsFreshness(ClickHouseSource source) {
        this.source = source;
    }

    /** Time of the newest edge report stored since then, ms since the Unix epoch. */
    public OptionalLong newestSince(long fromMs) throws SQLException {
        return source.select(
                        SQL,
                        List.of(fromMs),
                        row -> row.getLong("n") > 0 ? OptionalLong.of(row.getLong("newest")) : OptionalLong.empty())
                .get(0);
    }
}
