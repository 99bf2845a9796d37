package io.fairlead.lab.bench.kill;

import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads decisions about exits as an edge would, on a thread of its own, and remembers up to when events are in them. It needs exits that change all the time ({@link Feed}): of others
 * nothing is told. Heartbeats do not count: a job may say that it lives and decide nothing.
 */
final class Told implements AutoCloseable {

    private final Thread reader = new Thread(this::read, "decisions");
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong newestEventMs = new AtomicLong();
    private final AtomicLong longestGapMs = new AtomicLong();
    private final AtomicLong decisions = new AtomicLong();
    private final InstantSource clock;
    private final String bootstrap;

    Told(String bootstrap, InstantSource clock) {
        this.clock = clock;
        this.bootstrap = bootstrap;
        reader.setDaemon(true);
        reader.start();
    }

    /** Up to when what edges saw has been decided upon, ms since the Unix epoch; 0: nothing yet. */
    long newestEventMs() {
        return newestEventMs.get();
    }

    /** Forgets the gaps before. */
    void beginGaps() {
        longestGapMs.set(0);
    }

    /** The longest since then for which the newest that was decided upon lay back, ms, when something newer came: how long edges had nothing newer. */
    long longestGapMs() {
        return longestGapMs.get();
    }

    long decisions() {
        return decisions.get();
    }

    private void read() {
        WireReader decoder = new WireReader(SchemaDirectory.builtIn());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "group.id",
                        "kill-" + UUID.randomUUID(),
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(Topics.DECISIONS_EXITS.name()));
            while (closed.getCount() > 0) {
                for (ConsumerRecord<byte[], byte[]> told : consumer.poll(Duration.ofMillis(100))) {
                    if (told.value() != null) {
                        take(decoder.read(told.value()));
                    }
                }
            }
        } catch (UnreadableRecordException e) {
            throw new IllegalStateException("A decision can't be read", e);
        }
    }

    private void take(SpecificRecord record) {
        if (record instanceof ExitScore score) {
            decisions.incrementAndGet();
            progress(score.getTriggerObservedAtMs());
        }
    }

    private void progress(long eventMs) {
        long before = newestEventMs.get();
        if (eventMs > before) {
            newestEventMs.set(eventMs);
            if (before > 0) {
                longestGapMs.accumulateAndGet(clock.millis() - before, Math::max);
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            reader.join(10_000);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
