package io.fairlead.lab.edge;

import static io.fairlead.lab.edge.EdgeBroker.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.edge.publish.PublisherSettings;
import io.fairlead.edge.publish.TelemetryPublisher;
import io.fairlead.edge.publish.TopicAccount;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.Contract;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Telemetry on its way to a real broker that goes and comes back, from an edge that is killed and comes back. */
@Tag("loop")
class EdgeTelemetryTest {

    /** Gives up on records within the test, so that the way back from there is taken too. */
    private static final PublisherSettings SETTINGS =
            PublisherSettings.defaults().withTicks(1_000_000, List.of()).withDelivery(1_000, 2_000);

    @TempDir
    static Path data;

    static EdgeBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = EdgeBroker.start(data);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void everyRecordArrivesInTheOrderOfItsLaneAndItsSchemaToo(@TempDir Path directory) throws Exception {
        long epochMs;
        try (TelemetryPublisher publisher = publisher("steady", directory, broker.bootstrap())) {
            epochMs = publisher.epochMs();
            for (int i = 0; i < 20_000; i++) {
                assertThat(publisher.offer(Topics.TELEMETRY_EXITS, "exit-" + i % 50, left(i)))
                        .isTrue();
            }
            patiently().until(() -> acknowledged(publisher) == 20_000);
        }
        Map<Integer, List<Long>> lanes = broker.sequences(Topics.TELEMETRY_EXITS, "steady", epochMs);
        assertThat(lanes).hasSize(Topics.TELEMETRY_EXITS.partitions());
        lanes.values().forEach(lane -> assertThat(lane).isEqualTo(from0(lane.size())));
        assertThat(lanes.values().stream().mapToInt(List::size).sum()).isEqualTo(20_000);
        assertThat(broker.read(Topics.SCHEMAS))
                .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
                .contains(SchemaDirectory.key(Contract.schema(ExitDisconnected.class)));
    }

    @Test
    void aBrokerThatDiesInMidStreamCostsNoRecordAndNoWait(@TempDir Path directory) throws Exception {
        AtomicLong taken = new AtomicLong();
        ScheduledExecutorService teller = Executors.newSingleThreadScheduledExecutor();
        long epochMs;
        try (TelemetryPublisher publisher = publisher("outlives", directory, broker.bootstrap())) {
            epochMs = publisher.epochMs();
            teller.scheduleAtFixedRate(
                    () -> {
                        for (int i = 0; i < 20; i++) {
                            long number = taken.get();
                            if (publisher.offer(Topics.TELEMETRY_EXITS, "exit-" + number % 50, left(number))) {
                                taken.incrementAndGet();
                            }
                        }
                    },
                    0,
                    10,
                    TimeUnit.MILLISECONDS);
            patiently().until(() -> acknowledged(publisher) > 500);

            broker.kill();
            long then = taken.get();
            patiently().until(() -> !publisher.problems().isEmpty() && taken.get() > then + 2_000);
            assertThat(lost(publisher)).isZero();
            broker.restart();

            long back = taken.get();
            patiently().until(() -> taken.get() > back + 500);
            teller.shutdown();
            assertThat(teller.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            patiently().until(() -> acknowledged(publisher) == taken.get());
            patiently()
                    .until(() ->
                            backlogBytes(publisher) == 0 && publisher.problems().isEmpty());
            assertThat(lost(publisher)).isZero();
        } finally {
            teller.shutdownNow();
        }
        assertWhole(broker.sequences(Topics.TELEMETRY_EXITS, "outlives", epochMs), taken.get());
    }

    @Test
    void whatAKilledEdgeHadSpooledIsSentByTheNextOne(@TempDir Path directory) throws Exception {
        Process edge = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SpoolingEdge.class.getName(),
                        "killed",
                        directory.toString(),
                        "127.0.0.1:1")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long formerEpochMs;
        try (BufferedReader said = edge.inputReader(StandardCharsets.UTF_8)) {
            formerEpochMs = Long.parseLong(said.readLine());
        } finally {
            edge.destroyForcibly().waitFor();
        }
        try (TelemetryPublisher next = publisher("killed", directory, broker.bootstrap())) {
            assertThat(next.epochMs()).isGreaterThan(formerEpochMs);
            patiently().until(() -> acknowledged(next) >= SpoolingEdge.RECORDS && backlogBytes(next) == 0);
        }
        Map<Integer, List<Long>> lanes = broker.sequences(Topics.TELEMETRY_EXITS, "killed", formerEpochMs);
        assertWhole(lanes, lanes.values().stream().mapToInt(List::size).sum());
        assertThat(lanes.values().stream().mapToInt(List::size).sum()).isGreaterThanOrEqualTo(SpoolingEdge.RECORDS);
    }

    private static void assertWhole(Map<Integer, List<Long>> lanes, long records) {
        long distinct = 0;
        for (List<Long> lane : lanes.values()) {
            TreeSet<Long> sequences = new TreeSet<>(lane);
            assertThat(List.copyOf(sequences)).isEqualTo(from0(sequences.size()));
            distinct += sequences.size();
        }
        assertThat(distinct).isEqualTo(records);
    }

    private static List<Long> from0(int size) {
        return LongStream.range(0, size).boxed().toList();
    }

    private static TelemetryPublisher publisher(String edgeId, Path directory, String bootstrap) {
        return TelemetryPublisher.start(
                edgeId,
                directory,
                Map.of("bootstrap.servers", bootstrap),
                SETTINGS,
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime);
    }

    private static long acknowledged(TelemetryPublisher publisher) {
        return sum(publisher, TopicAccount::acknowledged);
    }

    private static long backlogBytes(TelemetryPublisher publisher) {
        return sum(publisher, TopicAccount::backlogBytes);
    }

    private static long lost(TelemetryPublisher publisher) {
        return sum(publisher, TopicAccount::lost);
    }

    /** An account is opened by the first record of its topic: until then there is none to add. */
    private static long sum(TelemetryPublisher publisher, ToLongFunction<TopicAccount> what) {
        return publisher.accounts().stream()
                .filter(account -> account.topic().equals(Topics.TELEMETRY_EXITS.name()))
                .mapToLong(what)
                .sum();
    }

    static ExitDisconnected left(long connectedMs) {
        ExitDisconnected record = new ExitDisconnected();
        record.setExitId("exit");
        record.setLinkId("link");
        record.setAgentEpochMs(1);
        record.setReason(DisconnectReason.ANNOUNCED);
        record.setConnectedMs(connectedMs);
        record.setLinksLeft(0);
        return record;
    }
}
