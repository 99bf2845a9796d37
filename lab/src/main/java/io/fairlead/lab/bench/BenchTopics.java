package io.fairlead.lab.bench;

import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of the contract on a bench's own broker, filled before anything is measured. */
final class BenchTopics {

    private final Map<String, Object> kafka;

    BenchTopics(String bootstrap) {
        this.kafka = Map.of(
                "bootstrap.servers", bootstrap, "linger.ms", "20", "batch.size", "262144", "compression.type", "lz4");
    }

    void create() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka)) {
            admin.createTopics(Topics.all().stream()
                            .map(topic ->
                                    new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.settings()))
                            .toList())
                    .all()
                    .get();
        }
    }

    /** Attempts onto their topic, each to the partition its header names. */
    void fillAttempts(int attempts, AttemptSample sample) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < attempts; i++) {
                ProxiedAttempt attempt = sample.next();
                producer.send(new ProducerRecord<>(
                        Topics.TELEMETRY_ATTEMPTS.name(),
                        attempt.getHeader().getPartition(),
                        null,
                        WireEncoder.encode(attempt)));
            }
        }
    }
}
