package io.fairlead.lab.bench.panels;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.Processor;
import io.fairlead.lab.host.ClickHouseProcess;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How long each panel of the boards and each question of the console takes, and how many rows it reads, over a {@link MonthOfFacts}. Asked one at a time, as the
 * reader, over the network's loopback; the first of each is not counted.
 */
@Command(
        name = "panels",
        description = "Every panel's query and every question of the console over a month by minute: time and rows.")
public final class PanelsBench implements Callable<Integer> {

    private static final double NANOS_OF_A_MS = 1e6;
    private static final int MEMORY_MIB = 4_096;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LOG_LIMIT = Duration.ofSeconds(30);

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--rounds", defaultValue = "5", description = "Times each is asked (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--series",
            defaultValue = "40",
            description = "Rows a minute in each roll-up (default: ${DEFAULT-VALUE}).")
    private int series;

    @Option(
            names = "--goal-ms",
            defaultValue = "200",
            description = "What each may take at most (default: ${DEFAULT-VALUE}).")
    private double goalMs;

    @Spec
    private CommandSpec spec;

    private final InstantSource clock = InstantSource.system();

    /** Asks once. */
    @FunctionalInterface
    private interface Asked {
        void ask() throws SQLException;
    }

    /** What one came to. */
    private record Timed(String name, double medianMs, double longestMs) {}

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (BenchDirectory directory = BenchDirectory.make("panels");
                ClickHouseProcess engine = ClickHouseProcess.start(
                        directory.resolve("clickhouse"),
                        ClickHouseProcess.Options.defaults().withMemoryMib(MEMORY_MIB))) {
            ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
            long endMs = clock.millis() / 60_000 * 60_000;
            MonthOfFacts.Size full = MonthOfFacts.Size.FULL;
            long begunNanos = System.nanoTime();
            new MonthOfFacts(
                            engine,
                            new MonthOfFacts.Size(
                                    series, full.valuesADigest(), full.exits(), full.pools(), full.rawASecond()),
                            endMs / 1_000)
                    .fill();
            out.printf(
                    "%s; %d series a minute, digests of %d values, %d exits, %d pools, %d raw rows/s; filled in %.0f s%n",
                    Processor.machine(),
                    series,
                    full.valuesADigest(),
                    full.exits(),
                    full.pools(),
                    full.rawASecond(),
                    (System.nanoTime() - begunNanos) / 1e9);
            out.flush();
            List<Timed> timed = new ArrayList<>(boards(engine, endMs / 1_000));
            timed.addAll(console(engine, endMs));
            print(out, timed, rowsRead(engine, timed));
            return timed.stream().allMatch(each -> each.medianMs() <= goalMs) ? 0 : 1;
        }
    }

    private List<Timed> boards(ClickHouseProcess engine, long endSeconds) throws SQLException {
        List<Timed> timed = new ArrayList<>();
        GrafanaMacros month = GrafanaMacros.overAMonth(endSeconds);
        GrafanaMacros hours = GrafanaMacros.overHours(endSeconds);
        try (Connection connection = DriverManager.getConnection(
                        engine.jdbcUrl("fairlead"), engine.reader(), engine.readerPassword());
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> question : BoardQuestions.all().entrySet()) {
                timed.add(board(statement, question.getKey(), question.getValue(), month, "30 d"));
                if (question.getValue().contains("$__interval_s")) {
                    timed.add(board(statement, question.getKey(), question.getValue(), hours, "3 h"));
                }
            }
        }
        return timed;
    }

    private Timed board(Statement statement, String title, String sql, GrafanaMacros macros, String span)
            throws SQLException {
        String name = title + ", " + span;
        String written = macros.written(sql) + " SETTINGS log_comment = '" + name.replace("'", "") + "'";
        return timed(name.replace("'", ""), () -> {
            try (ResultSet answer = statement.executeQuery(written)) {
                while (answer.next()) {
                    answer.getObject(1);
                }
            }
        });
    }

    private List<Timed> console(ClickHouseProcess engine, long endMs) throws SQLException {
        List<Timed> timed = new ArrayList<>();
        for (ConsoleQuestions.Question question : ConsoleQuestions.all(endMs)) {
            String name = "console: " + question.name();
            try (ClickHouseSource source = new ClickHouseSource(
                    engine.url().toString(),
                    engine.reader(),
                    engine.readerPassword(),
                    1,
                    LIMIT,
                    Map.of("log_comment", name))) {
                timed.add(timed(name, () -> question.asked().ask(source)));
            }
        }
        return timed;
    }

    private Timed timed(String name, Asked asked) throws SQLException {
        asked.ask();
        double[] ms = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long begunNanos = System.nanoTime();
            asked.ask();
            ms[i] = (System.nanoTime() - begunNanos) / NANOS_OF_A_MS;
        }
        Arrays.sort(ms);
        return new Timed(name, ms[rounds / 2], ms[rounds - 1]);
    }

    /** As the engine's own log says it, which it writes every few seconds. */
    private Map<String, Long> rowsRead(ClickHouseProcess engine, List<Timed> timed)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + LOG_LIMIT.toNanos();
        Map<String, Long> rows = new HashMap<>();
        try (Connection connection =
                        DriverManager.getConnection(engine.jdbcUrl("system"), engine.user(), engine.password());
                Statement statement = connection.createStatement()) {
            while (rows.size() < timed.size() && System.nanoTime() < deadline) {
                Thread.sleep(1_000);
                try (ResultSet logged = statement.executeQuery(
                        "SELECT log_comment, max(read_rows) AS n FROM system.query_log WHERE type = 'QueryFinish' AND log_comment != '' GROUP BY log_comment")) {
                    while (logged.next()) {
                        rows.put(logged.getString(1), logged.getLong(2));
                    }
                }
            }
        }
        return rows;
    }

    private void print(PrintWriter out, List<Timed> timed, Map<String, Long> rows) {
        out.printf("%-64s %9s %9s %12s%n", "", "median", "longest", "rows read");
        for (Timed each : timed) {
            Long read = rows.get(each.name());
            out.printf(
                    "%-64s %6.0f ms %6.0f ms %12s%s%n",
                    each.name(),
                    each.medianMs(),
                    each.longestMs(),
                    read == null ? "not logged" : String.format("%,d", read),
                    each.medianMs() > goalMs ? "   over the goal" : "");
        }
        long over = timed.stream().filter(each -> each.medianMs() > goalMs).count();
        out.printf("%d of %d are over %.0f ms.%n", over, timed.size(), goalMs);
    }
}
