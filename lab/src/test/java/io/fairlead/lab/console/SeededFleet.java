package io.fairlead.lab.console;

import com.clickhouse.client.api.Client;
import com.clickhouse.data.ClickHouseFormat;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.jobs.facts.FactColumn;
import io.fairlead.jobs.facts.FactTable;
import io.fairlead.jobs.facts.FactTables;
import io.fairlead.jobs.facts.RowBinary;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.QualityPolicy;
import io.fairlead.schemas.config.ReferenceMode;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.ClassScore;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.StayChance;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.PublishedTelemetry;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.RecordJson;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A fleet that nobody runs: records on the real topics and rows in the real tables, as the jobs and the facts would have
 * written them. Every sixth exit is bad and gets little traffic.
 */
final class SeededFleet implements AutoCloseable {

    private static final PoolType[] TYPES = {
        PoolType.RESIDENTIAL, PoolType.MOBILE, PoolType.ISP, PoolType.DATACENTER, PoolType.RESIDENTIAL
    };
    private static final long HOUR_MS = 3_600_000;

    private final KafkaProducer<byte[], byte[]> producer;
    private final ClickHouseProcess engine;
    private final Connection clickHouse;
    private final SplittableRandom random = new SplittableRandom(7);
    private final long jobEpoch = System.currentTimeMillis() - HOUR_MS;
    private final int exits;
    private long counter;
    private long sequence;
    private long policies;

    SeededFleet(KafkaProcess kafka, ClickHouseProcess engine, int exits) throws Exception {
        this.exits = exits;
        this.engine = engine;
        ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            List<NewTopic> topics = new ArrayList<>();
            for (TopicSpec topic : Topics.all()) {
                topics.add(new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.settings()));
            }
            admin.createTopics(topics).all().get(30, TimeUnit.SECONDS);
        }
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "linger.ms", "5"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.clickHouse = DriverManager.getConnection(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
    }

    static String exitId(int number) {
        return String.format("exit-%02d", number);
    }

    static boolean bad(int number) {
        return number % 6 == 1;
    }

    /** Decisions about every exit, two policies, an hour of decisions in history. */
    void decide() throws Exception {
        long now = System.currentTimeMillis();
        policy("quality/default", "mira", "Count success fully: the shop complains", now - 11 * 60_000);
        policy("quality/type:MOBILE", "jonas", "Mobile links ping slower by nature", now - 4 * 60_000);
        for (int exit = 1; exit <= exits; exit++) {
            send(Topics.DECISIONS_EXITS, exitId(exit), score(exit, now));
        }
        producer.flush();
        sql(
                "INSERT INTO fairlead.exit_scores (exit_id, at, issued_at, job_epoch, counter, policy_version, state, quality, success_mean,"
                        + " capacity_requests, running_requests, trigger, reasons, disconnect_mean)"
                        + " SELECT concat('exit-', leftPad(toString(1 + number % " + exits
                        + "), 2, '0')) AS e, now64(3) - INTERVAL"
                        + " intDiv(number, " + exits + ") * 90 SECOND AS t, t, " + jobEpoch
                        + ", 100000 - number, 0, 'ONLINE',"
                        + " if(number % " + exits + " % 6 = 0, 8 + 30 * intDiv(number, " + exits
                        + ") / 40, 62 + 14 * sin(number) ), 0.96, 12, 4,"
                        + " if(number % 3 = 0, 'capacity', 'quality'), ['ping slow: 88 ms against 80 ms (−5)', 'may disconnect: 4.1 % within 10 min, as its like do at its age (−3)'], 0.03 + 0.02 * sin(number / 5)"
                        + " FROM numbers(" + 40L * exits + ")");
    }

    /** A network map, pools and live rooms, in topics and in history. */
    void theRest() throws Exception {
        Map<Class<?>, FactTable<?>> tables = new HashMap<>();
        FactTables.all().forEach(table -> tables.put(table.record(), table));
        Map<FactTable<?>, ByteArrayOutputStream> rows = new HashMap<>();
        SeededMap.Sender both = (topic, key, record) -> {
            send(topic, key, record);
            FactTable<?> table = tables.get(record.getClass());
            if (table != null) {
                RowBinary row = new RowBinary();
                row.clear();
                RawRecord origin = new RawRecord(topic.name(), 0, 0, System.currentTimeMillis(), bytes(key), null);
                table.write(record, origin, row);
                rows.computeIfAbsent(table, each -> new ByteArrayOutputStream()).writeBytes(row.toBytes());
            }
        };
        new SeededMap(both).tell();
        new SeededPools(both).tell();
        new SeededRooms(both).tell();
        producer.flush();
        store(rows);
    }

    /** Rooms again: what is not told of for half a minute is gone. */
    void rooms() {
        new SeededRooms(this::send).tell();
        producer.flush();
    }

    private void store(Map<FactTable<?>, ByteArrayOutputStream> rows) throws Exception {
        try (Client client = new Client.Builder()
                .addEndpoint(engine.url().toString())
                .setUsername(engine.user())
                .setPassword(engine.password())
                .setDefaultDatabase("fairlead")
                .build()) {
            for (Map.Entry<FactTable<?>, ByteArrayOutputStream> each : rows.entrySet()) {
                client.insert(
                                each.getKey().name(),
                                each.getKey().columns().stream()
                                        .map(FactColumn::name)
                                        .toList(),
                                new ByteArrayInputStream(each.getValue().toByteArray()),
                                ClickHouseFormat.RowBinary)
                        .get()
                        .close();
            }
        }
    }

    /** What a facts job would have stored of the last minutes of traffic. */
    void traffic(int minutes, int perSecond) throws Exception {
        int rows = minutes * 60 * perSecond;
        String time = "now64(3) - INTERVAL intDiv(number * 1000, " + perSecond + ") MILLISECOND";
        String exit = "1 + if(rand(1) % 100 < 97, arrayElement(arrayFilter(x -> x % 6 != 0, range(" + exits
                + ")), 1 + rand(2) % length(arrayFilter(x -> x % 6 != 0, range(" + exits + ")))), rand(3) % " + exits
                + ")";
        sql(
                "INSERT INTO fairlead.raw_requests (topic, edge_id, at, observed_at, arrived_at, request_id, tenant, pool, protocol,"
                        + " target_class, exit_ids, outcome, layer, first_byte_us, total_us, status)"
                        + " SELECT 'fairlead.telemetry.requests', 'edge-1', " + time
                        + " AS t, t, t, toString(number), 'acme', 'residential', 'HTTP_CONNECT', 'shop', ['x'],"
                        + " if(rand(4) % 1000 < 22, 'CONNECTION_TIMEOUT', 'OK'), if(rand(4) % 1000 < 22, 'EXIT', 'NONE'),"
                        + " toInt64(60000 + 30000 * sin(toUnixTimestamp(t) / 90) + exp(randNormal(10.4, 0.7))), 250000, 200"
                        + " FROM numbers(" + rows + ")");
        sql(
                "INSERT INTO fairlead.raw_attempts (topic, edge_id, at, observed_at, arrived_at, request_id, attempt, phase, exit_id, outcome, layer)"
                        + " SELECT 'fairlead.telemetry.attempts', 'edge-1', " + time
                        + " AS t, t, t, toString(number), 1, 'COMPLETED',"
                        + " concat('exit-', leftPad(toString(" + exit
                        + "), 2, '0')), if(rand(4) % 1000 < 22, 'CONNECTION_TIMEOUT', 'OK'),"
                        + " if(rand(4) % 1000 < 22, 'EXIT', 'NONE') FROM numbers(" + rows + ")");
    }

    /** Requests of one tenant to one site that just failed through one exit. */
    void failures(int exit, int requests) throws Exception {
        String ended =
                " 'edge-1', now64(3) AS t, t, t, concat('failed-', toString(number)), 'acme', 'residential', 'shop', 'shop.example',"
                        + " 'CONNECTION_TIMEOUT', 'EXIT'";
        sql(
                "INSERT INTO fairlead.raw_requests (topic, edge_id, at, observed_at, arrived_at, request_id, tenant, pool, target_class, target_host, outcome, layer, exit_ids)"
                        + " SELECT 'fairlead.telemetry.requests'," + ended + ", ['" + exitId(exit) + "'] FROM numbers("
                        + requests
                        + ")");
        sql(
                "INSERT INTO fairlead.raw_attempts (topic, edge_id, at, observed_at, arrived_at, request_id, tenant, pool, target_class, target_host, outcome, layer, attempt, phase, exit_id)"
                        + " SELECT 'fairlead.telemetry.attempts'," + ended + ", 1, 'COMPLETED', '" + exitId(exit)
                        + "' FROM numbers("
                        + requests + ")");
    }

    /** One second of life: heartbeats, an edge report, a few scores that moved, a second of traffic. */
    void second(int perSecond) throws Exception {
        heartbeat("quality");
        heartbeat("facts");
        long now = System.currentTimeMillis();
        send(Topics.TELEMETRY_EDGES, "edge-1", report(now));
        for (int i = 0; i < Math.max(1, exits / 12); i++) {
            int exit = 1 + random.nextInt(exits);
            send(Topics.DECISIONS_EXITS, exitId(exit), score(exit, now));
        }
        producer.flush();
        sql("INSERT INTO fairlead.raw_edge_reports (topic, edge_id, at, observed_at, arrived_at, kind) VALUES"
                + " ('fairlead.telemetry.edges', 'edge-1', now64(3), now64(3), now64(3), 'proxy')");
        String exit = "1 + if(rand(1) % 100 < 97, arrayElement(arrayFilter(x -> x % 6 != 0, range(" + exits
                + ")), 1 + rand(2) % length(arrayFilter(x -> x % 6 != 0, range(" + exits + ")))), rand(3) % " + exits
                + ")";
        sql(
                "INSERT INTO fairlead.raw_requests (topic, edge_id, at, observed_at, arrived_at, request_id, tenant, pool, outcome, layer, first_byte_us, total_us)"
                        + " SELECT 'fairlead.telemetry.requests', 'edge-1', now64(3) AS t, t, t, toString(number), 'acme', 'residential',"
                        + " if(rand(4) % 1000 < 22, 'CONNECTION_TIMEOUT', 'OK'), if(rand(4) % 1000 < 22, 'EXIT', 'NONE'),"
                        + " toInt64(60000 + 30000 * sin(toUnixTimestamp(t) / 90) + exp(randNormal(10.4, 0.7))), 250000"
                        + " FROM numbers(" + perSecond + ")");
        sql(
                "INSERT INTO fairlead.raw_attempts (topic, edge_id, at, observed_at, arrived_at, request_id, attempt, phase, exit_id, outcome, layer)"
                        + " SELECT 'fairlead.telemetry.attempts', 'edge-1', now64(3) AS t, t, t, toString(number), 1, 'COMPLETED',"
                        + " concat('exit-', leftPad(toString(" + exit + "), 2, '0')), 'OK', 'NONE' FROM numbers("
                        + perSecond + ")");
    }

    /** Writes a quality policy now or at another time. */
    void policy(String key, String author, String reason, long atMs) throws Exception {
        QualityPolicy policy = QualityPolicy.newBuilder()
                .setScope(key.substring(key.indexOf('/') + 1))
                .setAuthorship(new Authorship(author, reason, atMs, 1L))
                .setEffectiveAtMs(atMs)
                .setReferenceMode(ReferenceMode.FIXED)
                .setPsiMs(150)
                .setOmegaMs(40)
                .setGamma(1)
                .setDisconnectWindowMs(24 * HOUR_MS)
                .setDisconnectHorizonMs(600_000)
                .setDisconnectPriorCount(0.5)
                .setDisconnectPriorHours(1)
                .setSuccessHalfLifeMs(1_800_000)
                .setGroupStrength(20)
                .setExplorationShare(0.01)
                .setLowConfidenceCap(50)
                .setTellPoints(1)
                .setTellIntervalMs(1_000)
                .setVerdictWaitMs(5_000)
                .setExitSilenceMs(60_000)
                .setStateTtlMs(24 * HOUR_MS)
                .setMaxLatenessMs(120_000)
                .setJobSilenceMs(60_000)
                .build();
        send(Topics.CONFIG_POLICIES, key, policy);
        producer.flush();
        sql(
                "INSERT INTO fairlead.config_history (at, config_topic, config_key, author, reason, written_at, revision, config_offset, json) VALUES"
                        + " (now64(3), 'fairlead.config.policies', '" + key + "', '" + author + "', '" + reason
                        + "', fromUnixTimestamp64Milli(toInt64(" + atMs + ")), 1, " + policies++ + ", '"
                        + RecordJson.write(policy) + "')");
    }

    /** A value that no schema describes. */
    void rubbish() throws Exception {
        producer.send(new ProducerRecord<>(Topics.DECISIONS_EXITS.name(), bytes("exit-99"), bytes("not Avro")))
                .get(10, TimeUnit.SECONDS);
    }

    ExitScore score(int exit, long now) {
        boolean bad = bad(exit);
        double wobble = random.nextDouble(-1, 1);
        double benchmarkMs = bad ? 1_650 + 90 * wobble : 240 + 12 * (exit % 7) + 15 * wobble;
        double pingMs = bad ? 420 + 30 * wobble : 52 + 9 * (exit % 6) + 4 * wobble;
        double success = bad ? 0.62 : 0.955 + 0.007 * (exit % 5);
        double disconnect = bad ? 0.21 : 0.012 + 0.004 * (exit % 4);
        boolean unmeasured = exit == 11;
        double benchmarkTerm = unmeasured ? -1 : Math.min(150 / benchmarkMs, 0.5);
        double pingTerm = Math.min(40 / pingMs, 0.5);
        double speed = unmeasured ? pingTerm * 2 : benchmarkTerm + pingTerm;
        double quality = 100 * (1 - disconnect) * Math.min(1, speed) * success;
        boolean offline = exit == 17 || (exits > 100 && exit % 41 == 0);
        PoolType type = TYPES[exit % TYPES.length];
        int capacity = bad ? 3 : 8 + exit % 9;
        int running = offline ? 0 : bad ? 0 : 2 + random.nextInt(5);
        List<String> reasons = bad
                ? List.of(
                        String.format("benchmark slow: %.0f ms against 300 ms (−41)", benchmarkMs),
                        String.format("ping slow: %.0f ms against 80 ms (−40)", pingMs),
                        "fails: 38 % of requests (−7)")
                : List.of(
                        String.format("ping slow: %.0f ms against 80 ms (−%.0f)", pingMs, 50 - 100 * pingTerm),
                        "a target of search fails whatever the exit: not held against it");
        return ExitScore.newBuilder()
                .setExitId(exitId(exit))
                .setVersion(new DecisionVersion(jobEpoch, ++counter))
                .setIssuedAtMs(now)
                .setPolicyVersion(1)
                .setState(offline ? ExitState.OFFLINE : ExitState.ONLINE)
                .setQuality(offline ? 0 : unmeasured ? Math.min(50, quality) : quality)
                .setLowConfidence(unmeasured)
                .setBenchmarkTerm(benchmarkTerm)
                .setPingTerm(pingTerm)
                .setBenchmarkMs(unmeasured ? -1 : benchmarkMs)
                .setPingMs(pingMs)
                .setDisconnect(new Bounded(disconnect, disconnect / 2, disconnect * 1.8, 18.0))
                .setSuccess(new Bounded(success, success - 0.03, Math.min(1, success + 0.02), 214.0))
                .setCapacityRequests(capacity)
                .setRunningRequests(running)
                .setAvailableRequests(Math.max(0, capacity - running))
                .setClasses(List.of(
                        new ClassScore(
                                "shop",
                                quality,
                                benchmarkMs,
                                new Bounded(success, success - 0.04, success, 120.0),
                                0.012,
                                0.7),
                        new ClassScore(
                                "search",
                                quality - 3,
                                benchmarkMs * 1.1,
                                new Bounded(success, success - 0.05, success, 60.0),
                                0.031,
                                0.3)))
                .setReasons(offline ? List.of("no link is up") : reasons)
                .setTrigger("quality")
                .setTriggerObservedAtMs(now - 40)
                .setTriggerEdgeId("edge-1")
                .setPoolType(type)
                .setAsn(64_500 + exit % 8)
                .setPsiMs(150)
                .setOmegaMs(40)
                .setBenchmarkWeight(unmeasured ? 0 : 6.3)
                .setPingWeight(7.8)
                .setUpSinceMs(offline ? 0 : now - 5_400_000L * (1 + exit % 5))
                .setStays(List.of(
                        new StayChance(
                                600_000L, new Bounded(1 - disconnect, 1 - disconnect * 1.8, 1 - disconnect / 2, 41.0)),
                        new StayChance(
                                3_600_000L,
                                new Bounded(
                                        Math.pow(1 - disconnect, 5),
                                        Math.pow(1 - disconnect * 1.8, 5),
                                        Math.pow(1 - disconnect / 2, 5),
                                        63.0))))
                .setDisconnectBasis(exit % 3 == 0 ? "hazard" : "survival")
                .setNetworkSuccess(exit % 8 == 3 ? 0.04 : 1)
                .setFailingTargets(bad ? List.of() : List.of("search"))
                .build();
    }

    private void heartbeat(String job) throws Exception {
        long now = System.currentTimeMillis();
        send(
                Topics.DECISIONS_HEARTBEATS,
                job,
                new JobHeartbeat(job, jobEpoch, ++counter, now, now - 1_200, 1L, counter, (long) exits));
    }

    private EdgeReport report(long now) {
        return EdgeReport.newBuilder()
                .setHeader(new TelemetryHeader("edge-1", jobEpoch, 0, sequence++, now))
                .setKind("proxy")
                .setVersion("0.1.0")
                .setUptimeMs(now - jobEpoch)
                .setOpenConnections(80)
                .setInFlightRequests(31)
                .setExitLinks(exits * 2)
                .setExitsOnline(exits - 1)
                .setRequests(1_000)
                .setFailures(12)
                .setLocalScoring(false)
                .setDraining(false)
                .setJobSilenceMs(Map.of("quality", 300L))
                .setApplied(List.of(new AppliedDecisions(
                        Topics.DECISIONS_EXITS.name(), jobEpoch, counter, now, exits, 4L, 34L, 141L, 160L)))
                .setPublished(List.of(new PublishedTelemetry("fairlead.telemetry.attempts", 1_000L, 0L, 0L)))
                .setHeapUsedBytes(1 << 27)
                .setDirectMemoryBytes(1 << 24)
                .setProcessCpuLoad(0.2)
                .build();
    }

    private void send(TopicSpec topic, String key, SpecificRecord record) {
        producer.send(new ProducerRecord<>(topic.name(), bytes(key), WireEncoder.encode(record)));
    }

    private void sql(String text) throws Exception {
        try (Statement statement = clickHouse.createStatement()) {
            statement.execute(text);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        producer.close();
        clickHouse.close();
    }
}
