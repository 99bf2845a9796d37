package io.fairlead.lab.bench.kill;

import io.fairlead.lab.bench.AttemptSample;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What an edge tells: attempts at an even rate, numbered, each acknowledged by two brokers at least; and of one exit after the other that it takes requests, or no more, so that there
 * is something to decide all the time.
 */
final class Feed implements AutoCloseable {

    static final int EXITS = 200;

    private static final long TICK_MS = 20;

    private final KafkaProducer<byte[], byte[]> producer;
    private final AttemptSample sample;
    private final InstantSource clock;
    private final int perTick;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
    private final long epochMs;
    private long ticks;
    private volatile boolean paused;

    Feed(String bootstrap, AttemptSample sample, int perSecond, InstantSource clock) {
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrap,
                        "acks", "all",
                        "enable.idempotence", "true",
                        "linger.ms", "5",
                        "compression.type", "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.sample = sample;
        this.clock = clock;
        this.epochMs = clock.millis();
        this.perTick = (int) Math.max(1, perSecond * TICK_MS / 1_000);
        ticker.scheduleAtFixedRate(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    }

    private synchronized void tick() {
        for (int i = 0; !paused && i < perTick; i++) {
            ProxiedAttempt attempt = sample.next();
            attempt.getHeader().setObservedAtMs(clock.millis());
            send(Topics.TELEMETRY_ATTEMPTS, attempt.getHeader().getPartition(), attempt, acknowledged::incrementAndGet);
        }
        if (!paused) {
            heartbeat((int) (ticks++ % EXITS), clock.millis());
        }
    }

    private void heartbeat(int exit, long nowMs) {
        boolean free = ticks / EXITS % 2 == 0;
        ExitHeartbeat heartbeat = ExitHeartbeat.newBuilder()
                .setHeader(new TelemetryHeader("edge-1", epochMs, 0, ticks, nowMs))
                .setExitId("exit-" + exit)
                .setLinkId("exit-" + exit + "-1")
                .setAgentEpochMs(1)
                .setPoolType(PoolType.RESIDENTIAL)
                .setAsn(3_000 + exit)
                .setPingUs(30_000)
                .setRunningRequests(1)
                .setRunningHereRequests(1)
                .setConsent(true)
                .setObjection(free ? "" : "its owner uses the device")
                .build();
        send(Topics.TELEMETRY_EXITS, 0, heartbeat, () -> {});
    }

    private void send(TopicSpec topic, int partition, SpecificRecord record, Runnable taken) {
        producer.send(
                new ProducerRecord<>(topic.name(), partition, null, WireEncoder.encode(record)), (placed, failure) -> {
                    if (failure == null) {
                        taken.run();
                    } else {
                        refused.set(failure);
                    }
                });
    }

    /**
     * Stops, and waits until all is acknowledged.
     *
     * @return how many were, since the start
     * @throws IllegalStateException when the brokers did not take one
     */
    long pause() {
        paused = true;
        synchronized (this) {
            producer.flush();
        }
        Exception failure = refused.get();
        if (failure != null) {
            throw new IllegalStateException("The brokers did not take an attempt: " + failure.getMessage(), failure);
        }
        return acknowledged.get();
    }

    void goOn() {
        paused = false;
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        producer.close();
    }
}
