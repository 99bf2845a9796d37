package io.fairlead.edge.publish;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What became of the records of one topic since the process started. Read and written by any thread. */
public final class TopicAccount {

    private final String topic;
    private final LongAdder offered = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder backlogBytes = new LongAdder();
    private final Map<LossReason, LongAdder> lost = new EnumMap<>(LossReason.class);

    TopicAccount(String topic) {
        this.topic = topic;
        for (LossReason reason : LossReason.values()) {
            lost.put(reason, new LongAdder());
        }
    }

    public String topic() {
        return topic;
    }

    /** Records that were told. */
    public long offered() {
        return offered.sum();
    }

    /** Records handed to the Kafka client, repetitions included. */
    public long sent() {
        return sent.sum();
    }

    /** Records that Kafka has acknowledged, those of former processes included. */
    public long acknowledged() {
        return acknowledged.sum();
    }

    /** Bytes in the spool that are not acknowledged. */
    public long backlogBytes() {
        return backlogBytes.sum();
    }

    public long lost(LossReason reason) {
        return counted(reason).sum();
    }

    /** Records lost for any reason. */
    public long lost() {
        long all = 0;
        for (LongAdder each : lost.values()) {
            all += each.sum();
        }
        return all;
    }

    void wasOffered() {
        offered.increment();
    }

    void wasSpooled(long bytes) {
        backlogBytes.add(bytes);
    }

    void wasSent() {
        sent.increment();
    }

    void wasAcknowledged(long bytes) {
        acknowledged.increment();
        backlogBytes.add(-bytes);
    }

    /** A record went that had been spooled. */
    void wasLost(LossReason reason, long bytes) {
        wasLost(reason);
        backlogBytes.add(-bytes);
    }

    void wasLost(LossReason reason) {
        counted(reason).increment();
    }

    private LongAdder counted(LossReason reason) {
        return Objects.requireNonNull(lost.get(reason));
    }
}
