package io.fairlead.edge.table;

import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.UnreadableRecordException.Reason;
import io.fairlead.schemas.wire.WireReader;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest accepted value of each key of a topic. What a {@link Judge} turns down leaves the former value in place, also
 * in the snapshot. Each read from the first record on is a generation; at its end, what did not come again is removed.
 *
 * <p>A record whose writer's schema is not known waits (up to {@value #WAITING_MAX} keys) until the schema has come on its own
 * topic, which keeps no order with this one.
 *
 * <p>Written by the table's thread, read by any.
 */
final class KeyedTable<T> implements FollowedTopic {

    private static final Logger LOG = LoggerFactory.getLogger(KeyedTable.class);
    private static final int WAITING_MAX = 10_000;

    /** Says what becomes of a record. */
    interface Judge<T> {

        /** What its bytes say, read without an object for all of it; null: they are to be read as any other's. */
        default @Nullable T readQuickly(RawRecord raw, byte[] value) {
            return null;
        }

        /** What it says, or null: it is none of the topic's, and what is held stays. */
        @Nullable
        T read(RawRecord raw, SpecificRecord record);

        /** Whether it is to be held from now on; else what is held stays. */
        boolean accepts(RawRecord raw, T value, @Nullable T held);

        /** It can't be read, and what is held stays. */
        void unreadable(RawRecord raw, String why);

        /** A deletion was read; what was held until then, if anything. */
        void removed(RawRecord raw, @Nullable T held);

        /** As {@link FollowedTopic#begin}. */
        void begin();

        /** As {@link FollowedTopic#caughtUp}. */
        void caughtUp();
    }

    private final TopicSpec topic;
    private final Judge<T> judge;
    private final WireReader reader;
    private final TableStore<T> store;
    private final Map<String, RawRecord> waiting = new LinkedHashMap<>();
    private final List<TableListener<T>> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder changes = new LongAdder();
    private final LongAdder unreadable = new LongAdder();
    private final LongAdder listenerFaults = new LongAdder();
    private int generation;
    private volatile boolean live;
    private volatile boolean ready;
    private long savedChanges;

    KeyedTable(TopicSpec topic, SchemaDirectory schemas, Judge<T> judge, TableStore<T> store, MeterRegistry metrics) {
        this.topic = topic;
        this.judge = judge;
        this.store = store;
        this.reader = new WireReader(schemas);
        Gauge.builder("fairlead.table.entries", store, TableStore::size)
                .tag("topic", topic.name())
                .register(metrics);
        Gauge.builder("fairlead.table.ready", this, table -> table.ready ? 1 : 0)
                .tag("topic", topic.name())
                .register(metrics);
        Gauge.builder("fairlead.table.live", this, table -> table.live ? 1 : 0)
                .description("1: it was read to its end since the start, and follows what comes")
                .tag("topic", topic.name())
                .register(metrics);
        FunctionCounter.builder("fairlead.table.changes", changes, LongAdder::sum)
                .tag("topic", topic.name())
                .register(metrics);
        FunctionCounter.builder("fairlead.table.unreadable", unreadable, LongAdder::sum)
                .tag("topic", topic.name())
                .register(metrics);
        FunctionCounter.builder("fairlead.table.listener.faults", listenerFaults, LongAdder::sum)
                .tag("topic", topic.name())
                .register(metrics);
    }

    // ---- what comes

    @Override
    public TopicSpec topic() {
        return topic;
    }

    @Override
    public void begin() {
        live = false;
        generation++;
        judge.begin();
    }

    @Override
    public void take(RawRecord raw) {
        byte[] value = raw.value();
        if (value == null) {
            waiting.remove(raw.key());
            judge.removed(raw, store.get(raw.key()));
            remove(raw.key());
            return;
        }
        T read = judge.readQuickly(raw, value);
        if (read == null) {
            SpecificRecord record;
            try {
                record = reader.read(value);
            } catch (UnreadableRecordException e) {
                unreadable(raw, e);
                return;
            }
            read = judge.read(raw, record);
        }
        waiting.remove(raw.key());
        hold(raw, read);
    }

    private void hold(RawRecord raw, @Nullable T read) {
        if (read == null || !judge.accepts(raw, read, store.get(raw.key()))) {
            store.keep(raw.key(), generation);
            return;
        }
        store.put(raw, read, generation);
        changes.increment();
        tell(listener -> listener.put(raw.key(), read));
    }

    private void unreadable(RawRecord raw, UnreadableRecordException e) {
        store.keep(raw.key(), generation);
        unreadable.increment();
        if (e.reason() == Reason.UNKNOWN_SCHEMA && waiting.size() < WAITING_MAX) {
            waiting.put(raw.key(), raw);
            return;
        }
        LOG.warn(
                "Record {} of {}-{} can't be read and what its key had stays: {}",
                raw.offset(),
                topic.name(),
                raw.partition(),
                e.getMessage());
        judge.unreadable(raw, String.valueOf(e.getMessage()));
    }

    @Override
    public void learned() {
        List<RawRecord> again = new ArrayList<>(waiting.values());
        waiting.clear();
        again.forEach(this::take);
    }

    @Override
    public void caughtUp() {
        List<String> gone = store.unmet(generation);
        gone.forEach(this::remove);
        judge.caughtUp();
        live = true;
        ready = true;
        LOG.info(
                "{} is read to its end: {} entries, {} of the snapshot gone, {} records wait for their schema.",
                topic.name(),
                size(),
                gone.size(),
                waiting.size());
    }

    private void remove(String key) {
        if (store.remove(key)) {
            changes.increment();
            tell(listener -> listener.removed(key));
        }
    }

    private void tell(java.util.function.Consumer<TableListener<T>> what) {
        for (TableListener<T> listener : listeners) {
            try {
                what.accept(listener);
            } catch (RuntimeException e) {
                listenerFaults.increment();
                LOG.error("A listener of {} failed; the table goes on.", topic.name(), e);
            }
        }
    }

    // ---- snapshot

    @Override
    public void restore(Path directory, SnapshotFile.Damaged onDamage) {
        boolean whole =
                SnapshotFile.read(directory, topic.name(), store.rowForm(), onDamage, new SnapshotFile.Taking() {
                    @Override
                    public void record(RawRecord record) {
                        take(record);
                    }

                    @Override
                    public void row(ByteBuffer row) throws IOException {
                        store.restore(row);
                    }
                });
        if (whole) {
            savedChanges = changes.sum();
            ready = true;
            LOG.info("{} starts with {} entries of a snapshot.", topic.name(), size());
        }
    }

    @Override
    public void save(Path directory, long nowMs) throws IOException {
        long seen = changes.sum();
        if (!ready || seen == savedChanges) {
            return;
        }
        SnapshotFile.write(directory, topic.name(), nowMs, store.rowForm(), store::save);
        savedChanges = seen;
    }

    // ---- what others ask

    void listen(TableListener<T> listener) {
        listeners.add(listener);
    }

    @Nullable
    T get(String key) {
        return store.get(key);
    }

    void forEach(java.util.function.BiConsumer<String, T> each) {
        store.forEach(each);
    }

    int size() {
        return store.size();
    }

    @Override
    public boolean ready() {
        return ready;
    }

    /** It has been read to its end, so that what comes now has just been written. */
    boolean live() {
        return live;
    }

    /** Newest records that can't be read yet, as their schema is not known. For tests, on the table's thread. */
    int waiting() {
        return waiting.size();
    }
}
