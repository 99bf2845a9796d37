package io.fairlead.lab.quality;

import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * All that was ever written to one topic, read again with every look.
 *
 * @param <T> its record
 */
final class TopicTail<T> implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Class<T> type;
    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private final List<T> all = new ArrayList<>();
    private final Map<String, T> newest = new LinkedHashMap<>();
    private final Set<String> ended = new HashSet<>();

    TopicTail(String bootstrap, TopicSpec topic, Class<T> type) {
        this.type = type;
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Every value until now, without tombstones. */
    List<T> all() throws UnreadableRecordException {
        poll();
        return all;
    }

    /** The newest value of each key. */
    Map<String, T> newest() throws UnreadableRecordException {
        poll();
        return newest;
    }

    /** Keys that were written and then taken away. */
    Set<String> ended() throws UnreadableRecordException {
        poll();
        return ended;
    }

    private void poll() throws UnreadableRecordException {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (record.value() == null) {
                newest.remove(key);
                ended.add(key);
            } else {
                T value = type.cast(reader.read(record.value()));
                all.add(value);
                newest.put(key, value);
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
