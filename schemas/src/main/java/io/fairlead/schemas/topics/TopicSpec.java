package io.fairlead.schemas.topics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * One topic of the catalogue.
 *
 * @param name with the prefix {@code fairlead.}
 * @param key what its key is, in words
 * @param records classes that may stand on it; empty where values are no records
 * @param partitions number of partitions
 * @param retention how long records stay; compacted topics have {@link Duration#ZERO}
 * @param compacted the newest record of each key stays for ever
 * @param exactlyOnce written in transactions; readers read committed records only
 */
public record TopicSpec(
        String name,
        String key,
        List<Class<? extends SpecificRecord>> records,
        int partitions,
        Duration retention,
        boolean compacted,
        boolean exactlyOnce) {

    /** Bytes that one record may have on any topic. */
    public static final int RECORD_BYTES_MAX = 1_048_576;

    /**
     * Topic settings as Kafka names them. Brokers stamp the time of arrival ({@code LogAppendTime}): it bounds the
     * edges' clocks.
     */
    public Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("message.timestamp.type", "LogAppendTime");
        settings.put("max.message.bytes", Integer.toString(RECORD_BYTES_MAX));
        if (compacted) {
            settings.put("cleanup.policy", "compact");
            settings.put("min.cleanable.dirty.ratio", "0.1");
            settings.put("segment.ms", Long.toString(Duration.ofHours(1).toMillis()));
            settings.put("delete.retention.ms", Long.toString(Duration.ofDays(7).toMillis()));
        } else {
            settings.put("cleanup.policy", "delete");
            settings.put("retention.ms", Long.toString(retention.toMillis()));
        }
        return settings;
    }
}
