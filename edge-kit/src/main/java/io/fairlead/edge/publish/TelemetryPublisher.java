package io.fairlead.edge.publish;

import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.Contract;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Tells Kafka what an edge sees. {@link #offer} never waits, for nothing: one thread numbers, encodes and spools what was
 * told, and sends it from the spool. While Kafka is away the spool grows to its bound; a kill of the process loses what was
 * still in the queue (some milliseconds' worth), the rest is sent by the next life. What can't be kept is counted by topic and
 * reason, see {@link TopicAccount}.
 *
 * <p>The order of a lane (edge, epoch, topic, partition) is that of the offers as the queue took them. Numbers are given when
 * a record is encoded, so a record that was lost before has none; one that is lost later leaves a gap.
 *
 * <p>All methods may be called from any thread.
 */
public final class TelemetryPublisher implements AutoCloseable {

    private static final long JOIN_SLACK_MS = 5_000;
    private static final ClassValue<Boolean> NUMBERED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return opensWithHeader(Contract.schema(type.asSubclass(SpecificRecord.class)));
        }
    };

    private final PublisherSettings settings;
    private final InstantSource clock;
    private final TopicAccounts accounts;
    private final OfferQueue queue;
    private final PublisherLoop loop;
    private final Thread thread;
    private final long epochMs;
    private volatile boolean closed;

    private TelemetryPublisher(
            PublisherSettings settings,
            InstantSource clock,
            TopicAccounts accounts,
            OfferQueue queue,
            PublisherLoop loop,
            long epochMs) {
        this.settings = settings;
        this.clock = clock;
        this.accounts = accounts;
        this.queue = queue;
        this.loop = loop;
        this.epochMs = epochMs;
        this.thread = new Thread(loop, "telemetry-writer");
        thread.setDaemon(true);
    }

    /**
     * Starts one. A Kafka that is away, and a directory that can't be written, are no failure: see {@link #problems}.
     *
     * @param edgeId name of the edge, unique in the deployment
     * @param directory of its own; keeps the spool and the epoch
     * @param client properties that every Kafka client of this process has: addresses, security
     */
    public static TelemetryPublisher start(
            String edgeId,
            Path directory,
            Map<String, String> client,
            PublisherSettings settings,
            MeterRegistry metrics,
            InstantSource clock,
            LongSupplier nanoClock) {
        return start(
                edgeId,
                directory,
                ProducerFactory.kafka(edgeId, client, settings),
                settings,
                metrics,
                clock,
                nanoClock);
    }

    static TelemetryPublisher start(
            String edgeId,
            Path directory,
            ProducerFactory producers,
            PublisherSettings settings,
            MeterRegistry metrics,
            InstantSource clock,
            LongSupplier nanoClock) {
        long epochMs = EdgeEpoch.next(directory, clock.millis());
        TopicAccounts accounts = new TopicAccounts(metrics);
        OfferQueue queue = new OfferQueue(settings.queueRecordsMax(), settings.queueBytesMax());
        PublisherLoop loop = new PublisherLoop(
                queue,
                accounts,
                settings,
                new LaneNumbers(edgeId, epochMs),
                producers,
                directory.resolve("spool"),
                clock,
                nanoClock);
        TelemetryPublisher publisher = new TelemetryPublisher(settings, clock, accounts, queue, loop, epochMs);
        publisher.bindTo(metrics);
        publisher.thread.start();
        return publisher;
    }

    private void bindTo(MeterRegistry metrics) {
        Gauge.builder("fairlead.telemetry.queue.records", queue, OfferQueue::records)
                .register(metrics);
        Gauge.builder("fairlead.telemetry.queue", queue, OfferQueue::bytes)
                .baseUnit("bytes")
                .register(metrics);
        Gauge.builder("fairlead.telemetry.spool", loop.spool(), Spool::bytes)
                .baseUnit("bytes")
                .register(metrics);
        Gauge.builder("fairlead.telemetry.in.flight", loop.delivery(), Delivery::inFlightBytes)
                .baseUnit("bytes")
                .register(metrics);
        Gauge.builder("fairlead.telemetry.away", loop.delivery(), delivery -> delivery.away() ? 1 : 0)
                .description("1 while Kafka takes nothing")
                .register(metrics);
        FunctionCounter.builder("fairlead.telemetry.retreats", loop.delivery(), Delivery::retreats)
                .description("Times that the Kafka client gave up and the rest was sent anew")
                .register(metrics);
        FunctionCounter.builder("fairlead.telemetry.faults", loop, PublisherLoop::faults)
                .register(metrics);
    }

    /**
     * Tells a record. If its first field is a telemetry header, it is filled in here: with the time of this call as time of
     * observation. The record belongs to the publisher from here on and must not be changed any more.
     *
     * @param topic of the catalogue, where this record may stand
     * @param key decides the partition, as Kafka's own partitioner would
     * @return false if it is lost already: the queue is full or the publisher closed; it is counted
     * @throws IllegalArgumentException if such a record has no place on that topic
     */
    public boolean offer(TopicSpec topic, String key, SpecificRecord record) {
        if (!topic.records().contains(record.getClass())) {
            throw new IllegalArgumentException("A " + record.getSchema().getName() + " has no place on " + topic.name()
                    + "; see the catalogue in Topics");
        }
        TopicAccount account = accounts.of(topic.name());
        account.wasOffered();
        if (closed) {
            account.wasLost(LossReason.CLOSED);
            return false;
        }
        Offered offered = new Offered(
                account, topic, key, record, NUMBERED.get(record.getClass()), clock.millis(), RecordWeight.of(record));
        if (!queue.offer(offered)) {
            account.wasLost(LossReason.QUEUE_FULL);
            return false;
        }
        return true;
    }

    private static boolean opensWithHeader(Schema schema) {
        return !schema.getFields().isEmpty()
                && schema.getFields().get(0).schema().getFullName().equals(TelemetryHeader.class.getName());
    }

    /** Start of this life, ms since the Unix epoch: greater than that of every former one. */
    public long epochMs() {
        return epochMs;
    }

    /** What became of the records, by topic; topics that nothing was told on are left out. */
    public Collection<TopicAccount> accounts() {
        return accounts.all();
    }

    /** What keeps telemetry from Kafka or from the disk now, in sentences; empty: nothing. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>(2);
        String delivery = loop.delivery().problem();
        if (delivery != null) {
            problems.add(delivery);
        }
        String spool = loop.spool().problem();
        if (spool != null) {
            problems.add(spool);
        }
        return problems;
    }

    /** False when the writer's thread has ended without being asked to. */
    public boolean isAlive() {
        return closed || thread.isAlive();
    }

    /** Takes no more, brings out what it can within {@link PublisherSettings#closeTimeoutMs}, and leaves the rest in the spool. */
    @Override
    public void close() {
        closed = true;
        loop.close();
        try {
            thread.join(settings.closeTimeoutMs() + JOIN_SLACK_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Offered late = thread.isAlive() ? null : queue.poll(); late != null; late = queue.poll()) {
            late.account().wasLost(LossReason.CLOSED);
        }
    }
}
