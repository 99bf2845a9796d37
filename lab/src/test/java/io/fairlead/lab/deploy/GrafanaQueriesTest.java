package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.dashboards.grafana.Boards;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.lab.bench.panels.BoardQuestions;
import io.fairlead.lab.bench.panels.ConsoleQuestions;
import io.fairlead.lab.bench.panels.GrafanaMacros;
import io.fairlead.lab.bench.panels.MonthOfFacts;
import io.fairlead.lab.host.ClickHouseProcess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Grafana would ask, with the plug-in's macros written out, and what the console asks, is asked of the real engine as its reader, over a month by minute. The engine
 * itself refuses what would read more than the bound.
 */
@Tag("loop")
class GrafanaQueriesTest {

    private static final long END_SECONDS = System.currentTimeMillis() / 60_000 * 60;
    private static final GrafanaMacros HOURS = GrafanaMacros.overHours(END_SECONDS);
    private static final GrafanaMacros MONTH = GrafanaMacros.overAMonth(END_SECONDS);

    /** Rows that any question may read of the month that is there, whose greatest table has millions. */
    private static final long ROWS_MAX = 500_000;

    @TempDir
    static Path directory;

    static ClickHouseProcess engine;

    @BeforeAll
    static void start() throws Exception {
        engine = ClickHouseProcess.start(directory, ClickHouseProcess.Options.defaults());
        ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
        new MonthOfFacts(engine, MonthOfFacts.Size.SMALL, END_SECONDS).fill();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @Test
    void everyQueryIsAnsweredAndReadsNoMoreThanItsBound() throws Exception {
        List<String> over = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(
                        engine.jdbcUrl("fairlead"), engine.reader(), engine.readerPassword());
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> query : BoardQuestions.all().entrySet()) {
                for (GrafanaMacros macros : List.of(HOURS, MONTH)) {
                    String written = macros.written(query.getValue());
                    assertThat(written).as(query.getKey()).doesNotContain("$__", "${");
                    try (ResultSet answer = statement.executeQuery(
                            written + " SETTINGS max_rows_to_read = " + ROWS_MAX + ", read_overflow_mode = 'throw'")) {
                        assertThat(answer.getMetaData().getColumnCount())
                                .as(query.getKey())
                                .isPositive();
                    } catch (SQLException e) {
                        over.add(query.getKey() + (macros == MONTH ? " over a month: " : ": ") + e.getMessage());
                    }
                }
            }
        }
        assertThat(over).isEmpty();
    }

    @Test
    void everyQuestionOfTheConsoleIsAnsweredAndReadsNoMoreThanItsBound() throws Exception {
        List<String> over = new ArrayList<>();
        try (ClickHouseSource source = new ClickHouseSource(
                engine.url().toString(),
                engine.reader(),
                engine.readerPassword(),
                1,
                Duration.ofSeconds(60),
                Map.of("max_rows_to_read", Long.toString(ROWS_MAX), "read_overflow_mode", "throw"))) {
            for (ConsoleQuestions.Question question : ConsoleQuestions.all(END_SECONDS * 1_000)) {
                try {
                    assertThat(question.asked().ask(source))
                            .as("rows in the answer to '%s'", question.name())
                            .isPositive();
                } catch (SQLException e) {
                    over.add(question.name() + ": " + e.getMessage());
                }
            }
        }
        assertThat(over).isEmpty();
    }

    @Test
    void panelsOverAMonthShowWhatIsThere() throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        engine.jdbcUrl("fairlead"), engine.reader(), engine.readerPassword());
                Statement statement = connection.createStatement();
                ResultSet success = statement.executeQuery(
                        MONTH.written("SELECT count(), avg(success) FROM (" + panel("Success by tenant") + ")"))) {
            assertThat(success.next()).isTrue();
            assertThat(success.getLong(1))
                    .as("a point an hour, of two tenants")
                    .isBetween(2L * MonthOfFacts.MINUTES / 60, 2L * MonthOfFacts.MINUTES / 60 + 2);
            assertThat(success.getDouble(2)).isBetween(0.98, 0.995);
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

    private static String panel(String title) {
        return Boards.all().stream()
                .flatMap(board -> board.panels().stream())
                .filter(panel -> panel.title().equals(title))
                .findFirst()
                .orElseThrow()
                .sql();
    }
}
