package io.fairlead.lab.facts;

import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes telemetry as an edge does: numbered by topic and partition, and, as an edge that retries, some of it twice. */
final class TelemetryWriter implements AutoCloseable {

    private static final String EDGE = "edge-1";

    private final KafkaProducer<byte[], byte[]> producer;
    private final SplittableRandom random = new SplittableRandom(7);
    private final Map<String, Long> sequences = new HashMap<>();
    private final long epochMs;
    private final long startMs;
    private long requests;
    private long attempts;
    private long duplicates;

    TelemetryWriter(String bootstrap, long nowMs) {
        epochMs = nowMs - 10_000;
        startMs = nowMs;
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("acks", "all");
        properties.put("linger.ms", "5");
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static void createTopics(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            List<NewTopic> topics = Topics.all().stream()
                    .map(topic -> new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.settings()))
                    .toList();
            admin.createTopics(topics).all().get();
        }
    }

    /** Requests with one or two attempts each, a tick now and then; one record of twenty is sent twice. */
    void write(int more) {
        for (int i = 0; i < more; i++) {
            String id = "r" + requests++;
            int tries = 1 + random.nextInt(2);
            for (int attempt = 1; attempt <= tries; attempt++) {
                send(Topics.TELEMETRY_ATTEMPTS, attempt(id, attempt, attempt == tries));
                attempts++;
            }
            send(Topics.TELEMETRY_REQUESTS, request(id, tries));
            if (i % 50 == 0) {
                EdgeTick tick = new EdgeTick();
                tick.setHeader(header(Topics.TELEMETRY_ATTEMPTS));
                send(Topics.TELEMETRY_ATTEMPTS, tick);
            }
        }
        producer.flush();
    }

    void rubbish(TopicSpec topic, byte[] value) {
        producer.send(new ProducerRecord<>(topic.name(), 0, null, value));
        producer.flush();
    }

    long requests() {
        return requests;
    }

    long attempts() {
        return attempts;
    }

    long duplicates() {
        return duplicates;
    }

    /** How many records have been numbered, on all topics and partitions. */
    long numbered() {
        return sequences.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void close() {
        producer.close();
    }

    private void send(TopicSpec topic, SpecificRecord record) {
        TelemetryHeader header = (TelemetryHeader) record.get(0);
        byte[] value = WireEncoder.encode(record);
        int times = random.nextInt(20) == 0 ? 2 : 1;
        duplicates += times - 1;
        for (int i = 0; i < times; i++) {
            producer.send(new ProducerRecord<>(topic.name(), header.getPartition(), null, value));
        }
    }

    private TelemetryHeader header(TopicSpec topic) {
        int partition = random.nextInt(topic.partitions());
        long sequence = sequences.merge(topic.name() + "/" + partition, 1L, Long::sum) - 1;
        return new TelemetryHeader(EDGE, epochMs, partition, sequence, startMs + requests);
    }

    private ProxiedAttempt attempt(String id, int attempt, boolean last) {
        return ProxiedAttempt.newBuilder()
                .setHeader(header(Topics.TELEMETRY_ATTEMPTS))
                .setRequestId(id)
                .setAttempt(attempt)
                .setPhase(AttemptPhase.COMPLETED)
                .setTenant("acme")
                .setPool("residential")
                .setExitId("exit-" + random.nextInt(24))
                .setPoolType(PoolType.RESIDENTIAL)
                .setTargetClass("shop")
                .setTargetHost("shop.example")
                .setTargetPort(443)
                .setProtocol(ClientProtocol.HTTP_CONNECT)
                .setRunningAtReservationRequests(1)
                .setCapacityAtReservationRequests(8)
                .setConnectUs(random.nextInt(100_000))
                .setFirstByteUs(random.nextInt(200_000))
                .setTotalUs(random.nextInt(300_000))
                .setBytesUp(500)
                .setBytesDown(random.nextInt(100_000))
                .setOutcome(last ? Outcome.OK : Outcome.CONNECTION_TIMEOUT)
                .setLayer(last ? FaultLayer.NONE : FaultLayer.EXIT)
                .build();
    }

    private ProxiedRequest request(String id, int tries) {
        return ProxiedRequest.newBuilder()
                .setHeader(header(Topics.TELEMETRY_REQUESTS))
                .setRequestId(id)
                .setTenant("acme")
                .setPool("residential")
                .setProtocol(ClientProtocol.HTTP_CONNECT)
                .setTargetClass("shop")
                .setTargetHost("shop.example")
                .setTargetPort(443)
                .setExitIds(tries == 1 ? List.of("exit-1") : List.of("exit-1", "exit-2"))
                .setCandidates(24)
                .setPickPolicy("best")
                .setLocalScoring(false)
                .setQueueUs(10)
                .setConnectUs(50_000)
                .setFirstByteUs(90_000)
                .setTotalUs(random.nextInt(300_000))
                .setBytesUp(500)
                .setBytesDown(random.nextInt(100_000))
                .setOutcome(Outcome.OK)
                .setLayer(FaultLayer.NONE)
                .build();
    }
}
