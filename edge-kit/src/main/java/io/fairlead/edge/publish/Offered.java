package io.fairlead.edge.publish;

import io.fairlead.schemas.topics.TopicSpec;
import org.apache.avro.specific.SpecificRecord;

/** One record as it was told, on its way to the writer. */
record Offered(
        TopicAccount account,
        TopicSpec topic,
        String key,
        SpecificRecord record,
        boolean numbered,
        long observedAtMs,
        int weightBytes) {}
