package io.fairlead.lab.facts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.TelemetryAccounts;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariant 8 of the architecture: every record is stored exactly once, or counted as lost. Real broker, cluster, engine. */
@Tag("loop")
class FactsLoopTest {

    private static final String JOB = "io.fairlead.jobs.facts.FactsJob";

    @TempDir
    Path directory;

    private KafkaProcess kafka;
    private ClickHouseProcess engine;
    private FlinkProcess flink;
    private ClickHouseLab clickHouse;
    private ResumableJobs jobs;

    @BeforeEach
    void start() throws Exception {
        kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
        engine = ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
        flink = FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults());
        TelemetryWriter.createTopics(kafka.bootstrap());
        ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
        clickHouse = new ClickHouseLab(engine);
        jobs = new ResumableJobs(flink);
    }

    @AfterEach
    void stop() {
        Host.closeAll(List.of(flink, engine, kafka));
    }

    @Test
    void killedEnginesAndClustersNeitherLoseNorDoubleARecord() throws Exception {
        submit();
        try (TelemetryWriter telemetry = new TelemetryWriter(kafka.bootstrap(), System.currentTimeMillis())) {
            telemetry.write(2_000);
            telemetry.rubbish(Topics.TELEMETRY_REQUESTS, "no record at all".getBytes(StandardCharsets.UTF_8));
            telemetry.rubbish(Topics.TELEMETRY_EXITS, heartbeat());
            telemetry.rubbish(Topics.TELEMETRY_ATTEMPTS, new byte[] {(byte) 0xC3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 9});
            awaitMoreThan(0);

            for (int life = 0; life < 2; life++) {
                long stored = clickHouse.number("SELECT count() FROM fairlead.raw_requests");
                telemetry.write(10_000);
                engine.kill();
                telemetry.write(10_000);
                awaitMoreThan(stored);
            }
            long storedBefore = clickHouse.number("SELECT count() FROM fairlead.raw_requests");
            telemetry.write(10_000);
            flink.kill();
            telemetry.write(10_000);
            flink.restart();
            submit();
            awaitMoreThan(storedBefore);
            telemetry.write(1_000);

            patiently().untilAsserted(() -> assertThat(
                            clickHouse.number("SELECT sum(distinct_stored) FROM fairlead.telemetry_accounts"))
                    .isEqualTo(telemetry.numbered()));
            assertThat(telemetry.duplicates()).isPositive();
            try (ClickHouseSource source = new ClickHouseSource(
                    engine.url().toString(), engine.reader(), engine.readerPassword(), 1, Duration.ofSeconds(10))) {
                assertThat(new TelemetryAccounts(source).since(0))
                        .hasSize(Topics.TELEMETRY_ATTEMPTS.partitions() + Topics.TELEMETRY_REQUESTS.partitions())
                        .allMatch(lane -> lane.missing() == 0 && lane.duplicates() == 0)
                        .allMatch(lane -> lane.stored() == lane.numbered());
            }
            assertThat(clickHouse.rows("SELECT count(), uniqExact(request_id) FROM fairlead.raw_requests"))
                    .containsExactly(List.of("" + telemetry.requests(), "" + telemetry.requests()));
            for (String rollup : List.of("requests_1s", "requests_1m", "requests_1h")) {
                assertThat(clickHouse.rows("SELECT sum(requests), sum(tries) FROM fairlead." + rollup))
                        .as(rollup)
                        .containsExactly(List.of("" + telemetry.requests(), "" + telemetry.attempts()));
            }
            for (String rollup : List.of("attempts_1m", "attempts_1h")) {
                assertThat(clickHouse.rows("SELECT sum(attempts), sum(successes) FROM fairlead." + rollup))
                        .as(rollup)
                        .containsExactly(List.of("" + telemetry.attempts(), "" + telemetry.requests()));
            }
            patiently().untilAsserted(() -> assertThat(clickHouse.rows(
                            "SELECT source_topic, reason FROM fairlead.dead_letters FINAL" + " ORDER BY source_topic"))
                    .hasSize(3)
                    .anyMatch(row -> row.get(1).contains("C3 01"))
                    .anyMatch(row -> row.get(1).contains("JobHeartbeat does not belong"))
                    .anyMatch(row -> row.get(0).equals(Topics.TELEMETRY_ATTEMPTS.name())));
        }
    }

    @Test
    void missingMigrationsAreNamedWithTheCommandThatAppliesThem() throws Exception {
        clickHouse.execute("ALTER TABLE fairlead.raw_edge_ticks RENAME COLUMN arrived_at TO came_at");
        String job = submit();
        FlinkRest rest = new FlinkRest(flink.restUrl());
        patiently()
                .untilAsserted(() -> assertThat(rest.lastFailure(job)).hasValueSatisfying(failure -> assertThat(failure)
                        .contains("raw_edge_ticks.arrived_at is missing")
                        .contains("fairlead clickhouse migrate")));
    }

    private String submit() throws Exception {
        return jobs.submit(
                JobsJar.find(),
                JOB,
                Arrays.asList(
                        "--bootstrap-servers", kafka.bootstrap(),
                        "--clickhouse", engine.url().toString(),
                        "--clickhouse-user", engine.user(),
                        "--clickhouse-password", engine.password()),
                2);
    }

    private void awaitMoreThan(long rows) {
        patiently().until(() -> clickHouse.number("SELECT count() FROM fairlead.raw_requests") > rows);
    }

    private static ConditionFactory patiently() {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions();
    }

    private static byte[] heartbeat() {
        return WireEncoder.encode(JobHeartbeat.newBuilder()
                .setJob("quality")
                .setJobEpoch(1)
                .setCounter(1)
                .setIssuedAtMs(1)
                .setWatermarkMs(1)
                .setPolicyVersion(1)
                .setDecisions(1)
                .setKeys(1)
                .build());
    }
}
