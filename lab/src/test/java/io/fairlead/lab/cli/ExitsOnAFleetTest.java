package io.fairlead.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.clickhouse.client.api.Client;
import com.clickhouse.data.ClickHouseFormat;
import io.fairlead.cli.Fairlead;
import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.edge.link.Sockets;
import io.fairlead.jobs.facts.FactColumn;
import io.fairlead.jobs.facts.FactTable;
import io.fairlead.jobs.facts.FactTables;
import io.fairlead.jobs.facts.RowBinary;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.CommandProcess;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** `fairlead exits` and a running `fairlead proxy` with an agent, a broker and a ClickHouse engine, all as operators have them. */
@Tag("loop")
class ExitsOnAFleetTest {

    private static final String EXIT = "exit-1";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final EventLoopGroup LOOPS = Sockets.loops(1, "agent");

    private static KafkaProcess kafka;
    private static ClickHouseProcess engine;
    private static CommandProcess proxy;
    private static ExitAgent agent;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        kafka = KafkaProcess.start(
                directory.resolve("kafka"), KafkaProcess.Options.defaults().withQuickStart());
        assertThat(on("topics", "apply").status).isZero();
        engine = ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
        ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
        Path places = PlaceFile.ofLoopback("DE", "Berlin").write(directory.resolve("places.mmdb"));
        Path ca = directory.resolve("ca");
        LinkAuthority authority = LinkAuthority.openOrCreate(ca, InstantSource.system());
        authority.issueEdge("edge-1", Duration.ofHours(2)).save(ca, "edge-1");
        proxy = CommandProcess.start(
                "proxy",
                "Proxy",
                256,
                true,
                Map.of("user", 0, "link", 0, "admin", 0),
                ports -> List.of(
                        "proxy",
                        "--edge-id=edge-1",
                        "--user-address=127.0.0.1:" + ports.get("user"),
                        "--link-address=127.0.0.1:" + ports.get("link"),
                        "--admin-address=127.0.0.1:" + ports.get("admin"),
                        "--bootstrap-servers=" + kafka.bootstrap(),
                        "--certificate=" + ca.resolve("edge-1.crt"),
                        "--key=" + ca.resolve("edge-1.key"),
                        "--authority=" + ca.resolve("ca.crt"),
                        "--location-database=" + places,
                        "--drain-ms=100",
                        "--data=" + directory.resolve("edge")),
                directory.resolve("proxy"),
                notice -> {});
        String link = proxy.address("link");
        int colon = link.lastIndexOf(':');
        agent = ExitAgent.start(
                AgentSettings.of(
                                EXIT,
                                PoolType.RESIDENTIAL,
                                List.of(new InetSocketAddress(
                                        link.substring(0, colon), Integer.parseInt(link.substring(colon + 1)))))
                        .withConsent(true)
                        .withLinks(1)
                        .withPauses(20, 200)
                        .withPools(List.of("residential"))
                        .withPlace("us", "texas", "austin", 64_500),
                LinkTls.forAgent(authority.issueAgent(EXIT, Duration.ofHours(2)), authority.certificate()),
                LOOPS);
        await().atMost(PATIENCE).until(() -> agent.linksUp() == 1);
    }

    @AfterAll
    static void stop() {
        if (agent != null) {
            agent.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        if (engine != null) {
            engine.close();
        }
        kafka.close();
        LOOPS.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }

    @Test
    void termsOfAnOperatorReachTheAgentAreSeenAndAreTakenBack() throws Exception {
        Run nothing = on("exits", "terms", EXIT, "--reason=x");
        assertThat(nothing.status).isEqualTo(1);
        assertThat(nothing.err).contains("Nothing is said; name --rest-while-owner-active");
        Run bad = on("exits", "terms", EXIT, "--active-hours=22-6", "--min-battery=140", "--reason=x");
        assertThat(bad.status).isEqualTo(1);
        assertThat(bad.err)
                .contains("minBatteryPercent is 140; it must be in 0 to 100", "'22-6' can't be read", "Europe/Berlin")
                .doesNotContain("\tat ");
        assertThat(on("exits", "terms", "nobody", "--clear", "--reason=x").err).contains("it has no terms");

        String hours = notNow();
        Run set = on("exits", "terms", EXIT, "--active-hours=" + hours, "--min-battery=40", "--reason=nights only");
        assertThat(set.err).isEmpty();
        assertThat(set.out).contains("may serve at " + hours + ", from 40 % of battery on, where its owner lets it");
        long saidNanos = System.nanoTime();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> agent.objection()
                .equals("its operator lets it serve only at " + hours));
        long heardMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - saidNanos);
        await().atMost(PATIENCE).until(() -> metric("fairlead_proxy_exits_held_back") == 1);
        System.out.printf("the agent obeyed %d ms after the command had ended%n", heardMs);
        await().atMost(PATIENCE).until(() -> records(Topics.TELEMETRY_EXITS).stream()
                .anyMatch(record -> record instanceof ExitHeartbeat heartbeat
                        && heartbeat.getObjection().contains(hours)));
        assertThat(on("exits", "show", EXIT).out)
                .contains("Its operator lets it serve at " + hours + ", from 40 % of battery on.", "nights only");
        assertThat(on("exits", "list").out).contains("serves at " + hours);

        // What is wrong in the topic is refused and told, and changes nothing.
        new ConfigStore(Map.of("bootstrap.servers", kafka.bootstrap()))
                .write(Topics.CONFIG_EXITS, EXIT, Attribution.of("ann", "a slip"), next -> ExitOverride.newBuilder()
                        .setExitId(EXIT)
                        .setAuthorship(next.authorship())
                        .setMinBatteryPercent(-3)
                        .setActiveHours("at night")
                        .build());
        await().atMost(PATIENCE).until(() -> records(Topics.CONFIG_REJECTED).stream()
                .anyMatch(record -> record instanceof ConfigRejected rejected
                        && rejected.getViolations().toString().contains("minBatteryPercent is -3")
                        && rejected.getViolations().toString().contains("'at night' can't be read")));
        assertThat(agent.objection()).isEqualTo("its operator lets it serve only at " + hours);
        assertThat(on("exits", "show", EXIT).out).contains("terms that no edge takes, so the former ones go on");

        Run cleared = on("exits", "terms", EXIT, "--clear", "--reason=always again");
        assertThat(cleared.err).isEmpty();
        assertThat(cleared.out).contains("may serve always.");
        await().atMost(PATIENCE).until(() -> agent.objection().isEmpty());
        await().atMost(PATIENCE).until(() -> metric("fairlead_proxy_exits_held_back") == 0);
    }

    @Test
    void aFalseCountryIsFoundKeptBesideWhatCountsAndShown() throws Exception {
        await().atMost(PATIENCE).until(() -> metric("fairlead_exits_location_mismatches_total") >= 1);
        await().atMost(PATIENCE)
                .until(() -> records(Topics.TELEMETRY_EXITS).stream().anyMatch(ExitConnected.class::isInstance));
        store(records(Topics.TELEMETRY_EXITS));
        assertThat(on("exits", "terms", EXIT, "--min-battery=0", "--reason=so that it is known").status)
                .isZero();
        Run show = on(
                "exits",
                "show",
                EXIT,
                "--clickhouse=" + engine.url(),
                "--clickhouse-user=" + engine.user(),
                "--clickhouse-password=" + engine.password());
        assertThat(show.out)
                .contains(
                        "seen by edge-1 since",
                        "declares austin, texas, us, AS64500, counts as in berlin, de, AS64500");
        // Without ClickHouse the rest is shown all the same.
        Run without = on("exits", "show", EXIT, "--clickhouse=http://127.0.0.1:9");
        assertThat(without.status).isZero();
        assertThat(without.out).contains("Where it is can't be told: ClickHouse at http://127.0.0.1:9");
    }

    /** As FactsJob does, without the job. */
    private static void store(List<SpecificRecord> records) throws Exception {
        FactTable<?> table = FactTables.all().stream()
                .filter(each -> each.record().equals(ExitConnected.class))
                .findFirst()
                .orElseThrow();
        List<String> columns = table.columns().stream().map(FactColumn::name).toList();
        try (Client client = new Client.Builder()
                .addEndpoint(engine.url().toString())
                .setUsername(engine.user())
                .setPassword(engine.password())
                .setDefaultDatabase("fairlead")
                .build()) {
            for (SpecificRecord record : records) {
                if (record instanceof ExitConnected connected) {
                    RowBinary row = new RowBinary();
                    row.clear();
                    long arrivedMs = connected.getHeader().getObservedAtMs();
                    table.write(
                            connected, new RawRecord(Topics.TELEMETRY_EXITS.name(), 0, 0, arrivedMs, null, null), row);
                    client.insert(
                                    table.name(),
                                    columns,
                                    new ByteArrayInputStream(row.toBytes()),
                                    ClickHouseFormat.RowBinary)
                            .get()
                            .close();
                }
            }
        }
    }

    private static List<SpecificRecord> records(TopicSpec topic) throws UnreadableRecordException {
        List<SpecificRecord> records = new ArrayList<>();
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrap()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                    .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.value() != null) {
                        records.add(reader.read(record.value()));
                    }
                }
            }
        }
        return records;
    }

    private static double metric(String name) throws Exception {
        String all = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(proxy.address("admin") + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return all.lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Hours that are far from this one. */
    private static String notNow() {
        int hour = LocalTime.now(ZoneOffset.UTC).getHour();
        return String.format("%02d:00-%02d:00 UTC", (hour + 10) % 24, (hour + 12) % 24);
    }

    private record Run(int status, String out, String err) {}

    private static Run on(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--bootstrap-servers=" + kafka.bootstrap());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Fairlead.execute(
                Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }
}
