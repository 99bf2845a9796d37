package io.fairlead.lab.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.dashboards.schema.MigrationException;
import io.fairlead.dashboards.schema.MigrationPlan;
import io.fairlead.dashboards.schema.MigrationPlan.State;
import io.fairlead.dashboards.schema.ReaderAccount;
import io.fairlead.dashboards.schema.Retention;
import io.fairlead.lab.host.ClickHouseProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("loop")
class ClickHouseMigrationsTest {

    @TempDir
    Path directory;

    private ClickHouseProcess engine;
    private ClickHouseLab clickHouse;

    @BeforeEach
    void start() throws Exception {
        engine = ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
        clickHouse = new ClickHouseLab(engine);
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void aSecondRunFindsNothingToDo() throws Exception {
        assertThat(plan().in(State.PENDING)).isNotEmpty();
        assertThat(clickHouse.number("EXISTS DATABASE fairlead")).isZero();

        MigrationPlan before = apply();
        assertThat(before.in(State.PENDING)).hasSameSizeAs(before.steps());
        List<List<String>> tables = tables();

        assertThat(apply().in(State.PENDING)).isEmpty();
        assertThat(plan().text()).contains("= 0001 telemetry").endsWith("Up to date.\n");
        assertThat(tables()).isEqualTo(tables);
    }

    @Test
    void aRunThatBrokeOffHalfWayIsFinishedByTheNext() throws Exception {
        apply();
        clickHouse.execute("DROP TABLE fairlead.telemetry_accounts");
        clickHouse.execute("DROP TABLE fairlead.sequences_of_attempts SYNC");
        clickHouse.execute("ALTER TABLE fairlead.migrations DELETE WHERE number >= 4 SETTINGS mutations_sync = 1");

        assertThat(apply().in(State.PENDING)).isNotEmpty();
        assertThat(clickHouse.number("EXISTS TABLE fairlead.sequences_of_attempts"))
                .isOne();
        assertThat(plan().in(State.PENDING)).isEmpty();
    }

    @Test
    void rollUpsTakeInWhatWasThereBeforeThemAndNoneOfItTwice() throws Exception {
        apply();
        clickHouse.execute(
                "INSERT INTO fairlead.requests_1m (tenant, pool, outcome, bucket, requests, failures, tries) SELECT concat('t', toString(number % 2)), 'p', 'OK', toStartOfMinute(now()) - 60 * (1 + intDiv(number, 2)), 10, 1, 11 FROM numbers(400)");
        clickHouse.execute(
                "INSERT INTO fairlead.job_heartbeats (job, at, issued_at, watermark_ms) SELECT 'quality', now64(3) - 60 - number AS at, at, 0 FROM numbers(600)");
        for (String filled : List.of("traffic_1m", "traffic_1h", "heartbeats_1m")) {
            clickHouse.execute("TRUNCATE TABLE fairlead." + filled);
        }
        String requests = "SELECT sum(requests) FROM fairlead.";
        for (int run = 0; run < 2; run++) {
            clickHouse.execute(
                    "ALTER TABLE fairlead.migrations DELETE WHERE name = 'hours' SETTINGS mutations_sync = 1");
            apply();
            assertThat(clickHouse.number(requests + "traffic_1m")).isEqualTo(4_000);
            assertThat(clickHouse.number(requests + "traffic_1h")).isEqualTo(4_000);
            assertThat(clickHouse.number("SELECT count() FROM fairlead.traffic_1m"))
                    .isEqualTo(200);
            assertThat(clickHouse.number("SELECT sum(beats) FROM fairlead.heartbeats_1m"))
                    .isEqualTo(600);
        }
    }

    @Test
    void runnersAtTheSameTimeEndInTheSameSchema() throws Exception {
        ExecutorService runners = Executors.newFixedThreadPool(3);
        try {
            List<Future<MigrationPlan>> runs =
                    List.of(runners.submit(this::apply), runners.submit(this::apply), runners.submit(this::apply));
            for (Future<MigrationPlan> run : runs) {
                run.get();
            }
        } finally {
            runners.shutdown();
        }
        assertThat(plan().in(State.PENDING)).isEmpty();
        assertThat(clickHouse.number("SELECT count() - uniqExact(number) FROM fairlead.migrations FINAL"))
                .isZero();
    }

    @Test
    void anEditedReleasedStepIsRefused() throws Exception {
        apply();
        clickHouse.execute("INSERT INTO fairlead.migrations (number, name, checksum, applied_at)"
                + " VALUES (1, 'telemetry', 'other', now64(3) + 1)");
        assertThat(plan().in(State.ALTERED)).hasSize(1);
        assertThatThrownBy(this::apply)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("0001 telemetry")
                .hasMessageContaining("new number");
    }

    @Test
    void aDatabaseOfANewerVersionIsLeftAlone() throws Exception {
        apply();
        clickHouse.execute("INSERT INTO fairlead.migrations (number, name, checksum) VALUES (99, 'moon', 'x')");
        assertThat(apply().in(State.NEWER))
                .extracting(MigrationPlan.Step::title)
                .containsExactly("0099 moon");
    }

    @Test
    void aWrongPasswordAndAClosedPortAreSaid() {
        assertThatThrownBy(() -> ClickHouseMigrations.apply(engine.url().toString(), engine.user(), "wrong"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("user and its password");
        assertThatThrownBy(() -> ClickHouseMigrations.apply("http://127.0.0.1:1", "a", "b"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void howLongTablesKeepRowsIsSetOnceAndSaid() throws Exception {
        apply();
        String url = engine.url().toString();
        assertThat(Retention.plan(url, engine.user(), engine.password(), Map.of()))
                .hasSizeGreaterThan(30)
                .noneMatch(Retention.Kept::changes)
                .contains(new Retention.Kept("raw_attempts", 7, 7), new Retention.Kept("requests_1h", 400, 400));
        Map<String, Integer> wanted = Map.of("raw_*", 3, "raw_attempts", 14, "requests_1h", 90);
        assertThat(Retention.apply(url, engine.user(), engine.password(), wanted, null))
                .contains(
                        new Retention.Kept("raw_attempts", 7, 14),
                        new Retention.Kept("raw_outcomes", 30, 3),
                        new Retention.Kept("requests_1h", 400, 90),
                        new Retention.Kept("requests_1m", 30, 30));
        assertThat(Retention.apply(url, engine.user(), engine.password(), wanted, null))
                .as("again")
                .noneMatch(Retention.Kept::changes);
        clickHouse.execute(
                "INSERT INTO fairlead.raw_outcomes (edge_id, at) VALUES ('old', now() - INTERVAL 5 DAY), ('new', now())");
        clickHouse.execute("OPTIMIZE TABLE fairlead.raw_outcomes FINAL");
        assertThat(clickHouse.number("SELECT count() FROM fairlead.raw_outcomes"))
                .isEqualTo(1);
        assertThat(apply().in(State.PENDING)).as("migrations leave it").isEmpty();
        assertThatThrownBy(() -> Retention.apply(url, engine.user(), engine.password(), Map.of("raw_atempts", 3), null))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("no table 'raw_atempts'")
                .hasMessageContaining("raw_attempts");
        assertThatThrownBy(() -> Retention.apply(url, engine.user(), engine.password(), Map.of("raw_*", 0), null))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("give 1 to 3650");
    }

    @Test
    void theReadersStatementsAreReadByTheRealParserOnOneServerAndOnACluster() throws Exception {
        ReaderAccount reader = new ReaderAccount("dashboards", 30, 1_000_000, 1 << 30, 600);
        for (String cluster : new String[] {null, "main"}) {
            List<String> statements = reader.statements(new byte[32], cluster);
            assertThat(statements).hasSize(8);
            for (String statement : statements) {
                clickHouse.rows("SELECT formatQuery('" + statement.replace("'", "\\'") + "')");
            }
        }
        assertThatThrownBy(() ->
                        reader.apply(engine.url().toString(), engine.user(), engine.password(), new byte[32], null))
                .as("users of this engine come from a file")
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("--print");
    }

    @Test
    void onAClusterEveryStatementIsForAllServersAndEveryTableReplicates() throws Exception {
        List<String> plain = ClickHouseMigrations.statements(null);
        List<String> replicated = ClickHouseMigrations.statements("main");
        assertThat(replicated).hasSameSizeAs(plain).allSatisfy(statement -> {
            assertThat(statement)
                    .containsPattern("^INSERT INTO | ON CLUSTER 'main'")
                    .doesNotContain("non_replicated_deduplication_window")
                    .doesNotContainPattern("ENGINE = (Aggregating|Replacing)?MergeTree");
            clickHouse.rows("EXPLAIN AST " + statement);
        });
        assertThat(replicated)
                .anyMatch(
                        statement -> statement.contains(
                                "ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/fairlead/requests_1s', '{replica}')"));
        assertThatThrownBy(() -> ClickHouseMigrations.statements("ma'in"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("'ma'in' is no name of a cluster");
    }

    private MigrationPlan apply() throws MigrationException {
        return ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
    }

    private MigrationPlan plan() throws MigrationException {
        return ClickHouseMigrations.plan(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
    }

    private List<List<String>> tables() throws Exception {
        return clickHouse.rows(
                "SELECT name, create_table_query FROM system.tables WHERE database = 'fairlead'" + " ORDER BY name");
    }
}
