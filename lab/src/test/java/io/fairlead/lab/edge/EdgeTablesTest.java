package io.fairlead.lab.edge;

import static io.fairlead.lab.edge.EdgeBroker.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.edge.EdgeKit;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.publish.PublisherSettings;
import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.table.ConfigTable;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.edge.table.DecisionTable;
import io.fairlead.edge.table.InvalidConfigException;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edge kit on a real broker, through its life: cold start, following, the broker's death, a start without it. */
@Tag("loop")
class EdgeTablesTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path data;

    private DecisionTable<ExitScore> scores;
    private ConfigTable<Tenant> tenants;

    @Test
    void tablesFollowOutliveTheBrokerAndStartWithoutIt() throws Exception {
        try (EdgeBroker broker = EdgeBroker.start(data.resolve("kafka"))) {
            for (int exit = 0; exit < 20; exit++) {
                broker.write(Topics.DECISIONS_EXITS, "exit-" + exit, score("exit-" + exit, 10, exit, 40));
            }
            broker.write(Topics.CONFIG_TENANTS, "acme", tenant("acme", "res"));
            broker.write(Topics.DECISIONS_HEARTBEATS, "quality", heartbeat(10, 1));

            try (EdgeKit kit = kit(broker.bootstrap())) {
                patiently().until(() -> ready(kit) == 200);
                assertThat(scores.size()).isEqualTo(20);
                assertThat(tenants.get("acme").getPools()).containsExactly("res");
                assertThat(kit.jobs().isSilent("quality")).isFalse();

                broker.write(Topics.DECISIONS_EXITS, "exit-3", score("exit-3", 11, 0, 90));
                patiently().until(() -> quality("exit-3") == 90);
                broker.write(Topics.DECISIONS_EXITS, "exit-3", score("exit-3", 10, 99, 10));
                broker.write(Topics.DECISIONS_EXITS, "exit-4", (SpecificRecord) null);
                patiently().until(() -> scores.get("exit-4") == null && scores.stale() == 1);
                assertThat(quality("exit-3")).isEqualTo(90);

                broker.write(Topics.CONFIG_TENANTS, "acme", tenant("acme"));
                broker.write(Topics.CONFIG_TENANTS, "globex", "rubbish".getBytes(StandardCharsets.UTF_8));
                patiently().until(() -> tenants.rejected() == 2);
                assertThat(tenants.get("acme").getPools()).containsExactly("res");
                seldom().until(() -> records(broker, Topics.CONFIG_REJECTED).size() == 2);
                assertThat(records(broker, Topics.CONFIG_REJECTED))
                        .extracting(record -> ((ConfigRejected) record).getKey())
                        .containsExactly("acme", "globex");

                seldom().until(() -> records(broker, Topics.TELEMETRY_EDGES).stream()
                        .anyMatch(record -> record instanceof EdgeReport report
                                && report.getKind().equals("supernode")
                                && report.getApplied().stream().anyMatch(applied -> applied.getEntries() == 19)
                                && report.getJobSilenceMs().containsKey("quality")));
                patiently()
                        .until(() -> records(broker, Topics.TELEMETRY_EXITS).stream()
                                        .filter(EdgeTick.class::isInstance)
                                        .map(tick ->
                                                ((EdgeTick) tick).getHeader().getPartition())
                                        .distinct()
                                        .count()
                                == Topics.TELEMETRY_EXITS.partitions());

                broker.kill();
                patiently().until(() -> kit.tables().problem() != null);
                assertThat(ready(kit)).as("what it knows is enough to serve").isEqualTo(200);
                assertThat(scores.size()).isEqualTo(19);
                broker.restart();
                broker.write(Topics.DECISIONS_EXITS, "exit-5", score("exit-5", 11, 1, 77));
                patiently().until(() -> quality("exit-5") == 77);
                patiently().until(() -> kit.tables().problem() == null);
            }
        }

        try (EdgeKit kit = kit("127.0.0.1:1")) {
            assertThat(ready(kit)).as("at once, from the snapshots").isEqualTo(200);
            assertThat(scores.size()).isEqualTo(19);
            assertThat(quality("exit-3")).isEqualTo(90);
            assertThat(quality("exit-5")).isEqualTo(77);
            assertThat(tenants.get("acme").getPools()).containsExactly("res");
            assertThat(body(kit, "/ready")).contains("notes").contains("Kafka");
        }
    }

    private EdgeKit kit(String bootstrap) throws Exception {
        EdgeKit kit = EdgeKit.open(
                EdgeKitSettings.of("edge-1", "supernode", "0.1", bootstrap, data.resolve("edge"))
                        .withPublisher(PublisherSettings.defaults().withDelivery(1_000, 2_000)),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                InstantSource.system(),
                System::nanoTime);
        scores = kit.decisions(Topics.DECISIONS_EXITS, DecisionReader.exitScores());
        tenants = kit.config(Topics.CONFIG_TENANTS, EdgeTablesTest::checked);
        kit.start(EdgeLoad::none);
        return kit;
    }

    private static Tenant checked(String key, SpecificRecord record) throws InvalidConfigException {
        if (record instanceof Tenant tenant && !tenant.getPools().isEmpty()) {
            return tenant;
        }
        throw new InvalidConfigException(List.of("pools is empty; give at least one"));
    }

    /** For what reads whole topics. */
    private static ConditionFactory seldom() {
        return patiently().pollInterval(Duration.ofSeconds(1));
    }

    private double quality(String exitId) {
        return scores.get(exitId).value().getQuality();
    }

    private static int ready(EdgeKit kit) throws Exception {
        return HTTP.send(request(kit, "/ready"), BodyHandlers.discarding()).statusCode();
    }

    private static String body(EdgeKit kit, String path) throws Exception {
        return HTTP.send(request(kit, path), BodyHandlers.ofString()).body();
    }

    private static HttpRequest request(EdgeKit kit, String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + kit.adminAddress().getPort() + path))
                .build();
    }

    private static List<SpecificRecord> records(EdgeBroker broker, TopicSpec topic) throws UnreadableRecordException {
        List<SpecificRecord> records = new ArrayList<>();
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        for (ConsumerRecord<byte[], byte[]> raw : broker.read(topic)) {
            records.add(reader.read(raw.value()));
        }
        return records;
    }

    private static Tenant tenant(String id, String... pools) {
        return Tenant.newBuilder()
                .setTenantId(id)
                .setAuthorship(new Authorship("ada", "a test", 1L, 1L))
                .setSecretHashes(List.of())
                .setPools(List.of(pools))
                .build();
    }

    private static JobHeartbeat heartbeat(long epoch, long counter) {
        return JobHeartbeat.newBuilder()
                .setJob("quality")
                .setJobEpoch(epoch)
                .setCounter(counter)
                .setIssuedAtMs(System.currentTimeMillis())
                .setWatermarkMs(0)
                .setPolicyVersion(-1)
                .setDecisions(0)
                .setKeys(-1)
                .build();
    }

    private static ExitScore score(String exitId, long epoch, long counter, double quality) {
        return ExitScore.newBuilder()
                .setExitId(exitId)
                .setVersion(new DecisionVersion(epoch, counter))
                .setIssuedAtMs(System.currentTimeMillis())
                .setPolicyVersion(-1)
                .setState(ExitState.ONLINE)
                .setQuality(quality)
                .setLowConfidence(false)
                .setBenchmarkTerm(-1)
                .setPingTerm(-1)
                .setBenchmarkMs(-1)
                .setPingMs(-1)
                .setDisconnect(new Bounded(0.1, 0.0, 0.2, 1.0))
                .setSuccess(new Bounded(0.9, 0.8, 1.0, 1.0))
                .setCapacityRequests(8)
                .setRunningRequests(0)
                .setAvailableRequests(8)
                .setClasses(List.of())
                .setReasons(List.of())
                .setStays(List.of())
                .setTrigger("quality")
                .setTriggerObservedAtMs(System.currentTimeMillis())
                .setTriggerEdgeId("edge-1")
                .setPoolType(PoolType.RESIDENTIAL)
                .setAsn(0)
                .build();
    }
}
