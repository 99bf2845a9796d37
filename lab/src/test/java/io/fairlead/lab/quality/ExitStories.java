package io.fairlead.lab.quality;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Tells of exits as an edge does, at the time that a clock shows. */
final class ExitStories implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, Long> sequences = new HashMap<>();
    private final String edge;
    private final InstantSource clock;
    private final long epochMs;

    ExitStories(String bootstrap, String edge) {
        this(bootstrap, edge, InstantSource.system());
    }

    ExitStories(String bootstrap, String edge, InstantSource clock) {
        this.edge = edge;
        this.clock = clock;
        epochMs = clock.millis();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void connected(String exitId) {
        tell(
                Topics.TELEMETRY_EXITS,
                exitId,
                ExitConnected.newBuilder()
                        .setHeader(header(Topics.TELEMETRY_EXITS, exitId))
                        .setExitId(exitId)
                        .setLinkId(exitId + "-1")
                        .setAgentEpochMs(epochMs)
                        .setPoolType(PoolType.RESIDENTIAL)
                        .setConsent(true)
                        .setDeclaredCapacityRequests(8)
                        .build());
    }

    void disconnected(String exitId, DisconnectReason reason) {
        tell(
                Topics.TELEMETRY_EXITS,
                exitId,
                ExitDisconnected.newBuilder()
                        .setHeader(header(Topics.TELEMETRY_EXITS, exitId))
                        .setExitId(exitId)
                        .setLinkId(exitId + "-1")
                        .setAgentEpochMs(epochMs)
                        .setReason(reason)
                        .setConnectedMs(1)
                        .setLinksLeft(0)
                        .build());
    }

    void heartbeat(String exitId, double pingMs) {
        tell(
                Topics.TELEMETRY_EXITS,
                exitId,
                ExitHeartbeat.newBuilder()
                        .setHeader(header(Topics.TELEMETRY_EXITS, exitId))
                        .setExitId(exitId)
                        .setLinkId(exitId + "-1")
                        .setAgentEpochMs(epochMs)
                        .setPoolType(PoolType.RESIDENTIAL)
                        .setPingUs((long) (pingMs * 1_000))
                        .setRunningRequests(1)
                        .setRunningHereRequests(1)
                        .setAgentCapacityRequests(8)
                        .setConsent(true)
                        .build());
    }

    void benchmark(String exitId, double totalMs) {
        tell(
                Topics.TELEMETRY_EXITS,
                exitId,
                ExitBenchmarked.newBuilder()
                        .setHeader(header(Topics.TELEMETRY_EXITS, exitId))
                        .setExitId(exitId)
                        .setTargetClass("shop")
                        .setTarget("shop.example:443")
                        .setOutcome(Outcome.OK)
                        .setLayer(FaultLayer.NONE)
                        .setConnectUs(10_000)
                        .setTotalUs((long) (totalMs * 1_000))
                        .setTrigger("schedule")
                        .build());
    }

    void attempt(String exitId, Outcome outcome, FaultLayer layer) {
        tell(
                Topics.TELEMETRY_ATTEMPTS,
                exitId,
                ProxiedAttempt.newBuilder()
                        .setHeader(header(Topics.TELEMETRY_ATTEMPTS, exitId))
                        .setRequestId("r")
                        .setAttempt(1)
                        .setPhase(AttemptPhase.COMPLETED)
                        .setTenant("acme")
                        .setPool("residential")
                        .setExitId(exitId)
                        .setPoolType(PoolType.RESIDENTIAL)
                        .setTargetClass("shop")
                        .setTargetHost("shop.example")
                        .setTargetPort(443)
                        .setProtocol(ClientProtocol.HTTP_CONNECT)
                        .setRunningAtReservationRequests(1)
                        .setCapacityAtReservationRequests(8)
                        .setConnectUs(10_000)
                        .setFirstByteUs(20_000)
                        .setTotalUs(30_000)
                        .setBytesUp(500)
                        .setBytesDown(1_000)
                        .setOutcome(outcome)
                        .setLayer(layer)
                        .build());
    }

    /** Keeps event time moving on every partition that is read. */
    void tick() {
        for (TopicSpec topic : List.of(Topics.TELEMETRY_EXITS, Topics.TELEMETRY_ATTEMPTS, Topics.TELEMETRY_OUTCOMES)) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                EdgeTick tick = new EdgeTick();
                tick.setHeader(header(topic, partition));
                producer.send(new ProducerRecord<>(topic.name(), partition, null, WireEncoder.encode(tick)));
            }
        }
        producer.flush();
    }

    /** Says something on a topic of config. */
    void config(TopicSpec topic, String key, SpecificRecord record) {
        producer.send(
                new ProducerRecord<>(topic.name(), key.getBytes(StandardCharsets.UTF_8), WireEncoder.encode(record)));
        producer.flush();
    }

    void rubbish(TopicSpec topic, byte[] value) {
        producer.send(new ProducerRecord<>(topic.name(), 0, null, value));
        producer.flush();
    }

    static SpecificRecord policy(io.fairlead.model.policy.Policy policy) {
        return policy(policy, 1);
    }

    static SpecificRecord policy(io.fairlead.model.policy.Policy policy, long revision) {
        return PolicyRecords.write(policy, new Authorship("ann", "a test", System.currentTimeMillis(), revision));
    }

    private void tell(TopicSpec topic, String exitId, SpecificRecord record) {
        producer.send(new ProducerRecord<>(
                topic.name(),
                partition(topic, exitId),
                exitId.getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(record)));
    }

    private TelemetryHeader header(TopicSpec topic, String exitId) {
        return header(topic, partition(topic, exitId));
    }

    private TelemetryHeader header(TopicSpec topic, int partition) {
        long sequence = sequences.merge(topic.name() + "/" + partition, 1L, Long::sum) - 1;
        return new TelemetryHeader(edge, epochMs, partition, sequence, clock.millis());
    }

    private static int partition(TopicSpec topic, String exitId) {
        return Math.floorMod(exitId.hashCode(), topic.partitions());
    }

    @Override
    public void close() {
        producer.close();
    }
}
