package io.fairlead.jobs.desk;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.topics.TopicSpec;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * All of one key in memory, between what is read and what the model decides; knows nothing of Flink. What must outlive a restart is told piece by
 * piece as it changes.
 */
public interface Desk {

    /** Takes a record for a topic. */
    interface Out {
        /** @param record null: a tombstone */
        void tell(TopicSpec topic, String key, @Nullable SpecificRecordBase record);
    }

    /** Takes a piece of state. */
    interface Keeper {
        /** @param bytes null: it is gone */
        void keep(String key, byte @Nullable [] bytes) throws IOException;
    }

    /** Makes a desk of what a checkpoint held. */
    interface Opening extends Serializable {
        /** @param pieces by their keys; none: nothing was kept */
        Desk open(NavigableMap<String, byte[]> pieces, long nowMs) throws IOException;
    }

    /**
     * A record of any of the topics that the job reads.
     *
     * @param record null: a tombstone
     */
    void take(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs, Out out);

    /** Decides, and tells; called every {@value DeskOperator#LOOK_MS} ms. */
    void look(long nowMs, Out out);

    /** Tells each piece of state that has changed since the last call. */
    void changes(Keeper keeper) throws IOException;

    /** Numbers that the job shows as gauges, by their names; read on other threads. */
    default Map<String, LongSupplier> gauges() {
        return Map.of();
    }
}
