package io.fairlead.edge.publish;

import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.util.List;

/**
 * Bounds of a publisher. Begin with {@link #defaults} and change what differs.
 *
 * @param queueRecordsMax records that wait to be encoded (rounded up to a power of two); over it they are lost and counted
 * @param queueBytesMax estimated bytes of these
 * @param inFlightBytesMax bytes handed to the Kafka client and not acknowledged
 * @param spoolBytesMax bytes on disk; over it the oldest go, and are counted
 * @param segmentBytesMax bytes of one file of the spool
 * @param memoryBytesMax bytes in memory while the disk takes nothing; over it the oldest go, and are counted
 * @param tickIntervalMs between two ticks of a partition
 * @param tickedTopics every partition of these is ticked
 * @param closeTimeoutMs how long {@link TelemetryPublisher#close} waits for acknowledgements
 * @param awayAfterMs without an acknowledgement for this long, Kafka counts as away
 * @param maxBlockMs how long the Kafka client may hold the writer's thread
 * @param deliveryTimeoutMs how long the Kafka client tries before the record is sent anew from the spool
 * @param compression of batches, as Kafka names it
 */
public record PublisherSettings(
        int queueRecordsMax,
        long queueBytesMax,
        long inFlightBytesMax,
        long spoolBytesMax,
        long segmentBytesMax,
        long memoryBytesMax,
        int tickIntervalMs,
        List<TopicSpec> tickedTopics,
        int closeTimeoutMs,
        int awayAfterMs,
        int maxBlockMs,
        int deliveryTimeoutMs,
        String compression) {

    private static final long MIB = 1_048_576;

    public PublisherSettings {
        tickedTopics = List.copyOf(tickedTopics);
        atLeast("queueRecordsMax", queueRecordsMax, 1);
        atLeast("queueBytesMax", queueBytesMax, 1);
        atLeast("inFlightBytesMax", inFlightBytesMax, 1);
        atLeast("segmentBytesMax", segmentBytesMax, 1);
        atLeast("spoolBytesMax", spoolBytesMax, 2 * segmentBytesMax);
        atLeast("memoryBytesMax", memoryBytesMax, 1);
        atLeast("tickIntervalMs", tickIntervalMs, 1);
        atLeast("closeTimeoutMs", closeTimeoutMs, 0);
        atLeast("awayAfterMs", awayAfterMs, 1);
        atLeast("maxBlockMs", maxBlockMs, 1);
        atLeast("deliveryTimeoutMs", deliveryTimeoutMs, 1_000);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + " but must be at least " + least);
        }
    }

    public static PublisherSettings defaults() {
        return new PublisherSettings(
                65_536,
                64 * MIB,
                8 * MIB,
                1_024 * MIB,
                16 * MIB,
                16 * MIB,
                1_000,
                List.of(
                        Topics.TELEMETRY_EXITS,
                        Topics.TELEMETRY_ATTEMPTS,
                        Topics.TELEMETRY_REQUESTS,
                        Topics.TELEMETRY_OUTCOMES,
                        Topics.TELEMETRY_EDGES),
                5_000,
                5_000,
                250,
                120_000,
                "lz4");
    }

    public PublisherSettings withQueue(int recordsMax, long bytesMax) {
        return new PublisherSettings(
                recordsMax,
                bytesMax,
                inFlightBytesMax,
                spoolBytesMax,
                segmentBytesMax,
                memoryBytesMax,
                tickIntervalMs,
                tickedTopics,
                closeTimeoutMs,
                awayAfterMs,
                maxBlockMs,
                deliveryTimeoutMs,
                compression);
    }

    public PublisherSettings withSpool(long bytesMax, long segmentMax, long inMemoryMax) {
        return new PublisherSettings(
                queueRecordsMax,
                queueBytesMax,
                inFlightBytesMax,
                bytesMax,
                segmentMax,
                inMemoryMax,
                tickIntervalMs,
                tickedTopics,
                closeTimeoutMs,
                awayAfterMs,
                maxBlockMs,
                deliveryTimeoutMs,
                compression);
    }

    public PublisherSettings withTicks(int intervalMs, List<TopicSpec> topics) {
        return new PublisherSettings(
                queueRecordsMax,
                queueBytesMax,
                inFlightBytesMax,
                spoolBytesMax,
                segmentBytesMax,
                memoryBytesMax,
                intervalMs,
                topics,
                closeTimeoutMs,
                awayAfterMs,
                maxBlockMs,
                deliveryTimeoutMs,
                compression);
    }

    public PublisherSettings withCloseTimeoutMs(int ms) {
        return new PublisherSettings(
                queueRecordsMax,
                queueBytesMax,
                inFlightBytesMax,
                spoolBytesMax,
                segmentBytesMax,
                memoryBytesMax,
                tickIntervalMs,
                tickedTopics,
                ms,
                awayAfterMs,
                maxBlockMs,
                deliveryTimeoutMs,
                compression);
    }

    public PublisherSettings withDelivery(int awayMs, int timeoutMs) {
        return new PublisherSettings(
                queueRecordsMax,
                queueBytesMax,
                inFlightBytesMax,
                spoolBytesMax,
                segmentBytesMax,
                memoryBytesMax,
                tickIntervalMs,
                tickedTopics,
                closeTimeoutMs,
                awayMs,
                maxBlockMs,
                timeoutMs,
                compression);
    }
}
