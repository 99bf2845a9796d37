package io.fairlead.cli.doctor;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What edges have told of themselves within the last {@link #LATELY}, as it stands on the topic. */
final class EdgeReports {

    static final Duration LATELY = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Map<String, Object> client;

    /** @param arrivedAtMs by the broker's clock */
    record Heard(EdgeReport report, long arrivedAtMs) {}

    EdgeReports(Map<String, Object> client) {
        this.client = client;
    }

    /**
     * By edge, oldest first. Reports that were spooled and came late are not among them if they arrived earlier.
     *
     * @param nowMs ms since the Unix epoch
     */
    Map<String, List<Heard>> since(long nowMs) {
        Map<String, List<Heard>> byEdge = new TreeMap<>();
        Map<String, Object> properties = new HashMap<>(client);
        properties.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<TopicPartition, Long> left = from(consumer, nowMs - LATELY.toMillis());
            WireReader reader = new WireReader(SchemaDirectory.builtIn());
            long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
            while (!left.isEmpty()) {
                if (System.nanoTime() > giveUpNanos) {
                    throw new UserError("reports of edges could not be read within " + PATIENCE.toSeconds() + " s");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    EdgeReport report = report(reader, record.value());
                    if (report != null) {
                        byEdge.computeIfAbsent(report.getHeader().getEdgeId(), edge -> new ArrayList<>())
                                .add(new Heard(report, record.timestamp()));
                    }
                }
                left.entrySet().removeIf(each -> consumer.position(each.getKey()) >= each.getValue());
            }
        }
        byEdge.values()
                .forEach(heard -> heard.sort(java.util.Comparator.comparingLong(
                        each -> each.report().getHeader().getSequence())));
        return byEdge;
    }

    /** Seeks to that time; ends of the partitions that have anything since. */
    private static Map<TopicPartition, Long> from(KafkaConsumer<byte[], byte[]> consumer, long fromMs) {
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.TELEMETRY_EDGES.name()).stream()
                .map(each -> new TopicPartition(each.topic(), each.partition()))
                .toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> asked = new HashMap<>();
        partitions.forEach(each -> asked.put(each, fromMs));
        Map<TopicPartition, OffsetAndTimestamp> begins = consumer.offsetsForTimes(asked);
        Map<TopicPartition, Long> left = new HashMap<>();
        consumer.endOffsets(partitions).forEach((partition, end) -> {
            OffsetAndTimestamp begin = begins.get(partition);
            consumer.seek(partition, begin == null ? end : begin.offset());
            if (begin != null && begin.offset() < end) {
                left.put(partition, end);
            }
        });
        return left;
    }

    /** Null: something else, or of a schema that this version does not know, which jobs tell in dead letters. */
    private static @org.jspecify.annotations.Nullable EdgeReport report(WireReader reader, byte[] value) {
        try {
            return reader.read(value) instanceof EdgeReport report ? report : null;
        } catch (UnreadableRecordException foreign) {
            return null;
        }
    }
}
