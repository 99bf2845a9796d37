package io.fairlead.jobs.source;

import org.jspecify.annotations.Nullable;

/**
 * A record as it lies on its topic. Its arrays are shared and must not be changed.
 *
 * @param topic full name
 * @param partition of the topic
 * @param offset in the partition
 * @param brokerTimeMs when the broker took it, ms since the Unix epoch
 * @param key as it stands there; null: none
 * @param value as it stands there; null: a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the arrays are those of the Kafka client
public record RawRecord(
        String topic, int partition, long offset, long brokerTimeMs, byte @Nullable [] key, byte @Nullable [] value) {

    /** Where it lies, as dead letters name it: {@code topic/partition/offset}. */
    public String position() {
        return topic + "/" + partition + "/" + offset;
    }
}
