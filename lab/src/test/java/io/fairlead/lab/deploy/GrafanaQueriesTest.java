package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.dashboards.grafana.Alerts;
import io.fairlead.dashboards.grafana.Board;
import io.fairlead.dashboards.grafana.Boards;
import io.fairlead.dashboards.grafana.Panel;
import io.fairlead.dashboards.grafana.Variable;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.lab.host.ClickHouseProcess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Grafana would ask is asked of the real engine as its reader, over a month by minute, with the plug-in's macros written out. */
@Tag("loop")
class GrafanaQueriesTest {

    /** A day less than what is kept, so that nothing ages away meanwhile. */
    private static final int MINUTES = 29 * 1_440;

    private static final int KEYS = 10;
    private static final long END_SECONDS = System.currentTimeMillis() / 60_000 * 60;
    private static final long ROWS_OF_HOURS = 250_000;
    private static final long ROWS_OF_A_MONTH = 3_000_000;
    private static final Pattern ALL = Pattern.compile("\\$__conditionalAll\\((.*?), \\$\\w+\\)");

    @TempDir
    static Path directory;

    static ClickHouseProcess engine;

    @BeforeAll
    static void start() throws Exception {
        engine = ClickHouseProcess.start(directory, ClickHouseProcess.Options.defaults());
        ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
        fill(
                "requests_1m",
                "concat('tenant-', toString(n % 5)), 'residential', ['OK', 'TIMEOUT'][1 + intDiv(n, 5) % 2], bucket, 60, 1, 66, 1000, 9000, 9, "
                        + digest() + ", " + digest());
        fill(
                "decisions_1m",
                "['RESIDENTIAL', 'MOBILE'][1 + n % 2], 'ONLINE', concat('trigger-', toString(intDiv(n, 2) % 5)), bucket, 30, 2400, 1, "
                        + digest());
        fill(
                "edges_1m",
                "concat('edge-', toString(n % 10)), 'proxy', bucket, 12, 40, 90, 100, 99, 0, 1000000, 1000000, 0.2, 0, 0");
        fill(
                "viewers_1m",
                "concat('edge-', toString(n % 10)), bucket, 60, 1000000, 5, 600000, 900, 30, 40, 2, initializeAggregation('quantilesTDigestIfState(0.5, 0.9, 0.95, 0.99)', toInt64(1000 + n % 900), 1)");
        fill("legs_1m", "concat('client-', toString(n % 10)), bucket, 6, 1000, 9000, 1, 0, 0, 40000");
        fill("verdicts_1m", "concat('verdict-', toString(n % 10)), bucket, 30, 4000");
        fill("loops_1m", "concat('topic-', toString(n % 10)), bucket, 30, 400, 900");
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @Test
    void everyQueryIsAnsweredAndReadsNoMoreThanItsBound() throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        engine.jdbcUrl("fairlead"), engine.reader(), engine.readerPassword());
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> query : queries().entrySet()) {
                ask(statement, query.getKey(), query.getValue(), 3 * 3_600, ROWS_OF_HOURS);
                ask(statement, query.getKey(), query.getValue(), 30 * 86_400, ROWS_OF_A_MONTH);
            }
        }
    }

    @Test
    void panelsOverAMonthShowWhatIsThere() throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        engine.jdbcUrl("fairlead"), engine.reader(), engine.readerPassword());
                Statement statement = connection.createStatement();
                ResultSet success = statement.executeQuery(written(
                        "SELECT count(), avg(success) FROM (" + panel("Success by tenant") + ")", 30 * 86_400))) {
            assertThat(success.next()).isTrue();
            assertThat(success.getLong(1))
                    .as("a point a minute, of two tenants")
                    .isEqualTo(2L * MINUTES);
            assertThat(success.getDouble(2)).isBetween(0.98, 0.99);
        }
    }

    @Test
    void minutesAreRolledUpOfWhatEdgesTell() throws Exception {
        try (Connection connection =
                        DriverManager.getConnection(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO fairlead.raw_edge_reports (edge_id, at, kind, applied_topic, loop_p50_ms, loop_p99_ms, loop_max_ms, applied_decisions, published_lost)"
                            + " VALUES ('edge-x', now64(3), 'proxy', ['told', 'idle'], [1, 2], [10, 20], [11, 21], [5, 0], [3, 4])");
            try (ResultSet loops = statement.executeQuery(
                    "SELECT topic, p99_ms_max FROM fairlead.loops_1m WHERE topic IN ('told', 'idle')")) {
                assertThat(loops.next()).isTrue();
                assertThat(loops.getString(1)).isEqualTo("told");
                assertThat(loops.getLong(2)).isEqualTo(10);
                assertThat(loops.next()).as("nothing was applied of the other").isFalse();
            }
            try (ResultSet edge =
                    statement.executeQuery("SELECT lost_records_max FROM fairlead.edges_1m WHERE edge_id = 'edge-x'")) {
                assertThat(edge.next()).isTrue();
                assertThat(edge.getLong(1)).isEqualTo(7);
            }
        }
    }

    @Test
    void aReaderWritesNothing() throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        engine.jdbcUrl("fairlead"), engine.reader(), engine.readerPassword());
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("INSERT INTO fairlead.loops_1m VALUES ('x', now(), 1, 1, 1)"))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> statement.execute("DROP TABLE fairlead.loops_1m"))
                    .isInstanceOf(SQLException.class);
        }
    }

    private static void ask(Statement statement, String name, String sql, long seconds, long rowsMax)
            throws SQLException {
        String written = written(sql, seconds);
        assertThat(written).as(name).doesNotContain("$__", "${");
        try (ResultSet answer = statement.executeQuery(written)) {
            assertThat(answer.getMetaData().getColumnCount()).as(name).isPositive();
        }
        long rows = 0;
        try (ResultSet estimate = statement.executeQuery("EXPLAIN ESTIMATE " + written)) {
            while (estimate.next()) {
                rows += estimate.getLong("rows");
            }
        }
        assertThat(rows).as("rows that '%s' reads for %d s", name, seconds).isLessThanOrEqualTo(rowsMax);
    }

    private static Map<String, String> queries() {
        Map<String, String> queries = new LinkedHashMap<>();
        for (Board board : Boards.all()) {
            for (Panel panel : board.panels()) {
                queries.put(board.title() + ": " + panel.title(), panel.sql());
            }
            for (Variable variable : board.variables()) {
                queries.put(board.title() + ": $" + variable.name(), variable.sql());
            }
        }
        Alerts.all().forEach(alert -> queries.put("alert " + alert.uid(), alert.sql()));
        queries.put("changes", Boards.CHANGES);
        return queries;
    }

    private static String panel(String title) {
        return Boards.all().stream()
                .flatMap(board -> board.panels().stream())
                .filter(panel -> panel.title().equals(title))
                .findFirst()
                .orElseThrow()
                .sql();
    }

    private static String written(String sql, long seconds) {
        String from = "toDateTime(" + (END_SECONDS - seconds) + ")";
        String to = "toDateTime(" + END_SECONDS + ")";
        return ALL.matcher(sql)
                .replaceAll("$1")
                .replaceAll("\\$__timeFilter\\((\\w+)\\)", "$1 >= " + from + " AND $1 <= " + to)
                .replace("$__fromTime", from)
                .replace("$__toTime", to)
                .replace("$__interval_s", "60")
                .replaceAll("\\$\\{(\\w+):singlequote}", "'$1-1', '$1-2'");
    }

    private static String digest() {
        return "initializeAggregation('quantilesTDigestState(0.5, 0.9, 0.95, 0.99)', toInt64(1000 + n % 900))";
    }

    /** A month of minutes, ten keys each. */
    private static void fill(String table, String columns) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO fairlead." + table + " SELECT " + columns
                    + " FROM (SELECT number AS n, toDateTime(" + END_SECONDS + " - 60 * intDiv(number, " + KEYS
                    + "), 'UTC') AS bucket FROM numbers(" + (MINUTES * KEYS) + "))");
        }
    }
}
