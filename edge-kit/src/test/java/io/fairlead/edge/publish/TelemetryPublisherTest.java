package io.fairlead.edge.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.TelemetryPeek;
import io.fairlead.schemas.wire.WireReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryPublisherTest {

    private static final PublisherSettings SETTINGS =
            PublisherSettings.defaults().withTicks(1_000_000, List.of()).withCloseTimeoutMs(500);
    private static final String EXITS = Topics.TELEMETRY_EXITS.name();

    @TempDir
    Path directory;

    private final Producers producers = new Producers();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicLong nowMs = new AtomicLong(1_700_000_000_000L);
    private TelemetryPublisher publisher;

    @AfterEach
    void close() {
        producers.refusing(true);
        if (publisher != null) {
            publisher.close();
        }
    }

    @Test
    void everyLaneIsNumberedFromZeroWithoutGapsInTheOrderOfTheOffers() throws Exception {
        start(SETTINGS);
        for (int i = 0; i < 1_000; i++) {
            assertThat(publisher.offer(Topics.TELEMETRY_EXITS, "exit-" + i % 24, left("exit-" + i % 24, i)))
                    .isTrue();
        }
        patiently().until(() -> account(EXITS).acknowledged() == 1_000);
        Map<Integer, Long> next = new HashMap<>();
        Map<Integer, Long> lastMs = new HashMap<>();
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        for (ProducerRecord<byte[], byte[]> sent : producers.sent(EXITS)) {
            ExitDisconnected record = (ExitDisconnected) reader.read(sent.value());
            int partition = sent.partition();
            assertThat(record.getHeader().getEdgeId()).isEqualTo("edge-7");
            assertThat(record.getHeader().getEdgeEpochMs()).isEqualTo(publisher.epochMs());
            assertThat(record.getHeader().getPartition()).isEqualTo(partition);
            assertThat(record.getHeader().getSequence()).isEqualTo(next.merge(partition, 1L, Long::sum) - 1);
            assertThat(record.getConnectedMs()).isGreaterThan(lastMs.getOrDefault(partition, -1L));
            lastMs.put(partition, record.getConnectedMs());
            assertThat(partition)
                    .as("as Kafka's own partitioner")
                    .isEqualTo(BuiltInPartitioner.partitionForKey(sent.key(), Topics.TELEMETRY_EXITS.partitions()));
        }
        assertThat(next).hasSize(4);
    }

    @Test
    void offersNeverWaitForAWriterThatIsStuckAndWhatDoesNotFitIsCounted() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch freed = new CountDownLatch(1);
        ProducerFactory blocking = () -> {
            stuck.countDown();
            try {
                freed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return producers.open();
        };
        start(SETTINGS.withQueue(64, 1_000_000), blocking);
        stuck.await();
        for (int i = 0; i < 200; i++) {
            // Returns at once: nobody frees the writer before the last of these.
            publisher.offer(Topics.TELEMETRY_EXITS, "exit-0", left("exit-0", i));
        }
        assertThat(account(EXITS).lost(LossReason.QUEUE_FULL)).isEqualTo(200 - 64);
        freed.countDown();
        patiently().until(() -> account(EXITS).acknowledged() == 64);
        assertThat(producers.sent(EXITS))
                .extracting(sent -> Producers.peek(sent).sequence())
                .containsExactlyElementsOf(
                        java.util.stream.LongStream.range(0, 64).boxed().toList());
    }

    @Test
    void theQueueIsBoundedByBytesToo() throws Exception {
        CountDownLatch freed = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        start(SETTINGS.withQueue(1_000, 2_000), () -> {
            stuck.countDown();
            try {
                freed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return producers.open();
        });
        stuck.await();
        boolean refused = false;
        for (int i = 0; i < 100; i++) {
            refused |= !publisher.offer(Topics.TELEMETRY_EXITS, "e", left("e", i));
        }
        assertThat(refused).isTrue();
        assertThat(account(EXITS).lost(LossReason.QUEUE_FULL)).isGreaterThan(50);
        freed.countDown();
    }

    @Test
    void aRecordThatCannotBeEncodedIsCountedAndTakesNoNumber() {
        start(SETTINGS);
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 1));
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", new ExitDisconnected());
        ExitDisconnected huge = left("x".repeat(1_100_000), 2);
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", huge);
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 3));
        patiently().until(() -> account(EXITS).acknowledged() == 2);
        assertThat(account(EXITS).lost(LossReason.INVALID)).isOne();
        assertThat(account(EXITS).lost(LossReason.TOO_LARGE)).isOne();
        assertThat(producers.sent(EXITS))
                .extracting(sent -> Producers.peek(sent).sequence())
                .containsExactly(0L, 1L);
        assertThat(metrics.get("fairlead.telemetry.lost")
                        .tags("topic", EXITS, "reason", "INVALID")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theSchemaStandsBeforeTheFirstRecordIsSent() {
        producers.answering(false);
        start(SETTINGS);
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 1));
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 2));
        patiently().until(() -> producers.sent(Topics.SCHEMAS.name()).size() == 1);
        assertThat(producers.sent(EXITS)).isEmpty();
        producers.opened().get(0).completeNext();
        patiently().until(() -> producers.sent(EXITS).size() == 1);
        assertThat(producers.sent(Topics.SCHEMAS.name())).hasSize(1);
    }

    @Test
    void theFirstRecordOfALaneGoesAloneUntilItIsAcknowledged() {
        producers.answering(false);
        start(SETTINGS);
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 0));
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-2", left("exit-2", 0));
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 1));
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 2));
        patiently().until(() -> producers.sent(Topics.SCHEMAS.name()).size() == 1);
        MockProducer<byte[], byte[]> only = producers.opened().get(0);
        only.completeNext();
        patiently().during(Duration.ofMillis(100)).until(() -> exits(), List.of("exit-1", "exit-2")::equals);
        assertThat(producers.sent(EXITS))
                .extracting(ProducerRecord::partition)
                .as("two lanes")
                .doesNotHaveDuplicates();
        only.completeNext();
        patiently().until(() -> exits(), List.of("exit-1", "exit-2", "exit-1", "exit-1")::equals);
    }

    private List<String> exits() {
        return producers.sent(EXITS).stream()
                .map(sent -> new String(sent.key(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void whatAClientGaveUpOnIsSentAnewByTheNextInTheOldOrder() {
        producers.answering(false);
        start(SETTINGS);
        for (int i = 0; i < 10; i++) {
            publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", i));
        }
        patiently()
                .until(() -> producers.opened().size() == 1
                        && producers.opened().get(0).history().size() == 1);
        MockProducer<byte[], byte[]> first = producers.opened().get(0);
        first.completeNext();
        patiently().until(() -> first.history().size() == 2);
        first.completeNext();
        patiently().until(() -> first.history().size() == 11);
        for (int i = 0; i < 3; i++) {
            first.completeNext();
        }
        producers.answering(true);
        first.errorNext(new NetworkException("gone"));
        patiently().until(() -> account(EXITS).acknowledged() == 10);
        assertThat(producers.opened().get(1).history())
                .extracting(sent -> Producers.peek(sent).sequence())
                .containsExactly(4L, 5L, 6L, 7L, 8L, 9L);
        patiently()
                .until(() -> account(EXITS).backlogBytes() == 0
                        && publisher.problems().isEmpty());
        assertThat(account(EXITS).lost()).isZero();
    }

    @Test
    void aRecordThatKafkaRefusesDoesNotHoldUpTheOthers() {
        producers.answering(false);
        start(SETTINGS);
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 0));
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 1));
        patiently()
                .until(() -> producers.opened().size() == 1
                        && producers.opened().get(0).history().size() == 1);
        MockProducer<byte[], byte[]> only = producers.opened().get(0);
        only.completeNext();
        patiently().until(() -> only.history().size() == 2);
        only.errorNext(new RecordTooLargeException("too large"));
        patiently().until(() -> only.history().size() == 3);
        only.completeNext();
        patiently().until(() -> account(EXITS).acknowledged() == 1);
        assertThat(account(EXITS).lost(LossReason.REFUSED)).isOne();
        assertThat(producers.opened()).hasSize(1);
    }

    @Test
    void aLifeWithoutKafkaLeavesItAllToTheNextWhichHasAGreaterEpochEvenIfTheClockWentBack() {
        producers.refusing(true);
        start(SETTINGS);
        long firstEpochMs = publisher.epochMs();
        for (int i = 0; i < 100; i++) {
            publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", i));
        }
        patiently().until(() -> !publisher.problems().isEmpty());
        publisher.close();
        assertThat(account(EXITS).lost()).isZero();
        assertThat(publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 0)))
                .isFalse();
        assertThat(account(EXITS).lost(LossReason.CLOSED)).isOne();

        producers.refusing(false);
        nowMs.addAndGet(-3_600_000);
        start(SETTINGS);
        assertThat(publisher.epochMs()).isEqualTo(firstEpochMs + 1);
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-1", left("exit-1", 100));
        patiently().until(() -> producers.sent(EXITS).size() == 101);
        List<TelemetryPeek> sent =
                producers.sent(EXITS).stream().map(Producers::peek).toList();
        assertThat(sent.subList(0, 100)).allMatch(peek -> peek.edgeEpochMs() == firstEpochMs);
        assertThat(sent.subList(0, 100)).extracting(TelemetryPeek::sequence).isSorted();
        assertThat(sent.get(100).edgeEpochMs()).isEqualTo(firstEpochMs + 1);
        assertThat(sent.get(100).sequence()).isZero();
    }

    @Test
    void ticksKeepEveryPartitionMovingAndAreNumberedWithTheRest() {
        start(PublisherSettings.defaults().withTicks(1, List.of(Topics.TELEMETRY_ATTEMPTS)));
        patiently()
                .until(() -> producers.sent(Topics.TELEMETRY_ATTEMPTS.name()).size()
                        >= 3 * Topics.TELEMETRY_ATTEMPTS.partitions());
        Map<Integer, Long> next = new HashMap<>();
        for (ProducerRecord<byte[], byte[]> sent : producers.sent(Topics.TELEMETRY_ATTEMPTS.name())) {
            assertThat(Producers.peek(sent).sequence()).isEqualTo(next.merge(sent.partition(), 1L, Long::sum) - 1);
        }
        assertThat(next).hasSize(Topics.TELEMETRY_ATTEMPTS.partitions());
    }

    @Test
    void aRecordOnATopicWhereItHasNoPlaceIsAMistakeOfTheCaller() {
        start(SETTINGS);
        assertThatThrownBy(() -> publisher.offer(Topics.TELEMETRY_REQUESTS, "acme", left("exit-1", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ExitDisconnected has no place on fairlead.telemetry.requests");
    }

    @Test
    void recordsWithoutAHeaderGoAsTheyAre() throws Exception {
        start(SETTINGS);
        ConfigRejected rejected = ConfigRejected.newBuilder()
                .setTopic("t")
                .setKey("k")
                .setPartition(0)
                .setOffset(4)
                .setRejectedBy("edge-7")
                .setRejectedAtMs(5)
                .setAuthor("")
                .setViolations(List.of("wrong"))
                .setValue(ByteBuffer.allocate(3))
                .build();
        publisher.offer(Topics.CONFIG_REJECTED, "k", rejected);
        String topic = Topics.CONFIG_REJECTED.name();
        patiently().until(() -> producers.sent(topic).size() == 1);
        assertThat(new WireReader(SchemaDirectory.builtIn())
                        .read(producers.sent(topic).get(0).value()))
                .isEqualTo(rejected);
    }

    @Test
    void aTickCanBeReadAsATick() throws Exception {
        start(PublisherSettings.defaults().withTicks(1, List.of(Topics.TELEMETRY_EDGES)));
        patiently().until(() -> !producers.sent(Topics.TELEMETRY_EDGES.name()).isEmpty());
        assertThat(new WireReader(SchemaDirectory.builtIn())
                        .read(producers
                                .sent(Topics.TELEMETRY_EDGES.name())
                                .get(0)
                                .value()))
                .isInstanceOf(EdgeTick.class);
    }

    private void start(PublisherSettings settings) {
        start(settings, producers);
    }

    private void start(PublisherSettings settings, ProducerFactory factory) {
        InstantSource clock = () -> java.time.Instant.ofEpochMilli(nowMs.get());
        publisher = TelemetryPublisher.start("edge-7", directory, factory, settings, metrics, clock, System::nanoTime);
    }

    private TopicAccount account(String topic) {
        return publisher.accounts().stream()
                .filter(account -> account.topic().equals(topic))
                .findFirst()
                .orElseGet(() -> new TopicAccount(topic));
    }

    private static ExitDisconnected left(String exitId, long connectedMs) {
        ExitDisconnected record = new ExitDisconnected();
        record.setExitId(exitId);
        record.setLinkId("link");
        record.setAgentEpochMs(1);
        record.setReason(DisconnectReason.ANNOUNCED);
        record.setConnectedMs(connectedMs);
        record.setLinksLeft(0);
        return record;
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(10));
    }
}
