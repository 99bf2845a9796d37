package io.fairlead.edge.publish;

import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.Contract;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer: takes what was told from the queue, numbers and encodes it, appends it to the spool, and keeps the delivery
 * going. It owns all of these; everything here runs on its one thread.
 *
 * <p>Nobody wakes it: it looks every {@value #NAP_MS} ms, so that telling costs an event loop no system call.
 */
final class PublisherLoop implements Runnable, Spool.Ledger {

    private static final Logger LOG = LoggerFactory.getLogger(PublisherLoop.class);
    private static final int NAP_MS = 5;
    private static final int RECORDS_A_TURN = 4_096;
    private static final long SAVE_MS = 1_000;

    /** Key and value; the rest of what a record may be is for Kafka's own framing. */
    static final int RECORD_BYTES_MAX = TopicSpec.RECORD_BYTES_MAX - 1_024;

    private final OfferQueue queue;
    private final TopicAccounts accounts;
    private final PublisherSettings settings;
    private final LaneNumbers numbers;
    private final Spool spool;
    private final Delivery delivery;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Set<Class<?>> announced = new HashSet<>();
    private final Set<Class<?>> complained = new HashSet<>();
    private final AtomicLong faults = new AtomicLong();
    private long tickedNanos;
    private long savedNanos;
    private volatile boolean closing;

    PublisherLoop(
            OfferQueue queue,
            TopicAccounts accounts,
            PublisherSettings settings,
            LaneNumbers numbers,
            ProducerFactory producers,
            Path directory,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.queue = queue;
        this.accounts = accounts;
        this.settings = settings;
        this.numbers = numbers;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.spool = new Spool(directory, settings, nanoClock, this);
        this.delivery = new Delivery(producers, spool, accounts, settings, nanoClock);
    }

    @Override
    public void run() {
        spool.open();
        tickedNanos = nanoClock.getAsLong();
        savedNanos = tickedNanos;
        while (!closing) {
            if (!turnSafely()) {
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(NAP_MS));
            }
        }
        finish();
    }

    private boolean turnSafely() {
        try {
            return turn();
        } catch (RuntimeException e) {
            if (faults.getAndIncrement() == 0) {
                LOG.error("The telemetry writer has met a fault and goes on; further ones are only counted.", e);
            }
            return false;
        }
    }

    private boolean turn() {
        // Read before the queue is: a tick must not be later than a record that still waits there.
        long observedAtMs = clock.millis();
        boolean drained = drain();
        if (drained) {
            tick(observedAtMs);
        }
        spool.flush();
        boolean delivered = delivery.turn();
        saveFrontier();
        return delivered || !drained;
    }

    // ---- encoding

    /** True when nothing is left in the queue. */
    private boolean drain() {
        for (int taken = 0; taken < RECORDS_A_TURN; taken++) {
            Offered offered = queue.poll();
            if (offered == null) {
                return true;
            }
            spool(offered);
        }
        return false;
    }

    private void spool(Offered offered) {
        byte[] key = offered.key().getBytes(StandardCharsets.UTF_8);
        // As Kafka's own partitioner, over the partitions of the catalogue.
        int partition = Utils.toPositive(Utils.murmur2(key)) % offered.topic().partitions();
        if (offered.numbered()) {
            offered.record().put(0, numbers.header(offered.topic(), partition, offered.observedAtMs()));
        }
        append(offered.account(), offered.topic(), partition, key, offered.record(), offered.numbered());
    }

    private void append(
            TopicAccount account, TopicSpec topic, int partition, byte[] key, SpecificRecord record, boolean numbered) {
        byte[] value;
        try {
            value = WireEncoder.encode(record);
        } catch (RuntimeException e) {
            account.wasLost(LossReason.INVALID);
            if (complained.add(record.getClass())) {
                LOG.warn("A record for {} is lost; its like are only counted from here on.", topic.name(), e);
            }
            return;
        }
        if (key.length + value.length > RECORD_BYTES_MAX) {
            account.wasLost(LossReason.TOO_LARGE);
            LOG.warn(
                    "A {} of {} bytes for {} is lost; a record may have {}.",
                    record.getSchema().getName(),
                    value.length,
                    topic.name(),
                    RECORD_BYTES_MAX);
            return;
        }
        if (announced.add(record.getClass())) {
            announce(record);
        }
        keep(account, new SpooledRecord(topic.name(), partition, key, value));
        if (numbered) {
            numbers.taken(topic, partition);
        }
    }

    /** The writer's schema goes ahead of the first record. */
    private void announce(SpecificRecord record) {
        Schema schema = Contract.schema(record.getClass());
        TopicAccount account = accounts.of(Topics.SCHEMAS.name());
        account.wasOffered();
        keep(
                account,
                new SpooledRecord(
                        Topics.SCHEMAS.name(),
                        0,
                        SchemaDirectory.key(schema).getBytes(StandardCharsets.UTF_8),
                        schema.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private void keep(TopicAccount account, SpooledRecord record) {
        account.wasSpooled(record.frameBytes());
        spool.append(record);
    }

    // ---- ticks

    private void tick(long observedAtMs) {
        long now = nanoClock.getAsLong();
        if (now - tickedNanos < TimeUnit.MILLISECONDS.toNanos(settings.tickIntervalMs())) {
            return;
        }
        tickedNanos = now;
        if (delivery.away()) {
            return; // nobody waits for it, and behind a backlog it would only take room
        }
        for (TopicSpec topic : settings.tickedTopics()) {
            TopicAccount account = accounts.of(topic.name());
            for (int partition = 0; partition < topic.partitions(); partition++) {
                EdgeTick tick = new EdgeTick();
                tick.setHeader(numbers.header(topic, partition, observedAtMs));
                account.wasOffered();
                append(account, topic, partition, new byte[0], tick, true);
            }
        }
    }

    // ---- what the spool tells

    @Override
    public void found(SpooledRecord record) {
        accounts.of(record.topic()).wasSpooled(record.frameBytes());
    }

    @Override
    public void lost(SpooledRecord record, LossReason reason) {
        accounts.of(record.topic()).wasLost(reason, record.frameBytes());
        if (record.topic().equals(Topics.SCHEMAS.name())) {
            announced.clear();
        }
    }

    @Override
    public void damaged() {
        accounts.of(TopicAccounts.UNKNOWN).wasLost(LossReason.SPOOL_DAMAGED);
    }

    private void saveFrontier() {
        long now = nanoClock.getAsLong();
        if (now - savedNanos >= TimeUnit.MILLISECONDS.toNanos(SAVE_MS)) {
            savedNanos = now;
            spool.saveFrontier();
        }
    }

    // ---- the end

    /** Asks the thread to bring out what it can and end. */
    void close() {
        closing = true;
    }

    private void finish() {
        long deadline = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(settings.closeTimeoutMs());
        boolean moved = true;
        while ((moved || !delivery.idle()) && !delivery.away() && nanoClock.getAsLong() - deadline < 0) {
            moved = turnSafely();
            if (!moved) {
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        while (!drain()) {
            // The rest is spooled.
        }
        spool.flush();
        delivery.close();
        spool.close();
    }

    // ---- what others ask

    Spool spool() {
        return spool;
    }

    Delivery delivery() {
        return delivery;
    }

    long faults() {
        return faults.get();
    }
}
