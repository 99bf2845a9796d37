package io.fairlead.lab.bench;

import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The topics of the contract on a bench's own broker, filled before anything is measured. */
public final class BenchTopics {

    private final Map<String, Object> kafka;

    public BenchTopics(String bootstrap) {
        this.kafka = Map.of(
                "bootstrap.servers",
                bootstrap,
                "linger.ms",
                "20",
                "batch.size",
                "262144",
                "compression.type",
                "lz4",
                // The first numbered batches to a topic just made can be refused for two minutes; one more or less is
                // no matter.
                "enable.idempotence",
                "false");
    }

    public void create() throws ExecutionException, InterruptedException {
        create((short) 1);
    }

    /** @param replicas of each partition */
    public void create(short replicas) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka)) {
            admin.createTopics(Topics.all().stream()
                            .map(topic ->
                                    new NewTopic(topic.name(), topic.partitions(), replicas).configs(topic.settings()))
                            .toList())
                    .all()
                    .get();
        }
    }

    /**
     * Attempts onto their topic, each to the partition its header names.
     *
     * @throws IOException if not all were taken
     */
    void fillAttempts(int attempts, AttemptSample sample) throws IOException {
        AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < attempts; i++) {
                ProxiedAttempt attempt = sample.next();
                producer.send(
                        new ProducerRecord<>(
                                Topics.TELEMETRY_ATTEMPTS.name(),
                                attempt.getHeader().getPartition(),
                                null,
                                WireEncoder.encode(attempt)),
                        (placed, failure) -> {
                            if (failure != null) {
                                refused.set(failure);
                            }
                        });
            }
        }
        Exception failure = refused.get();
        if (failure != null) {
            throw new IOException("The broker refused attempts: " + failure.getMessage(), failure);
        }
    }
}
