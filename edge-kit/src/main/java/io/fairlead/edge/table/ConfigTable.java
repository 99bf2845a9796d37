package io.fairlead.edge.table;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good record for each key of a config topic. One that the check turns down, or that can't be read, is kept out and
 * told as a {@link ConfigRejected}: at once when it comes, and once a life when it is found at the end of the first read.
 *
 * <p>Written by the tables' thread, read by any without locks.
 */
public final class ConfigTable<T> {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigTable.class);
    private static final int TOLD_MAX = 10_000;
    private static final int VALUE_BYTES_MAX = 65_536;

    private final ConfigCheck<T> check;
    private final String edgeId;
    private final InstantSource clock;
    private final Consumer<ConfigRejected> onRejected;
    private final KeyedTable<T> table;
    private final LongAdder rejected = new LongAdder();
    private final Map<String, ConfigRejected> found = new LinkedHashMap<>();
    private final Map<String, Boolean> told = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > TOLD_MAX;
        }
    };

    ConfigTable(
            TopicSpec topic,
            ConfigCheck<T> check,
            String edgeId,
            Consumer<ConfigRejected> onRejected,
            SchemaDirectory schemas,
            MeterRegistry metrics,
            InstantSource clock) {
        this.check = check;
        this.edgeId = edgeId;
        this.onRejected = onRejected;
        this.clock = clock;
        this.table = new KeyedTable<>(topic, schemas, new Checks(), TableStore.ofRecords(), metrics);
        FunctionCounter.builder("fairlead.config.rejected", rejected, LongAdder::sum)
                .tag("topic", topic.name())
                .register(metrics);
    }

    /** Before the tables start; is told of every entry that the table ever gets. */
    public void listen(TableListener<T> listener) {
        table.listen(listener);
    }

    /** The last good value of a key, or null. */
    public @Nullable T get(String key) {
        return table.get(key);
    }

    public void forEach(BiConsumer<String, T> each) {
        table.forEach(each);
    }

    public int size() {
        return table.size();
    }

    /** It was read to its end once, or a snapshot was taken in. */
    public boolean ready() {
        return table.ready();
    }

    /** Records that were kept out, since the start. */
    public long rejected() {
        return rejected.sum();
    }

    FollowedTopic followed() {
        return table;
    }

    /** Lets only good records in. */
    private final class Checks implements KeyedTable.Judge<T> {

        @Override
        public @Nullable T read(RawRecord raw, SpecificRecord record) {
            try {
                T value = check.check(raw.key(), record);
                found.remove(raw.key());
                return value;
            } catch (InvalidConfigException e) {
                reject(raw, author(record), e.violations());
            } catch (IllegalArgumentException e) {
                reject(raw, author(record), List.of(String.valueOf(e.getMessage())));
            }
            return null;
        }

        @Override
        public boolean accepts(RawRecord raw, T value, @Nullable T held) {
            return true;
        }

        @Override
        public void unreadable(RawRecord raw, String why) {
            reject(raw, "", List.of(why));
        }

        @Override
        public void removed(RawRecord raw, @Nullable T held) {
            found.remove(raw.key());
        }

        @Override
        public void begin() {
            found.clear();
        }

        @Override
        public void caughtUp() {
            found.values().forEach(ConfigTable.this::tell);
            found.clear();
        }
    }

    private void reject(RawRecord raw, String author, List<String> violations) {
        byte[] value = raw.value() == null ? new byte[0] : raw.value();
        ConfigRejected rejection = ConfigRejected.newBuilder()
                .setTopic(table.topic().name())
                .setKey(raw.key())
                .setPartition(raw.partition())
                .setOffset(raw.offset())
                .setRejectedBy("edge " + edgeId)
                .setRejectedAtMs(clock.millis())
                .setAuthor(author)
                .setViolations(violations)
                .setValue(ByteBuffer.wrap(Arrays.copyOf(value, Math.min(value.length, VALUE_BYTES_MAX))))
                .build();
        if (table.live()) {
            tell(rejection);
        } else {
            // Whether it still stands is known at the end of the read only.
            found.put(raw.key(), rejection);
        }
    }

    private void tell(ConfigRejected rejection) {
        if (told.put(rejection.getPartition() + "/" + rejection.getOffset(), true) != null) {
            return;
        }
        rejected.increment();
        LOG.warn(
                "{} of {} is not taken in, the last good value stays: {}",
                rejection.getKey(),
                rejection.getTopic(),
                rejection.getViolations());
        onRejected.accept(rejection);
    }

    private static String author(SpecificRecord record) {
        Schema.Field field = record.getSchema().getField("authorship");
        return field != null && record.get(field.pos()) instanceof Authorship authorship ? authorship.getAuthor() : "";
    }
}
