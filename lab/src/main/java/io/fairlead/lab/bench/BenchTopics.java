package io.fairlead.lab.bench;

import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The topics of the contract on a bench's own broker, filled before anything is measured. */
public final class BenchTopics {

    private static final Set<String> COUNTED = Set.of(Topics.TELEMETRY_EXITS.name(), Topics.TELEMETRY_ATTEMPTS.name());
    private static final int LOOK_EVERY_MS = 100;

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
        fill(Topics.TELEMETRY_ATTEMPTS, Stream.generate(sample::next).limit(attempts));
    }

    /**
     * Telemetry onto its topic, each record to the partition that its header names.
     *
     * @throws IOException if not all were taken
     */
    void fill(TopicSpec topic, Stream<? extends SpecificRecord> records) throws IOException {
        try (Sender sender = new Sender(topic)) {
            records.forEachOrdered(sender::send);
            sender.check();
        }
    }

    /**
     * Decisions or config onto their topic of one partition.
     *
     * @throws IOException if not all were taken
     */
    <R extends SpecificRecord> void fillKeyed(TopicSpec topic, Stream<R> records, Function<R, String> key)
            throws IOException {
        try (Sender sender = new Sender(topic)) {
            records.forEachOrdered(
                    record -> sender.send(0, key.apply(record).getBytes(StandardCharsets.UTF_8), record));
            sender.check();
        }
    }

    /**
     * One record onto a topic of config.
     *
     * @throws IOException if it was not taken
     */
    void put(TopicSpec topic, String key, SpecificRecord record) throws IOException {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            topic.name(), key.getBytes(StandardCharsets.UTF_8), WireEncoder.encode(record)))
                    .get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException("The broker did not take " + key + " on " + topic.name() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Telemetry of one kind at a rate, on a thread of its own until it is closed.
     *
     * @param rate a second
     */
    Trickle trickle(TopicSpec topic, int rate, Supplier<? extends SpecificRecord> records) {
        return new Trickle(new Sender(topic), rate, records);
    }

    /**
     * Attempts at a rate, on a thread of its own until it is closed.
     *
     * @param rate a second
     */
    Trickle trickle(int rate, AttemptSample sample) {
        return new Trickle(new Sender(Topics.TELEMETRY_ATTEMPTS), rate, sample::next);
    }

    /**
     * Waits until a job has read all that stands on the topics of exits and attempts, as its checkpoints say.
     *
     * @throws IOException if it has not within the limit
     */
    void awaitRead(String group, Duration limit) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        try (Admin admin = Admin.create(kafka)) {
            long all = written(admin);
            long read = 0;
            while (read < all) {
                if (System.nanoTime() > deadlineNanos) {
                    throw new IOException(
                            "Only " + read + " of " + all + " records were read within " + limit.toMinutes() + " min.");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
                read = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                        .filter(each -> COUNTED.contains(each.getKey().topic()))
                        .mapToLong(each -> each.getValue().offset())
                        .sum();
            }
        } catch (ExecutionException e) {
            throw new IOException("The broker does not say how far the group " + group + " is: " + e.getMessage(), e);
        }
    }

    private static long written(Admin admin) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (TopicSpec topic : List.of(Topics.TELEMETRY_EXITS, Topics.TELEMETRY_ATTEMPTS)) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
            }
        }
        return admin.listOffsets(ends).all().get().values().stream()
                .mapToLong(ListOffsetsResult.ListOffsetsResultInfo::offset)
                .sum();
    }

    /** A producer for one topic that remembers what was refused. */
    final class Sender implements AutoCloseable {

        private final KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
        private final AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
        private final TopicSpec topic;

        Sender(TopicSpec topic) {
            this.topic = topic;
        }

        /** @param record whose first field is a header */
        void send(SpecificRecord record) {
            send(((TelemetryHeader) record.get(0)).getPartition(), null, record);
        }

        void send(int partition, byte @Nullable [] key, SpecificRecord record) {
            producer.send(
                    new ProducerRecord<>(topic.name(), partition, key, WireEncoder.encode(record)),
                    (placed, failure) -> {
                        if (failure != null) {
                            refused.set(failure);
                        }
                    });
        }

        /** @throws IOException if one was refused so far, all of which are on the broker or refused now */
        void check() throws IOException {
            producer.flush();
            Exception failure = refused.get();
            if (failure != null) {
                throw new IOException(
                        "The broker refused records of " + topic.name() + ": " + failure.getMessage(), failure);
            }
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
