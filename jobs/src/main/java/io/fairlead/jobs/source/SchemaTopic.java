package io.fairlead.jobs.source;

import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic of writer schemas into a directory. The topic is small and compacted, and an unknown fingerprint is
 * rare: it is read when one turns up, from its beginning to its end, and not followed.
 */
public final class SchemaTopic {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaTopic.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int EMPTY_POLLS_MAX = 20;

    private SchemaTopic() {}

    /**
     * Takes in every schema that stands on the topic now. Waits up to ten seconds for the broker; what it did not give
     * by then is missing, and said in the log.
     */
    public static void readInto(SchemaDirectory directory, String bootstrapServers, Properties clientProperties) {
        Properties properties = new Properties();
        properties.put("default.api.timeout.ms", "10000");
        properties.putAll(clientProperties);
        properties.put("bootstrap.servers", bootstrapServers);
        properties.put("isolation.level", "read_committed");
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(Topics.SCHEMAS.name(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            int empty = 0;
            while (consumer.position(partition) < end && empty < EMPTY_POLLS_MAX) {
                int learned = 0;
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    learn(directory, record);
                    learned++;
                }
                empty = learned == 0 ? empty + 1 : 0;
            }
        } catch (TimeoutException e) {
            LOG.warn("The topic {} did not answer: {}", Topics.SCHEMAS.name(), e.getMessage());
        }
    }

    private static void learn(SchemaDirectory directory, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            directory.learn(new String(record.value(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            LOG.warn("{} at offset {}: {}", Topics.SCHEMAS.name(), record.offset(), e.getMessage());
        }
    }
}
