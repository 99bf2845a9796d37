package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Hears a job's heartbeats, as edges do. */
final class JobPulse implements AutoCloseable {

    private static final TopicPartition HEARTBEATS = new TopicPartition(Topics.DECISIONS_HEARTBEATS.name(), 0);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int ANSWER_MS = 10_000;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());

    /**
     * @param client properties of a Kafka client
     * @throws UserError if Kafka does not answer, or has no such topic
     */
    JobPulse(Map<String, Object> client) {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put("default.api.timeout.ms", ANSWER_MS);
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            consumer.assign(List.of(HEARTBEATS));
            fromNow();
        } catch (KafkaException e) {
            consumer.close();
            throw new UserError(
                    "Heartbeats can't be read from Kafka at " + client.get("bootstrap.servers") + ": " + e.getMessage()
                            + ". Give its address (--bootstrap-servers), or do without them (--without-heartbeats).",
                    e);
        }
    }

    /** What was told until now does not count. */
    void fromNow() {
        consumer.seekToEnd(List.of(HEARTBEATS));
        consumer.position(HEARTBEATS);
    }

    /** Whether so many heartbeats of a job come within a time. */
    boolean hears(String job, int beats, Duration limit) {
        long beganNs = System.nanoTime();
        int heard = 0;
        while (heard < beats && System.nanoTime() - beganNs < limit.toNanos()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                heard += isOf(job, record) ? 1 : 0;
            }
        }
        return heard >= beats;
    }

    private boolean isOf(String job, ConsumerRecord<byte[], byte[]> record) {
        try {
            return record.value() != null
                    && reader.read(record.value()) instanceof JobHeartbeat heartbeat
                    && heartbeat.getJob().equals(job);
        } catch (UnreadableRecordException e) {
            return false; // of another version's job; it counts for none of ours
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
