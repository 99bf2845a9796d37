package io.fairlead.dashboards.query;

import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.Contract;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Telemetry as records again, made of the rows that facts keep of it, and the policies that were set. Columns are named as the fields are, in
 * lower case with underscores; fields that hold lists are left empty.
 */
public final class RecordedTelemetry {

    private static final List<Kept> TABLES = List.of(
            new Kept("raw_exit_connected", ExitConnected.class, Topics.TELEMETRY_EXITS, ""),
            new Kept("raw_exit_disconnected", ExitDisconnected.class, Topics.TELEMETRY_EXITS, ""),
            new Kept("raw_exit_heartbeats", ExitHeartbeat.class, Topics.TELEMETRY_EXITS, ""),
            new Kept("raw_exit_benchmarks", ExitBenchmarked.class, Topics.TELEMETRY_EXITS, ""),
            new Kept("raw_attempts", ProxiedAttempt.class, Topics.TELEMETRY_ATTEMPTS, " AND phase = 'COMPLETED'"),
            new Kept("raw_outcomes", TargetOutcome.class, Topics.TELEMETRY_OUTCOMES, ""),
            new Kept("raw_edge_reports", EdgeReport.class, Topics.TELEMETRY_EDGES, ""));

    private static final String POLICIES =
            "SELECT config_key, max(config_offset) AS newest, base64Encode(argMax(value, config_offset)) AS record"
                    + " FROM fairlead.config_history"
                    + " WHERE config_topic = ? AND written_at < fromUnixTimestamp64Milli(toInt64(?))"
                    + " GROUP BY config_key ORDER BY newest";

    private final ClickHouseSource source;

    private record Kept(String table, Class<? extends SpecificRecord> record, TopicSpec topic, String condition) {}

    /**
     * A record and how it came.
     *
     * @param arrivedMs when the broker took it, ms since the Unix epoch
     */
    public record Recorded(TopicSpec topic, long arrivedMs, SpecificRecord record) {}

    /**
     * A policy.
     *
     * @param offset on its topic: the policy version
     * @param value as it stood there; empty: it was taken back
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record SetPolicy(String key, long offset, byte[] value) {}

    public RecordedTelemetry(ClickHouseSource source) {
        this.source = source;
    }

    /**
     * What arrived within a span, in the order of its arrival. All of it is held in memory.
     *
     * @param fromMs included, ms since the Unix epoch
     * @param toMs not included
     */
    public List<Recorded> between(long fromMs, long toMs) throws SQLException {
        List<Recorded> all = new ArrayList<>();
        for (Kept kept : TABLES) {
            Schema schema = Contract.schema(kept.record);
            all.addAll(source.select(sql(kept, schema), List.of(fromMs, toMs), row -> read(kept, schema, row)));
        }
        all.sort(Comparator.comparingLong(Recorded::arrivedMs)
                .thenComparingLong(each -> ((TelemetryHeader) each.record.get(0)).getSequence()));
        return all;
    }

    /** The newest policy of each key that was written before a time, by their versions. */
    public List<SetPolicy> policies(long beforeMs) throws SQLException {
        return source.select(
                POLICIES,
                List.of(Topics.CONFIG_POLICIES.name(), beforeMs),
                row -> new SetPolicy(
                        row.getString("config_key"),
                        row.getLong("newest"),
                        Base64.getDecoder().decode(row.getString("record"))));
    }

    private static String sql(Kept kept, Schema schema) {
        StringBuilder sql = new StringBuilder("SELECT edge_id, edge_epoch_ms, topic_partition, sequence,"
                + " toUnixTimestamp64Milli(observed_at) AS observed, toUnixTimestamp64Milli(arrived_at) AS arrived");
        for (Schema.Field field : schema.getFields()) {
            if (isFlat(field)) {
                sql.append(", ").append(column(field));
            }
        }
        // Rows are parted by day of `at`, which is never much older than their arrival.
        return sql.append(" FROM fairlead.")
                .append(kept.table)
                .append(" WHERE arrived_at >= fromUnixTimestamp64Milli(toInt64(?))"
                        + " AND arrived_at < fromUnixTimestamp64Milli(toInt64(?))")
                .append(kept.condition)
                .toString();
    }

    private static Recorded read(Kept kept, Schema schema, ResultSet row) throws SQLException {
        SpecificRecord record = (SpecificRecord) SpecificData.get().newRecord(null, schema);
        record.put(
                0,
                new TelemetryHeader(
                        row.getString("edge_id"),
                        row.getLong("edge_epoch_ms"),
                        row.getInt("topic_partition"),
                        row.getLong("sequence"),
                        row.getLong("observed")));
        for (Schema.Field field : schema.getFields()) {
            if (field.pos() > 0) {
                record.put(field.pos(), isFlat(field) ? value(field, row) : empty(field));
            }
        }
        return new Recorded(kept.topic, row.getLong("arrived"), record);
    }

    private static boolean isFlat(Schema.Field field) {
        return switch (field.schema().getType()) {
            case STRING, ENUM, INT, LONG, BOOLEAN, DOUBLE -> true;
            case RECORD, ARRAY, MAP, UNION, FIXED, BYTES, FLOAT, NULL -> false;
        };
    }

    private static Object value(Schema.Field field, ResultSet row) throws SQLException {
        String column = column(field);
        return switch (field.schema().getType()) {
            case STRING -> row.getString(column);
            case ENUM -> SpecificData.get().createEnum(row.getString(column), field.schema());
            case INT -> row.getInt(column);
            case LONG -> row.getLong(column);
            case BOOLEAN -> row.getBoolean(column);
            case DOUBLE -> row.getDouble(column);
            case RECORD, ARRAY, MAP, UNION, FIXED, BYTES, FLOAT, NULL ->
                throw new IllegalStateException("no column holds " + field);
        };
    }

    private static Object empty(Schema.Field field) {
        return field.schema().getType() == Schema.Type.MAP ? Map.of() : List.of();
    }

    private static String column(Schema.Field field) {
        return field.name().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
