package io.fairlead.lab.edge;

import io.fairlead.cli.topics.TopicApplier;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.TelemetryPeek;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A broker with the catalogue applied, what others write there, and what can be read from it. */
final class EdgeBroker implements AutoCloseable {

    private final KafkaProcess kafka;
    private final KafkaProducer<byte[], byte[]> others;

    private EdgeBroker(KafkaProcess kafka) {
        this.kafka = kafka;
        this.others = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "reconnect.backoff.max.ms", "500"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    static EdgeBroker start(Path directory) throws Exception {
        EdgeBroker broker = new EdgeBroker(KafkaProcess.start(directory, KafkaProcess.Options.defaults()));
        try (TopicApplier topics = new TopicApplier(Map.of("bootstrap.servers", broker.bootstrap()))) {
            topics.apply(topics.plan(), (short) 1);
        }
        return broker;
    }

    String bootstrap() {
        return kafka.bootstrap();
    }

    void kill() {
        kafka.kill();
    }

    void restart() throws Exception {
        kafka.restart();
    }

    @Override
    public void close() {
        others.close(Duration.ZERO);
        kafka.close();
    }

    /** Writes a record, null to delete the key, and waits for it to stand. */
    void write(TopicSpec topic, String key, SpecificRecord record) throws Exception {
        write(topic, key, record == null ? null : WireEncoder.encode(record));
    }

    void write(TopicSpec topic, String key, byte[] value) throws Exception {
        others.send(new ProducerRecord<>(topic.name(), key.getBytes(StandardCharsets.UTF_8), value))
                .get(60, TimeUnit.SECONDS);
    }

    /** All records of a topic, in the order of each partition. */
    List<ConsumerRecord<byte[], byte[]>> read(TopicSpec topic) {
        List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            patiently().until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(read::add);
                return partitions.stream().allMatch(each -> consumer.position(each) >= ends.get(each));
            });
        }
        return read;
    }

    /** Sequences that one life of an edge has on a topic, by partition, as they stand. */
    Map<Integer, List<Long>> sequences(TopicSpec topic, String edgeId, long epochMs) throws UnreadableRecordException {
        Map<Integer, List<Long>> lanes = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> record : read(topic)) {
            TelemetryPeek peek = TelemetryPeek.peek(record.value());
            if (peek.edgeId().equals(edgeId) && peek.edgeEpochMs() == epochMs) {
                if (peek.partition() != record.partition()) {
                    throw new AssertionError("partition " + record.partition() + " has " + peek);
                }
                lanes.computeIfAbsent(record.partition(), none -> new ArrayList<>())
                        .add(peek.sequence());
            }
        }
        return lanes;
    }

    static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(50));
    }
}
