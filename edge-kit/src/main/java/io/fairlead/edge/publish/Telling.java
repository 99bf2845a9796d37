package io.fairlead.edge.publish;

import io.fairlead.schemas.topics.TopicSpec;
import org.apache.avro.specific.SpecificRecord;

/** Where records go; as {@link TelemetryPublisher#offer} has it. Any thread, never waits. */
@FunctionalInterface
public interface Telling {

    /** Where there is no Kafka. */
    Telling NOBODY = (topic, key, record) -> false;

    /** False if the record is lost already. */
    boolean offer(TopicSpec topic, String key, SpecificRecord record);
}
