package io.fairlead.lab.bench.panels;

import io.fairlead.lab.host.ClickHouseProcess;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Fills the tables of a migrated engine with a month as a busy system would have left it: series by minute, decisions, forecasts, maps, and raw rows for as long
 * as those are kept. The engine makes the rows itself.
 *
 * <p>Names: {@code tenant-1}, {@code pool-1}, {@code exit-1}, {@code edge-1}, {@code group-1}, {@code client-1}, {@code 10.0.1.0/24} and so on from 0.
 */
public final class MonthOfFacts {

    /** A day less than what is kept, so that nothing ages away meanwhile. */
    public static final int MINUTES = 29 * 1_440;

    private static final int RAW_DAYS = 6;
    private static final long ROWS_AT_ONCE = 200_000;
    private static final int SECONDS_OF_A_DAY = 86_400;
    private static final String DIGEST = "quantilesTDigestState(0.5, 0.9, 0.95, 0.99)";
    private static final String DIGEST_IF = "quantilesTDigestIfState(0.5, 0.9, 0.95, 0.99)";

    private final ClickHouseProcess engine;
    private final Size size;
    private final long endSeconds;

    /**
     * How much of it.
     *
     * @param series rows a minute in each roll-up
     * @param valuesADigest what a digest of one minute was made of
     * @param exits that decisions are told of, each every ten minutes
     * @param pools that forecasts are told of, each every minute
     * @param rawASecond requests, and tries, of the last {@value MonthOfFacts#RAW_DAYS} days
     */
    public record Size(int series, int valuesADigest, int exits, int pools, int rawASecond) {

        /** As much as tells whether questions are asked well, made in seconds. */
        public static final Size SMALL = new Size(10, 1, 20, 4, 1);

        /** What is measured. */
        public static final Size FULL = new Size(40, 30, 500, 10, 5);
    }

    public MonthOfFacts(ClickHouseProcess engine, Size size, long endSeconds) {
        this.engine = engine;
        this.size = size;
        this.endSeconds = endSeconds;
    }

    public void fill() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
                Statement statement = connection.createStatement()) {
            rollUps(statement);
            decisions(statement);
            pools(statement);
            map(statement);
            raw(statement);
        }
    }

    private void rollUps(Statement to) throws SQLException {
        minutely(
                to,
                "requests_1m",
                "tenant, pool, outcome, bucket, requests, failures, tries, bytes_up, bytes_down, total_us_max, total_us, first_byte_us",
                "concat('tenant-', toString(k % 5)), concat('pool-', toString(intDiv(k, 10) % 2)), ['OK', 'TIMEOUT'][1 + intDiv(k, 5) % 2], bucket, 60, intDiv(k, 5) % 2, 66, 1000, 9000, 9, "
                        + digest(DIGEST, "") + ", " + digest(DIGEST, ""));
        minutely(
                to,
                "edges_1m",
                "edge_id, kind, bucket, reports, in_flight_requests_max, open_connections_max, exit_links_max, exits_online_min, heap_used_bytes_max, direct_memory_bytes_max, cpu_load_max",
                "concat('edge-', toString(k)), 'proxy', bucket, 12, 40, 90, 100, 99, 1000000, 1000000, 0.2");
        minutely(
                to,
                "viewers_1m",
                "edge_id, bucket, reports, bytes, started, watched_ms, stalled_ms, paused_ms, splice_gap_ms, skips, first_key_us",
                "concat('edge-', toString(k)), bucket, 60, 1000000, 5, 600000, 900, 30, 40, 2, "
                        + digest(DIGEST_IF, ", arrayWithConstant(" + size.valuesADigest() + ", toUInt8(1))"));
        rows(
                to,
                "traffic_1m",
                "bucket, requests, failures, tries, first_byte_us",
                "toDateTime(" + endSeconds + " - 60 * n, 'UTC'), 600, 5, 660, " + digest(DIGEST, ""),
                MINUTES);
        rows(
                to,
                "starts_1m",
                "bucket, started, first_key_us",
                "toDateTime(" + endSeconds + " - 60 * n, 'UTC'), 5, "
                        + digest(DIGEST_IF, ", arrayWithConstant(" + size.valuesADigest() + ", toUInt8(1))"),
                MINUTES);
        minutely(
                to,
                "legs_1m",
                "relay_client_id, bucket, reports, link_bytes, viewer_bytes, promotions, rtt_us_max",
                "concat('client-', toString(k)), bucket, 6, 1000, 9000, 1, 40000");
        minutely(
                to,
                "verdicts_1m",
                "verdict, bucket, verdicts, questions",
                "concat('verdict-', toString(k % 10)), bucket, 30, 4000");
        minutely(
                to,
                "loops_1m",
                "topic, bucket, p50_ms_max, p99_ms_max, max_ms",
                "concat('topic-', toString(k % 10)), bucket, 30, 400, 900");
        rows(
                to,
                "sequences",
                "topic, edge_id, edge_epoch_ms, topic_partition, bucket, stored, sequence_max, first_at, last_at",
                "concat('topic-', toString(n % 8)), concat('edge-', toString(intDiv(n, 8) % 10)), 1, intDiv(n, 80) % 4,"
                        + " toStartOfHour(toDateTime(" + endSeconds
                        + " - 3600 * intDiv(n, 320), 'UTC')) AS bucket, 1000, 1000, bucket, bucket",
                320L * MINUTES / 60);
        rows(
                to,
                "config_history",
                "at, arrived_at, config_topic, config_key, author, reason, written_at, revision, config_offset, json",
                "toDateTime64(" + endSeconds
                        + " - 3600 * n, 3, 'UTC') AS at, at, 'fairlead.config.policies', concat('quality/type:t', toString(n % 5)), 'ops', 'because', at, n, n, '{}'",
                MINUTES / 60);
    }

    private void decisions(Statement to) throws SQLException {
        rows(
                to,
                "exit_scores",
                "at, arrived_at, issued_at, exit_id, job_epoch, counter, policy_version, state, quality, success_mean, capacity_requests, reasons, trigger, trigger_observed_at, pool_type",
                at(600, size.exits()) + " AS at, at, at, concat('exit-', toString(n % " + size.exits()
                        + ")), 1, n, 3, 'ONLINE', 40 + n % 60, 0.9, 8, ['slow', 'far'], concat('trigger-', toString(n % 5)), at - 1, ['RESIDENTIAL', 'MOBILE'][1 + n % 2]",
                (long) size.exits() * MINUTES / 10);
        rows(
                to,
                "job_heartbeats",
                "at, arrived_at, issued_at, job, watermark_ms, policy_version",
                at(1, 6) + " AS at, at, at, concat('job-', toString(n % 6)), toUnixTimestamp64Milli(at) - 300, 3",
                6L * RAW_DAYS * SECONDS_OF_A_DAY);
    }

    private void pools(Statement to) throws SQLException {
        String twelve =
                "arrayMap(i -> ['health', 'demand', 'capacity', 'success'][1 + i % 4], range(12)), arrayMap(i -> [5, 15, 60][1 + intDiv(i, 4)], range(12))";
        String floats = "arrayWithConstant(12, toFloat64(0.5))";
        rows(
                to,
                "pool_forecasts",
                "at, arrived_at, issued_at, pool, job_epoch, counter, state, health, health_foreseen, min_health, members, members_online, members_wanted, capacity_requests,"
                        + " forecast_at_ms, ahead_minutes, ahead_unhealthy, ahead_shortage, quantile_measure, quantile_minutes, quantile_low, quantile_median, quantile_high,"
                        + " outcome_measure, outcome_minutes, outcome_made_at_ms, outcome_low, outcome_median, outcome_high, outcome_actual, outcome_pinball, outcome_naive_pinball, outcome_scaled_error",
                at(60, size.pools()) + " AS at, at, at, concat('pool-', toString(n % " + size.pools()
                        + ")), 1, n, 'HEALTHY', 0.8, 0.7, 0.6, 20, 19, 20, 160, toUnixTimestamp64Milli(at) AS ms, [5, 15, 60], [0.1, 0.1, 0.1], [0.1, 0.1, 0.1], "
                        + twelve + ", " + floats + ", " + floats + ", " + floats + ", " + twelve
                        + ", arrayMap(i -> ms - [5, 15, 60][1 + intDiv(i, 4)] * 60000, range(12)), " + floats + ", "
                        + floats + ", " + floats + ", " + floats + ", " + floats + ", " + floats + ", " + floats,
                (long) size.pools() * MINUTES);
        rows(
                to,
                "pool_changes",
                "at, pool, exit_id, kind, cause, reason, changed_at_ms, health_before, health_after, members, policy_version",
                at(300, size.pools()) + " AS at, concat('pool-', toString(n % " + size.pools()
                        + ")), concat('exit-', toString(n % " + size.exits()
                        + ")), 'joined', 'FORMING', 'was needed', toUnixTimestamp64Milli(at), 0.5, 0.6, 20, 3",
                (long) size.pools() * MINUTES / 5);
        rows(
                to,
                "pool_health_foreseen",
                "at, pool, changed_at_ms, predicted, observed",
                at(300, size.pools()) + " AS at, concat('pool-', toString(n % " + size.pools()
                        + ")), toUnixTimestamp64Milli(at), 0.6, 0.6",
                (long) size.pools() * MINUTES / 5);
    }

    private void map(Statement to) throws SQLException {
        rows(
                to,
                "map_states",
                "at, arrived_at, issued_at, job_epoch, counter, map_epoch, entries, mean_cost_ms, bound_ms, moved_share, served_samples, served_regret_ms, roll_out",
                at(60, 2) + " AS at, at, at, 1, n, intDiv(n, 2), 1000, 30, 29, 0.01, 50, 2, 'DONE'",
                2L * MINUTES);
        rows(
                to,
                "map_prices",
                "at, arrived_at, issued_at, group_id, job_epoch, counter, map_epoch, price_ms, capacity_bits_per_second, planned_bits_per_second, load_bits_per_second, state",
                at(60, 10)
                        + " AS at, at, at, concat('group-', toString(n % 10)), 1, n, intDiv(n, 10), 1, 1e9, 5e8, 4e8, 'UP'",
                10L * MINUTES);
        rows(
                to,
                "map_entries",
                "at, arrived_at, issued_at, prefix, job_epoch, counter, map_epoch, choice_group, choice_share, choice_cost_ms, choice_evidence",
                at(3_600, size.exits()) + " AS at, at, at, concat('10.0.', toString(n % " + size.exits()
                        + "), '.0/24'), 1, n, n, ['group-1'], [1.], [20.], ['RTT']",
                (long) size.exits() * MINUTES / 60);
        rows(
                to,
                "relay_plans",
                "at, arrived_at, issued_at, relay_client_id, parent_id, parent_quality, parent_rtt_ms, reason",
                at(600, 10)
                        + " AS at, at, at, concat('client-', toString(n % 10)), ['server-1'], [80.], [20.], 'nearest'",
                10L * MINUTES / 10);
    }

    private void raw(Statement to) throws SQLException {
        long rows = (long) size.rawASecond() * RAW_DAYS * SECONDS_OF_A_DAY;
        rows(
                to,
                "raw_requests",
                "topic, edge_id, sequence, at, arrived_at, observed_at, request_id, tenant, pool, target_class, target_host, exit_ids, outcome, layer, first_byte_us, total_us",
                "'fairlead.telemetry.requests', concat('edge-', toString(n % 10)), n, " + at(1, size.rawASecond())
                        + " AS at, at, at, toString(n), concat('tenant-', toString(n % 5)), concat('pool-', toString(n % 2)), 'shop', concat('host-', toString(n % 20)), [concat('exit-', toString(n % "
                        + size.exits()
                        + "))], if(n % 51 = 0, 'TIMEOUT', 'OK'), if(n % 51 = 0, 'EXIT', 'NONE'), 90000 + n % 9000, 100000",
                rows);
        rows(
                to,
                "raw_attempts",
                "topic, edge_id, sequence, at, arrived_at, observed_at, request_id, attempt, phase, tenant, pool, exit_id, target_class, target_host, outcome, layer, connect_us, total_us",
                "'fairlead.telemetry.attempts', concat('edge-', toString(n % 10)), n, " + at(1, size.rawASecond())
                        + " AS at, at, at, toString(n), 1, 'COMPLETED', concat('tenant-', toString(n % 5)), concat('pool-', toString(n % 2)), concat('exit-', toString(n % "
                        + size.exits()
                        + ")), 'shop', concat('host-', toString(n % 20)), if(n % 51 = 0, 'TIMEOUT', 'OK'), if(n % 51 = 0, 'EXIT', 'NONE'), 9000, 100000",
                rows);
        rows(
                to,
                "raw_exit_connected",
                "topic, edge_id, sequence, at, arrived_at, observed_at, exit_id, link_id, country",
                "'fairlead.telemetry.exits', 'edge-1', n, " + at(3_600, size.exits())
                        + " AS at, at, at, concat('exit-', toString(n % " + size.exits() + ")), toString(n), 'de'",
                (long) size.exits() * RAW_DAYS * 24);
        rows(
                to,
                "raw_edge_reports",
                "topic, edge_id, sequence, at, arrived_at, observed_at, kind, applied_topic, applied_decisions, loop_p50_ms, loop_p99_ms, loop_max_ms",
                "'fairlead.telemetry.edges', concat('edge-', toString(n % 10)), n, " + at(1, 10)
                        + " AS at, at, at, 'proxy', ['topic-1'], [5], [20], [300], [900]",
                10L * SECONDS_OF_A_DAY);
    }

    /** A row each minute of each of the series {@code k}. */
    private void minutely(Statement to, String table, String columns, String values) throws SQLException {
        rows(
                to,
                table,
                columns,
                values.replace(
                                "bucket",
                                "toDateTime(" + endSeconds + " - 60 * intDiv(n, " + size.series() + "), 'UTC')")
                        .replaceAll("\\bk\\b", "(n % " + size.series() + ")"),
                (long) size.series() * MINUTES);
    }

    /** Values may name {@code n}, which counts from the newest row back. In pieces, for views hold what they merge in memory. */
    private static void rows(Statement to, String table, String columns, String values, long rows) throws SQLException {
        for (long from = 0; from < rows; from += ROWS_AT_ONCE) {
            to.execute("INSERT INTO fairlead." + table + " (" + columns + ") SELECT " + values
                    + " FROM (SELECT number AS n FROM numbers(" + from + ", " + Math.min(ROWS_AT_ONCE, rows - from)
                    + "))");
        }
    }

    private String at(int stepSeconds, int each) {
        return "toDateTime64(" + endSeconds + " - " + stepSeconds + " * intDiv(n, " + each + "), 3, 'UTC')";
    }

    private String digest(String function, String more) {
        return "arrayReduce('" + function + "', arrayMap(i -> toInt64(1000 + (n * 7919 + i * 104729) % 90000), range("
                + size.valuesADigest() + "))" + more + ")";
    }
}
