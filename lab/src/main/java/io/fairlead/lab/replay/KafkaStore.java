package io.fairlead.lab.replay;

import io.fairlead.cli.UserError;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.Recording;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Telemetry on the topics of a Kafka cluster, as far back as they reach. */
final class KafkaStore implements Store {

    private static final List<TopicSpec> TOPICS = List.of(
            Topics.TELEMETRY_EXITS, Topics.TELEMETRY_ATTEMPTS, Topics.TELEMETRY_OUTCOMES, Topics.TELEMETRY_EDGES);
    private static final int PATIENCE_MS = 10_000;
    private static final int QUEUE_MAX = 20_000;
    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> client;
    private final String address;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions = new ArrayList<>();

    KafkaStore(Map<String, Object> client) {
        this.client = client;
        this.address = String.valueOf(client.get("bootstrap.servers"));
        Map<String, Object> properties = new HashMap<>(client);
        properties.put("isolation.level", "read_committed");
        properties.put("default.api.timeout.ms", PATIENCE_MS);
        try {
            consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw unreachable(e);
        }
        for (TopicSpec topic : TOPICS) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                partitions.add(new TopicPartition(topic.name(), partition));
            }
        }
    }

    @Override
    public String name() {
        return "Kafka at " + address;
    }

    @Override
    public void copy(long fromMs, long toMs, long recordsMax, Recording.Writer to) throws IOException {
        try {
            Map<TopicPartition, Long> ends = offsets(toMs);
            consumer.assign(partitions);
            offsets(fromMs).forEach(consumer::seek);
            merge(ends, recordsMax, to);
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    /** The offset of the first record from a time on, or else the end. */
    private Map<TopicPartition, Long> offsets(long atMs) {
        Map<TopicPartition, Long> found = new HashMap<>(consumer.endOffsets(partitions));
        Map<TopicPartition, OffsetAndTimestamp> first = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(each -> each, each -> Math.max(0, atMs))));
        first.forEach((partition, offset) -> {
            if (offset != null) {
                found.put(partition, offset.offset());
            }
        });
        return found;
    }

    /** Partitions are each in order; what comes next is the oldest of their first records. */
    private void merge(Map<TopicPartition, Long> ends, long recordsMax, Recording.Writer to) throws IOException {
        Map<TopicPartition, ArrayDeque<RawRecord>> queues = new HashMap<>();
        partitions.forEach(partition -> queues.put(partition, new ArrayDeque<>()));
        Set<TopicPartition> open = new HashSet<>(partitions);
        open.removeIf(partition -> done(partition, ends));
        while (true) {
            while (open.stream()
                    .noneMatch(partition -> waiting(queues, partition).isEmpty())) {
                RawRecord next = queues.values().stream()
                        .filter(queue -> !queue.isEmpty())
                        .min(Comparator.comparingLong(queue -> queue.element().brokerTimeMs()))
                        .map(ArrayDeque::remove)
                        .orElse(null);
                if (next == null) {
                    return;
                }
                if (to.records() >= recordsMax) {
                    throw tooMany(recordsMax);
                }
                to.write(next);
            }
            consumer.pause(open.stream()
                    .filter(partition -> waiting(queues, partition).size() > QUEUE_MAX)
                    .toList());
            consumer.resume(open.stream()
                    .filter(partition -> waiting(queues, partition).size() <= QUEUE_MAX)
                    .toList());
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (record.offset() < ends.getOrDefault(partition, 0L)) {
                    waiting(queues, partition).add(raw(record));
                }
            }
            open.removeIf(partition -> done(partition, ends));
        }
    }

    private static ArrayDeque<RawRecord> waiting(
            Map<TopicPartition, ArrayDeque<RawRecord>> queues, TopicPartition partition) {
        return queues.computeIfAbsent(partition, p -> new ArrayDeque<>());
    }

    private boolean done(TopicPartition partition, Map<TopicPartition, Long> ends) {
        return consumer.position(partition) >= ends.getOrDefault(partition, 0L);
    }

    static UserError tooMany(long recordsMax) {
        return new UserError("There are more than " + recordsMax
                + " records from --from, less --warm-up, to --to; ask for less, or raise --max-records.");
    }

    private static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        return new RawRecord(
                record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(), record.value());
    }

    @Override
    public List<RawRecord> policies(long atMs) {
        return new ConfigStore(client)
                .read(Topics.CONFIG_POLICIES).values().stream()
                        .sorted(Comparator.comparingLong(entry -> entry.offset()))
                        .map(entry -> new RawRecord(
                                Topics.CONFIG_POLICIES.name(),
                                0,
                                entry.offset(),
                                entry.authorship().getWrittenAtMs(),
                                entry.key().getBytes(StandardCharsets.UTF_8),
                                WireEncoder.encode(entry.value())))
                        .toList();
    }

    @Override
    public String oldest() {
        try {
            @Nullable Long oldestMs = null;
            for (OffsetAndTimestamp each : consumer.offsetsForTimes(
                            partitions.stream().collect(Collectors.toMap(p -> p, p -> 0L)))
                    .values()) {
                if (each != null && (oldestMs == null || each.timestamp() < oldestMs)) {
                    oldestMs = each.timestamp();
                }
            }
            return oldestMs == null ? "" : Instant.ofEpochMilli(oldestMs).toString();
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    private UserError unreachable(KafkaException e) {
        return new UserError(
                name() + " can't be read: " + e.getMessage()
                        + ". Is that its address (--kafka), and are its topics there (fairlead topics apply)?",
                e);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
