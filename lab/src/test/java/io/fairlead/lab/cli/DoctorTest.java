package io.fairlead.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.PublishedTelemetry;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code fairlead doctor} of a deployment in which one thing after the other is wrong, on a real broker and a real engine. Jobs are looked at in {@code FlinkProcessTest}, and a deployment that is
 * well in {@code DemoLoopTest}.
 */
@Tag("loop")
@TestMethodOrder(OrderAnnotation.class)
class DoctorTest {

    private static final String NOBODY = "127.0.0.1:9";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Path keys;
    private static KafkaProcess kafka;
    private static ClickHouseProcess engine;
    private static KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        keys = directory.resolve("keys");
        LinkAuthority authority = LinkAuthority.openOrCreate(keys, InstantSource.system());
        authority.issueEdge("edge-1", Duration.ofHours(5)).save(keys, "edge-1");
        engine = ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
        kafka = KafkaProcess.start(
                directory.resolve("kafka"), KafkaProcess.Options.defaults().withQuickStart());
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap()), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void stop() {
        if (producer != null) {
            producer.close();
        }
        if (kafka != null) {
            kafka.close();
        }
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    @Order(1)
    void nothingIsThereYet() {
        assertThat(doctor())
                .containsPattern("WRONG +topics: they differ from the catalogue; `fairlead topics apply` mends")
                .contains("fairlead.decisions.exits", "left   schemas, heartbeats, lag, edges, refused config")
                .containsPattern("WRONG +jobs: Flink's REST interface at http://" + NOBODY)
                .containsPattern("WRONG +tables: [0-9]+ migrations are to be carried out: fairlead clickhouse migrate")
                .contains(
                        "left   retention, history, duplicates: tables come first",
                        "left   certificates: none named",
                        "3 of these are wrong.")
                .doesNotContain("\tat ");
        assertThat(fairlead("topics", "apply", "--bootstrap-servers=" + kafka.bootstrap()))
                .contains("topics changed");
        assertThat(fairlead(onTheEngine("clickhouse", "migrate"))).contains("0001 telemetry");
        assertThat(doctor())
                .containsPattern("ok +topics: [0-9]+ agree with the catalogue")
                .containsPattern("ok +schemas: [0-9]+ of this version are published")
                .containsPattern("WRONG +heartbeats: no job was ever heard.*fairlead jobs submit")
                .contains("ok     lag: no job has written down yet how far it has read")
                .containsPattern("WRONG +edges: none has reported")
                .contains("left   decisions, clocks, telemetry, event to effect: edges come first")
                .containsPattern("ok +refused config: none in the last hour")
                .containsPattern("ok +tables: .* is up to date")
                .containsPattern("ok +retention: [0-9]+ tables keep rows for ")
                .containsPattern("WRONG +history: no edge's report of the last hour is stored.*FactsJob")
                .contains("4 of these are wrong.");
    }

    @Test
    @Order(2)
    void aTopicIsGone() throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(Topics.TELEMETRY_OUTCOMES.name())).all().get();
            Awaitility.await().atMost(PATIENCE).until(() -> gone(admin, Topics.TELEMETRY_OUTCOMES));
        }
        assertThat(doctor()).containsPattern("WRONG +topics: .*fairlead topics apply.*\n +.*telemetry.outcomes");
        assertThat(fairlead("topics", "apply", "--bootstrap-servers=" + kafka.bootstrap()))
                .contains("1 of " + Topics.all().size() + " topics changed");
        assertThat(doctor()).containsPattern("ok +topics:");
    }

    @Test
    @Order(3)
    void aSchemaWasNeverPublished() throws Exception {
        send(Topics.SCHEMAS, SchemaDirectory.key(EdgeReport.getClassSchema()), null);
        assertThat(doctor())
                .containsPattern("WRONG +schemas: this version's EdgeReport were never published.*topics apply");
        fairlead("topics", "apply", "--bootstrap-servers=" + kafka.bootstrap());
        assertThat(doctor()).containsPattern("ok +schemas:");
    }

    @Test
    @Order(4)
    void aJobHasFallenSilentOrBehind() throws Exception {
        long now = System.currentTimeMillis();
        send(Topics.DECISIONS_HEARTBEATS, "quality", heartbeat("quality", now - 300_000));
        send(Topics.DECISIONS_HEARTBEATS, "pools", heartbeat("pools", now));
        TopicPartition read = new TopicPartition("of-another-clock", 0);
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(read.topic(), 1, (short) 1)
                            .configs(Map.of("message.timestamp.type", "CreateTime"))))
                    .all()
                    .get();
            producer.send(new ProducerRecord<>(read.topic(), 0, now - 300_000, null, new byte[] {1}))
                    .get();
            admin.alterConsumerGroupOffsets("fairlead-quality", Map.of(read, new OffsetAndMetadata(0)))
                    .all()
                    .get();
            assertThat(doctor())
                    .containsPattern("WRONG +heartbeats: quality was last heard at .*fairlead jobs list")
                    .containsPattern("WRONG +lag: the group fairlead-quality has not read what was written to "
                            + read
                            + " 30[0-9] s ago \\(1 records\\).*--parallelism");
            admin.alterConsumerGroupOffsets("fairlead-quality", Map.of(read, new OffsetAndMetadata(1)))
                    .all()
                    .get();
        }
        send(Topics.DECISIONS_HEARTBEATS, "quality", heartbeat("quality", System.currentTimeMillis()));
        assertThat(doctor())
                .contains("ok     heartbeats: pools, quality are heard")
                .containsPattern("ok +lag: 1 groups are at most 0 records of a partition behind");
    }

    /** What one edge tells of itself, as it stands on the topic; what is made of it is told by {@code EdgesHealthTest}. */
    @Test
    @Order(5)
    void anEdgeHasAWrongClockAnUnreadJobAFullSpoolAndLateDecisions() throws Exception {
        EdgeReport report = report(System.currentTimeMillis() + 7_000, 1);
        report.setJobSilenceMs(Map.of("quality", 90_000L));
        report.setPublished(List.of(new PublishedTelemetry(Topics.TELEMETRY_ATTEMPTS.name(), 100L, 0L, 1L << 30)));
        send(Topics.TELEMETRY_EDGES, "edge-1", report);
        assertThat(doctor())
                .containsPattern("ok +edges: 1 report, of version 0.1.0")
                .contains("WRONG  decisions: edge-1 has not heard the job quality for 90 s.")
                .containsPattern("WRONG +clocks: edge-1 is [67][0-9]{3} ms ahead of Kafka's brokers\\. .*chrony")
                .containsPattern("WRONG +telemetry: edge-1 holds 1024 MiB on its disk that Kafka has not taken")
                .containsPattern("WRONG +event to effect: late is exits p50 5 ms, p99 9000 ms\\. .*loop-slow");

        EdgeReport loses = report(System.currentTimeMillis() + 7_000, 2);
        loses.setPublished(List.of(new PublishedTelemetry(Topics.TELEMETRY_ATTEMPTS.name(), 100L, 12L, 1L << 30)));
        send(Topics.TELEMETRY_EDGES, "edge-1", loses);
        assertThat(doctor())
                .contains("WRONG  telemetry: edge-1 has lost 12 records within 30 s")
                .contains("ok     decisions: no edge goes by any that has expired");
    }

    @Test
    @Order(6)
    void somebodyWroteConfigPastTheCommand() throws Exception {
        ConfigRejected rejected = new ConfigRejected();
        rejected.setTopic(Topics.CONFIG_POLICIES.name());
        rejected.setKey("quality/default");
        rejected.setAuthor("a script");
        rejected.setRejectedBy("edge-1");
        rejected.setRejectedAtMs(System.currentTimeMillis());
        rejected.setValue(ByteBuffer.allocate(0));
        rejected.setViolations(List.of("psiMs is -1, which is not within 1 to 60000"));
        send(Topics.CONFIG_REJECTED, "quality/default", rejected);
        assertThat(doctor())
                .contains(
                        "WRONG  refused config: 1 in the last hour; the last: quality/default by 'a script', refused by"
                                + " edge-1: psiMs is -1, which is not within 1 to 60000.");
    }

    @Test
    @Order(7)
    void historyIsLateStoredTwiceOrKeptTooBriefly() throws Exception {
        stored(1, "now64(3) - INTERVAL 10 MINUTE");
        assertThat(doctor())
                .containsPattern("WRONG +history: the newest report of an edge that is stored is of .*FactsJob");
        stored(2, "now64(3)");
        assertThat(doctor())
                .containsPattern("ok +history: stored up to ")
                .containsPattern("ok +duplicates: of 3 records .* 1 are lost or on their way, 0 stored twice");
        stored(2, "now64(3)");
        assertThat(doctor())
                .containsPattern("WRONG +duplicates: of 3 records .* 1 stored twice: FactsJob was started from");

        assertThat(fairlead(onTheEngine("clickhouse", "retention", "raw_attempts=2")))
                .contains("raw_attempts");
        assertThat(doctor())
                .contains("WRONG  retention: raw_attempts keeps 2 d, Kafka 3: set it to as many at least with fairlead"
                        + " clickhouse retention TABLE=DAYS");
        fairlead(onTheEngine("clickhouse", "retention", "raw_attempts=3"));
        assertThat(doctor()).containsPattern("ok +retention:");
    }

    @Test
    @Order(8)
    void aCertificateEndsSoon() {
        Path certificate = keys.resolve("edge-1.crt");
        assertThat(doctor("--certificate=" + certificate, "--certificate=" + keys.resolve("none.crt")))
                .containsPattern("WRONG +certificates: .*none.crt");
        assertThat(doctor("--certificate=" + certificate))
                .containsPattern("WRONG +certificates: .*edge-1.crt ends at .*fairlead authority issue");
    }

    /** All that it says; that it ends with 1, for there is no Flink. */
    private static String doctor(String... more) {
        List<String> all = new ArrayList<>(List.of(onTheEngine("doctor")));
        all.add("--bootstrap-servers=" + kafka.bootstrap());
        all.add("--flink=http://" + NOBODY);
        all.addAll(List.of(more));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        assertThat(Fairlead.execute(Map.of(), out, out, all.toArray(String[]::new)))
                .as(said.toString())
                .isEqualTo(1);
        return said.toString();
    }

    /** What a command says that goes well. */
    private static String fairlead(String... words) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        assertThat(Fairlead.execute(Map.of(), out, out, words))
                .as(said.toString())
                .isZero();
        return said.toString();
    }

    private static String[] onTheEngine(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--clickhouse=" + engine.url());
        all.add("--clickhouse-user=" + engine.user());
        all.add("--clickhouse-password=" + engine.password());
        return all.toArray(String[]::new);
    }

    private static void stored(long sequence, String at) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO fairlead.raw_edge_reports (topic, edge_id, edge_epoch_ms, topic_partition,"
                    + " sequence, at) SELECT '" + Topics.TELEMETRY_EDGES.name() + "', 'edge-1', 1, 0, " + sequence
                    + ", " + at);
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()));
    }

    private static boolean gone(Admin admin, TopicSpec topic) throws Exception {
        Set<String> names = admin.listTopics().names().get(10, TimeUnit.SECONDS);
        return !names.contains(topic.name());
    }

    private static void send(TopicSpec topic, String key, @Nullable SpecificRecord record) throws Exception {
        producer.send(new ProducerRecord<>(
                        topic.name(),
                        key.getBytes(StandardCharsets.UTF_8),
                        record == null ? null : WireEncoder.encode(record)))
                .get();
    }

    private static JobHeartbeat heartbeat(String job, long issuedAtMs) {
        return new JobHeartbeat(job, 1L, 1L, issuedAtMs, issuedAtMs, 1L, 1L, 1L);
    }

    private static EdgeReport report(long observedAtMs, long sequence) {
        return EdgeReport.newBuilder()
                .setHeader(new TelemetryHeader("edge-1", 1L, 0, sequence, observedAtMs))
                .setKind("proxy")
                .setVersion("0.1.0")
                .setUptimeMs(1)
                .setOpenConnections(0)
                .setInFlightRequests(0)
                .setExitLinks(0)
                .setExitsOnline(0)
                .setRequests(0)
                .setFailures(0)
                .setLocalScoring(false)
                .setDraining(false)
                .setJobSilenceMs(Map.of())
                .setApplied(List.of(new AppliedDecisions(
                        Topics.DECISIONS_EXITS.name(), 1L, 1L, observedAtMs, 1, 4L, 5L, 9_000L, 9_000L)))
                .setPublished(List.of())
                .setHeapUsedBytes(1)
                .setDirectMemoryBytes(1)
                .setProcessCpuLoad(0)
                .build();
    }
}
