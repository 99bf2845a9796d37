package io.fairlead.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.lab.fleet.Impairment;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.schemas.config.QualityPolicy;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One life of the demo: the loop closes; then each part is taken away while traffic runs, and given back. */
@Tag("loop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoLoopTest {

    private static final double REQUESTS_PER_SECOND = 30;
    private static final int EXITS = 24;
    private static final Duration KAFKA_AWAY = Duration.ofSeconds(60);
    private static final Duration ON_THE_WAY = Duration.ofSeconds(3);
    private static final String VICTIM = "exit-03";
    private static final int SILENCE_MS = 10_000;
    private static final String RUSH = "rush";

    private final ConsoleReader reader = new ConsoleReader();
    private DemoSystem system;
    private Traffic traffic;
    private PoolTraffic pools;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        DemoOptions options =
                new DemoOptions(directory, 0, 0, 0, 0, 0, EXITS, REQUESTS_PER_SECOND, false, true, null, null);
        system = DemoSystem.start(options, System.out::println);
        system.startRooms();
        traffic = new Traffic(
                system.users(),
                DemoConfig.TENANT,
                DemoConfig.SECRET,
                site().resolve("/bytes/2048").toString());
        pools = new PoolTraffic(system.users(), site().resolve("/bytes/2048").toString());
    }

    @AfterAll
    void end() {
        if (traffic != null) {
            traffic.close();
        }
        if (pools != null) {
            pools.close();
        }
        if (system != null) {
            system.close();
        }
    }

    @Test
    @Order(1)
    void theLoopCloses() throws Exception {
        DemoCheck check = new DemoCheck(
                system,
                traffic,
                pools,
                reader,
                new FleetView(reader, system.consoleUrl(), system.control()),
                System.out::println);
        String summary = check.play(0).toPrettyString();
        System.out.println(summary);
        system.fleet().restart();
        patiently().until(() -> metric("fairlead_proxy_exits_online") >= EXITS * 0.9);
        traffic.rate(REQUESTS_PER_SECOND);
        assertThat(check.closed()).as(summary).isTrue();
    }

    @Test
    @Order(2)
    void theDoctorFindsNothingWrongUntilSomethingIs() throws Exception {
        assertThat(theDoctorFindsNothingWrong().said)
                .contains("ok     topics:", "ok     lag:", "ok     clocks:", "ok     event to effect: ", "p99")
                .contains("Nothing is wrong.")
                .doesNotContain("WRONG");

        ConfigResource attempts = new ConfigResource(ConfigResource.Type.TOPIC, Topics.TELEMETRY_ATTEMPTS.name());
        try (Admin kafka = Admin.create(system.kafkaClient())) {
            AlterConfigOp anHour = new AlterConfigOp(
                    new ConfigEntry(
                            "retention.ms", Long.toString(Duration.ofHours(1).toMillis())),
                    AlterConfigOp.OpType.SET);
            kafka.incrementalAlterConfigs(Map.of(attempts, List.of(anHour)))
                    .all()
                    .get();
        }
        Diagnosis brief = doctor();
        assertThat(brief.status).isEqualTo(1);
        assertThat(brief.said)
                .contains("WRONG  topics: ", "fairlead topics apply", Topics.TELEMETRY_ATTEMPTS.name(), "retention.ms");
        assertThat(command(
                                "topics",
                                "apply",
                                "--bootstrap-servers",
                                system.kafka().bootstrap())
                        .status)
                .isZero();
        assertThat(doctor().said).contains("ok     topics:");
    }

    @Test
    @Order(3)
    void curlGoesThroughInTheClearAndInATunnel() throws Exception {
        Customer demo = new Customer(system, DemoConfig.TENANT, DemoConfig.SECRET);
        String plain = demo.ask(site().toString());
        assertThat(plain).contains("HTTP/1.1 200", "x-fairlead-exit: exit-", "asked through an exit");
        String tunnelled = demo.ask("-k", "https://127.0.0.1:" + system.site().securePort() + "/");
        assertThat(tunnelled).contains("200 Connection established", "asked through an exit");
        assertThat(new Customer(system, DemoConfig.TENANT, "wrong").ask(site().toString()))
                .contains("HTTP/1.1 407");
    }

    @Test
    @Order(4)
    void aTenantComesTellsOfBlocksIsCountedAndIsCutOff() throws Exception {
        Customer acme = new Customer(system, "newcomer", "newcomers-own");
        String page = site().resolve("/bytes/2048").toString();
        assertThat(acme.ask(page)).contains("HTTP/1.1 407");
        acme.set("--secret-hash", acme.hash(), "--pools", DemoConfig.POOL);
        patiently().until(() -> acme.ask(page).startsWith("HTTP/1.1 200"));
        Matcher request = Pattern.compile("(?im)^x-fairlead-request: (\\S+)").matcher(acme.ask(page));
        assertThat(request.find()).isTrue();
        String block = "{\"requestId\":\"" + request.group(1) + "\",\"verdict\":\"blocked\",\"status\":403}";
        assertThat(acme.tell(block)).contains("HTTP/1.1 200", "\"taken\":1");
        assertThat(acme.tell(block)).contains("\"known\":1");
        try (Socket tunnel = acme.tunnel("127.0.0.1:" + system.site().securePort())) {
            tunnel.setSoTimeout(60_000);
            long begunNanos = System.nanoTime();
            acme.set("--enabled", "false");
            assertThatThrownBy(() -> tunnel.getInputStream().read())
                    .as("a tunnel of a tenant that is disabled")
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Connection reset");
            System.out.printf(
                    "a tunnel was cut %d ms after the command began%n", (System.nanoTime() - begunNanos) / 1_000_000);
        }
        assertThat(acme.ask(page)).contains("HTTP/1.1 407");
        patiently().until(() -> acme.outcomesStored().contains("BLOCKED\t403"));
        patiently().until(() -> requestsCounted(acme.usage()) >= 3);
        System.out.println(acme.usage());
    }

    @Test
    @Order(5)
    void aKilledClickHouseLosesAndDoublesNothing() throws Exception {
        Host clickHouse = Objects.requireNonNull(system.clickHouseProcess());
        long former = clickHouse.pid();
        clickHouse.kill();
        patiently().until(() -> clickHouse.isAlive() && clickHouse.pid() != former);
        assertThatAllCountTheSame();
    }

    @Test
    @Order(6)
    void aMinuteWithoutKafkaIsNotSeenByUsersAndLosesNothing() throws Exception {
        patiently().until(() -> traffic.inFlight() < REQUESTS_PER_SECOND);
        Traffic.Report before = traffic.report();
        system.kafka().stop();
        TimeUnit.MILLISECONDS.sleep(KAFKA_AWAY.toMillis());
        Traffic.Report after = traffic.report();
        assertThat(after.requests() - before.requests()).isGreaterThan(1_000);
        assertThat((after.good() - before.good()) / (double) (after.requests() - before.requests()))
                .isGreaterThan(0.99);
        // The job's heartbeat has been silent for as long: the edge begins to trust what it sees itself.
        patiently().until(() -> metric("fairlead_proxy_scoring_local_share") > 0);
        system.kafka().restart();
        patiently().until(() -> metric("fairlead_proxy_scoring_local_share") == 0);
        assertThatAllCountTheSame();
    }

    @Test
    @Order(7)
    void withoutTheJobTheEdgeScoresForItselfAndGoesBackWhenTheJobIsBack() throws Exception {
        silenceAfter(SILENCE_MS);
        PoolLedger before = PoolLedger.read(system.kafkaClient());
        before.define(RUSH, "jp", 2);
        before.awaitFirstSignOf(RUSH);
        system.flink().kill(); // in the midst of taking exits over into an exclusive pool
        patiently().until(() -> metric("fairlead_proxy_scoring_local_share") == 1);
        // What becomes worse now is known to nobody but the edge.
        reader.change(system.control().resolve("/exits/" + VICTIM + "/impairment"), Impairment.delay(1_500, 100));
        patiently().until(() -> carriedWithin(Duration.ofSeconds(10)).getOrDefault(VICTIM, 0L) < 5);
        system.flink().restart();
        system.resubmitJobs();
        patiently().until(() -> metric("fairlead_proxy_scoring_local_share") == 0);
        patiently()
                .until(() -> PoolLedger.read(system.kafkaClient()).members(RUSH).size() == 2);
        PoolLedger after = PoolLedger.read(system.kafkaClient());
        assertThat(after.doubled()).as("exclusive exits that were given to two").isEmpty();
        assertThat(after.lostSince(before))
                .as("members that are gone without a word")
                .isEmpty();
        assertThatAllCountTheSame();
        reader.delete(system.control().resolve("/exits/" + VICTIM + "/impairment"));
    }

    @Test
    @Order(8)
    void aKilledSupernodeComesBackWithItsExitsAndWhatItKnew() throws Exception {
        traffic.rate(0);
        system.proxyProcess().kill();
        system.proxyProcess().restart();
        patiently().until(() -> metric("fairlead_proxy_exits_online") >= EXITS * 0.9);
        assertThat(metric("fairlead_proxy_exits_known")).isEqualTo(EXITS);
        traffic.rate(REQUESTS_PER_SECOND);
        Map<String, Long> carried = carriedWithin(Duration.ofSeconds(10));
        assertThat(carried.values().stream().mapToLong(Long::longValue).sum()).isGreaterThan(100);
        // exit-19 is one of the bad ones: that is known from the first second, without measuring it again.
        assertThat(carried.getOrDefault("exit-19", 0L)).isLessThan(10);
        assertThatAllCountTheSame();
    }

    @Test
    @Order(9)
    void theDoctorFindsAllWellAfterThatAndMissesAJobThatHasEnded() {
        theDoctorFindsNothingWrong();
        Diagnosis end = command(
                "jobs", "stop", "relays", "--flink", system.flink().restUrl().toString());
        assertThat(end.status).as("%s", end).isZero();
        Diagnosis stopped = doctor();
        assertThat(stopped.status).isEqualTo(1);
        assertThat(stopped.said).contains("WRONG  jobs: ", "fairlead relays has ended", "fairlead jobs submit relays");
    }

    /** What a command said, on both ways, and what it ended with. */
    private record Diagnosis(int status, String said) {

        @Override
        public String toString() {
            return said;
        }
    }

    /** Once what has just started is no longer late. */
    private Diagnosis theDoctorFindsNothingWrong() {
        Diagnosis[] last = new Diagnosis[1];
        try {
            patiently().until(() -> {
                last[0] = doctor();
                return last[0].status == 0;
            });
        } finally {
            System.out.println(last[0]);
        }
        return last[0];
    }

    private Diagnosis doctor() {
        ClickHouseProcess clickHouse = Objects.requireNonNull(system.clickHouseProcess());
        return command(
                "doctor",
                "--bootstrap-servers",
                system.kafka().bootstrap(),
                "--flink",
                system.flink().restUrl().toString(),
                "--clickhouse",
                clickHouse.url().toString(),
                "--clickhouse-user",
                clickHouse.user(),
                "--clickhouse-password",
                clickHouse.password());
    }

    private static Diagnosis command(String... words) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        int status = Fairlead.execute(Map.of(), out, out, words);
        return new Diagnosis(status, said.toString());
    }

    /** In the row of {@code fairlead tenant usage}; 0: there is none yet. */
    private static long requestsCounted(String usage) {
        Matcher row = Pattern.compile("(?m)^newcomer +\\S+ +(\\d+) ").matcher(usage);
        return row.find() ? Long.parseLong(row.group(1)) : 0;
    }

    private void assertThatAllCountTheSame() throws Exception {
        traffic.rate(0);
        patiently().until(() -> traffic.inFlight() == 0);
        Accounts.Look[] last = new Accounts.Look[1];
        try (Accounts accounts = new Accounts(system, reader)) {
            patiently().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                last[0] = accounts.look(ON_THE_WAY);
                return last[0].agree();
            });
        } finally {
            System.out.println(last[0]);
            traffic.rate(REQUESTS_PER_SECOND);
        }
    }

    private void silenceAfter(int ms) {
        new ConfigStore(system.kafkaClient())
                .write(Topics.CONFIG_POLICIES, "quality/default", Attribution.of("the test", "to wait less"), next -> {
                    QualityPolicy now = (QualityPolicy)
                            Objects.requireNonNull(next.present()).value();
                    return QualityPolicy.newBuilder(now)
                            .setJobSilenceMs(ms)
                            .setAuthorship(next.authorship())
                            .build();
                });
    }

    private Map<String, Long> carriedWithin(Duration time) throws InterruptedException {
        Map<String, Long> begun = traffic.byExit();
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        Map<String, Long> carried = new HashMap<>(traffic.byExit());
        begun.forEach((exit, count) -> carried.merge(exit, -count, Long::sum));
        return carried;
    }

    /** The sum of a metric of the edge over its labels. */
    private double metric(String name) throws IOException, InterruptedException {
        Matcher lines = Pattern.compile("(?m)^" + name + "(?:\\{.*?\\})? ([-0-9.eE+]+)$")
                .matcher(reader.getText(system.admin().resolve("/metrics")));
        double sum = 0;
        boolean found = false;
        while (lines.find()) {
            sum += Double.parseDouble(lines.group(1));
            found = true;
        }
        assertThat(found).as("there is a metric " + name).isTrue();
        return sum;
    }

    private URI site() {
        return URI.create("http://127.0.0.1:" + system.site().port() + "/");
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(500));
    }
}
