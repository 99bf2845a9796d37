package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;

/** Counts loss and duplicates of telemetry, exactly, from the sequences that are stored. */
public final class TelemetryAccounts {

    private static final String SQL =
            "SELECT topic, edge_id, edge_epoch_ms, topic_partition, numbered, stored, missing,"
                    + " duplicates FROM fairlead.telemetry_accounts WHERE last_at >= fromUnixTimestamp64Milli(toInt64(?))"
                    + " ORDER BY topic, edge_id, edge_epoch_ms, topic_partition LIMIT 10000";

    private final ClickHouseSource source;

    public TelemetryAccounts(ClickHouseSource source) {
        this.source = source;
    }

    /** Accounts of the lanes that told something since then (ms since the Unix epoch), at most 10 000 of them. */
    public List<TelemetryAccount> since(long fromMs) throws SQLException {
        return source.select(
                SQL,
                List.of(fromMs),
                row -> new TelemetryAccount(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getInt(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8)));
    }
}
