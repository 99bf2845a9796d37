package io.fairlead.edge.publish;

import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import java.util.HashMap;
import java.util.Map;

/** Numbers records by topic and partition, from 0 on, without gaps. For the writer's thread. */
final class LaneNumbers {

    private final String edgeId;
    private final long epochMs;
    private final Map<String, long[]> next = new HashMap<>();

    LaneNumbers(String edgeId, long epochMs) {
        this.edgeId = edgeId;
        this.epochMs = epochMs;
    }

    /** A header with the lane's next number, which stays the next until it is {@link #taken}. */
    TelemetryHeader header(TopicSpec topic, int partition, long observedAtMs) {
        return new TelemetryHeader(edgeId, epochMs, partition, lanes(topic)[partition], observedAtMs);
    }

    void taken(TopicSpec topic, int partition) {
        lanes(topic)[partition]++;
    }

    private long[] lanes(TopicSpec topic) {
        return next.computeIfAbsent(topic.name(), name -> new long[topic.partitions()]);
    }
}
