package io.fairlead.edge.publish;

import io.fairlead.schemas.topics.Topics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the spool to Kafka: sends from its cursor, moves its frontier as acknowledgements come.
 *
 * <p>While a broker is away the client holds what is in flight and sends it again by itself. When it gives up on a record, the
 * client is closed, the cursor goes back to the frontier and everything behind it that was not acknowledged is
 * sent anew by a new client, in the same order. A record whose acknowledgement was lost comes twice then, and a record may have
 * been overtaken by later ones of its lane before that: readers tell both by the sequence.
 *
 * <p>Behind a schema nothing is sent until it stands: what was written with it must be readable. Behind the first record that a
 * client brings to a lane, nothing more of that lane is sent until it is acknowledged: a broker that has nothing of a producer yet
 * takes whatever comes first as its beginning, so while a partition's leader settles, a first batch that it refused would be
 * stored after the second.
 *
 * <p>For the writer's thread; acknowledgements come on the client's, and leave no more than a mark.
 */
final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final int RECORDS_A_TURN = 2_048;
    private static final long RETREAT_MS_MIN = 250;
    private static final long RETREAT_MS_MAX = 2_000;

    private final ProducerFactory producers;
    private final Spool spool;
    private final TopicAccounts accounts;
    private final PublisherSettings settings;
    private final LongSupplier nanoClock;
    private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();
    private final Set<Spot> acknowledgedBehind = new HashSet<>();
    private @Nullable Line line;
    private @Nullable Sent schema;
    private long retreatMs = RETREAT_MS_MIN;
    private long retreatedNanos;
    private boolean retreated;
    private long lastMoveNanos;
    private final AtomicLong retreats = new AtomicLong();
    private final AtomicLong inFlightBytes = new AtomicLong();
    private volatile boolean away;
    private volatile @Nullable String problem;

    Delivery(
            ProducerFactory producers,
            Spool spool,
            TopicAccounts accounts,
            PublisherSettings settings,
            LongSupplier nanoClock) {
        this.producers = producers;
        this.spool = spool;
        this.accounts = accounts;
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.lastMoveNanos = nanoClock.getAsLong();
    }

    /** One partition of a topic. */
    private record Lane(String topic, int partition) {}

    /** One client, what it was first given for each lane, and whether it has given up on a record. */
    private static final class Line {
        final Producer<byte[], byte[]> producer;
        final Map<Lane, Sent> openers = new HashMap<>();
        volatile @Nullable Exception failure;

        Line(Producer<byte[], byte[]> producer) {
            this.producer = producer;
        }
    }

    private enum State {
        PENDING,
        ACKNOWLEDGED,
        REFUSED,
        /** Was settled in the time of a former client, and only waits for those before it. */
        COUNTED,
        FAILED
    }

    private static final class Sent implements Callback {
        final Spot end;
        final TopicAccount account;
        final int bytes;
        final Line line;
        volatile State state = State.PENDING;
        volatile @Nullable Exception failure;
        /** The client has taken it. Before, a failure is for the sending thread alone: the others in flight may be well. */
        volatile boolean handed;

        Sent(Spot end, TopicAccount account, int bytes, Line line) {
            this.end = end;
            this.account = account;
            this.bytes = bytes;
            this.line = line;
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
            if (failure == null) {
                state = State.ACKNOWLEDGED;
            } else if (refusesThisRecord(failure)) {
                LOG.warn("Kafka refuses a record of {}: {}", account.topic(), failure.toString());
                state = State.REFUSED;
            } else {
                this.failure = failure;
                state = State.FAILED;
                if (handed) {
                    line.failure = failure;
                }
            }
        }

        private static boolean refusesThisRecord(Exception failure) {
            return failure instanceof RecordTooLargeException
                    || failure instanceof InvalidRecordException
                    || failure instanceof InvalidTimestampException;
        }
    }

    /** Settles what was answered and sends what there is room for; true if anything moved. */
    boolean turn() {
        boolean settled = settle();
        boolean sent = !waiting() && send();
        long now = nanoClock.getAsLong();
        if (settled || inFlight.isEmpty()) {
            lastMoveNanos = now;
        }
        away = retreated || now - lastMoveNanos > TimeUnit.MILLISECONDS.toNanos(settings.awayAfterMs());
        return settled || sent;
    }

    private boolean waiting() {
        return retreated && nanoClock.getAsLong() - retreatedNanos < TimeUnit.MILLISECONDS.toNanos(retreatMs);
    }

    // ---- answers

    private boolean settle() {
        boolean moved = false;
        Sent head = inFlight.peek();
        while (head != null && head.state != State.PENDING && head.state != State.FAILED) {
            inFlight.remove();
            inFlightBytes.addAndGet(-head.bytes);
            count(head);
            if (head == schema) {
                schema = null;
            }
            spool.release(head.end);
            moved = true;
            head = inFlight.peek();
        }
        if (moved) {
            advanced();
        }
        Line current = line;
        Exception failure = current == null ? null : current.failure;
        if (failure != null) {
            retreat(failure);
            moved = true;
        }
        return moved;
    }

    private void count(Sent sent) {
        if (sent.state == State.ACKNOWLEDGED) {
            sent.account.wasAcknowledged(sent.bytes);
        } else if (sent.state == State.REFUSED) {
            sent.account.wasLost(LossReason.REFUSED, sent.bytes);
        }
    }

    private void advanced() {
        if (problem != null) {
            LOG.info("Kafka takes telemetry again.");
        }
        problem = null;
        retreated = false;
        retreatMs = RETREAT_MS_MIN;
    }

    /** Gives the client up; what it did not bring is sent anew. */
    private void retreat(Exception why) {
        Line failed = line;
        line = null;
        if (failed != null) {
            failed.producer.close(Duration.ZERO);
        }
        for (Sent sent : inFlight) {
            if (sent.state != State.PENDING && sent.state != State.FAILED) {
                count(sent);
                acknowledgedBehind.add(sent.end);
            } else if (!spool.holds(sent.end)) {
                sent.account.wasLost(LossReason.SPOOL_FULL, sent.bytes);
            }
        }
        inFlight.clear();
        inFlightBytes.set(0);
        schema = null;
        spool.rewind();
        retreats.incrementAndGet();
        pause(why);
    }

    /** Sends nothing for a while, longer each time until something is acknowledged. */
    private void pause(Exception why) {
        if (problem == null) {
            LOG.warn("Kafka takes no telemetry: {} It is spooled and sent later.", why.toString());
        }
        problem = "Kafka takes no telemetry (is it there, and was `fairlead topics apply` run?): " + why.getMessage();
        retreatMs = retreated ? Math.min(2 * retreatMs, RETREAT_MS_MAX) : RETREAT_MS_MIN;
        retreated = true;
        retreatedNanos = nanoClock.getAsLong();
    }

    // ---- sending

    private boolean send() {
        int sent = 0;
        while (sent < RECORDS_A_TURN && schema == null && inFlightBytes.get() < settings.inFlightBytesMax()) {
            Line current = line == null ? opened() : line;
            if (current == null || current.failure != null) {
                return sent > 0;
            }
            Spool.Entry entry = spool.next();
            if (entry == null) {
                return sent > 0;
            }
            if (!hand(entry, current)) {
                return sent > 0;
            }
            sent++;
        }
        return sent > 0;
    }

    private @Nullable Line opened() {
        try {
            Line fresh = new Line(producers.open());
            line = fresh;
            return fresh;
        } catch (KafkaException e) {
            retreat(e);
            return null;
        }
    }

    /** False when the record can't be sent now; then it is as if it had never been read. */
    private boolean hand(Spool.Entry entry, Line current) {
        SpooledRecord record = entry.record();
        Sent sent = new Sent(entry.end(), accounts.of(record.topic()), record.frameBytes(), current);
        if (acknowledgedBehind.remove(entry.end())) {
            sent.state = State.COUNTED;
            track(sent);
            return true;
        }
        Lane lane = new Lane(record.topic(), record.partition());
        Sent opener = current.openers.get(lane);
        if (opener != null && opener.state == State.PENDING) {
            spool.unread(entry);
            return false;
        }
        try {
            current.producer.send(
                    new ProducerRecord<>(record.topic(), record.partition(), record.key(), record.value()), sent);
        } catch (KafkaException | IllegalStateException e) {
            current.failure = e;
        }
        sent.handed = true;
        if (sent.state == State.FAILED && sent.failure instanceof TimeoutException unanswered) {
            spool.unread(entry);
            pause(unanswered);
            return false;
        }
        if (sent.state == State.FAILED) {
            current.failure = sent.failure;
        }
        if (record.topic().equals(Topics.SCHEMAS.name())) {
            schema = sent;
        }
        if (opener == null || opener.state == State.REFUSED) {
            current.openers.put(lane, sent);
        }
        sent.account.wasSent();
        track(sent);
        return true;
    }

    private void track(Sent sent) {
        inFlight.add(sent);
        inFlightBytes.addAndGet(sent.bytes);
    }

    // ---- the end

    boolean idle() {
        return inFlight.isEmpty();
    }

    void close() {
        settle();
        Line last = line;
        line = null;
        if (last != null) {
            last.producer.close(Duration.ZERO);
            settle();
        }
    }

    // ---- what others ask

    /** Nothing is acknowledged although something was sent, or no client can be opened. */
    boolean away() {
        return away;
    }

    long inFlightBytes() {
        return inFlightBytes.get();
    }

    long retreats() {
        return retreats.get();
    }

    @Nullable
    String problem() {
        return problem;
    }
}
