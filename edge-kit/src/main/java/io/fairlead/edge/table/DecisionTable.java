package io.fairlead.edge.table;

import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.HdrHistogram.Histogram;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The newest decision for each key of a compacted topic. Newest is the greatest version (job epoch, counter), whatever order
 * they come in; versions of removed keys are remembered too (the last {@value #REMOVED_MAX}), so that a fenced job can't bring
 * back what a newer one took away.
 *
 * <p>Written by the tables' thread, read by any without locks.
 */
public final class DecisionTable<T> {

    private static final int REMOVED_MAX = 10_000;

    private final DecisionReader<T> reader;
    private final InstantSource clock;
    private final KeyedTable<Decision<T>> table;
    private final LoopLatency latency;
    private final LongAdder applied = new LongAdder();
    private final LongAdder stale = new LongAdder();
    private final Map<String, Decision<T>> removed = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Decision<T>> eldest) {
            return size() > REMOVED_MAX;
        }
    };
    private volatile @Nullable Newest newest;
    private long appliedReported;

    private record Newest(long jobEpoch, long counter, long appliedAtMs) {}

    DecisionTable(
            TopicSpec topic,
            DecisionReader<T> reader,
            TableStore<Decision<T>> store,
            SchemaDirectory schemas,
            MeterRegistry metrics,
            InstantSource clock) {
        this.reader = reader;
        this.clock = clock;
        this.table = new KeyedTable<>(topic, schemas, new Versions(), store, metrics);
        this.latency = new LoopLatency(topic.name(), metrics);
        FunctionCounter.builder("fairlead.decisions.applied", applied, LongAdder::sum)
                .tag("topic", topic.name())
                .register(metrics);
        FunctionCounter.builder("fairlead.decisions.stale", stale, LongAdder::sum)
                .description("Decisions that came after a newer one for their key")
                .tag("topic", topic.name())
                .register(metrics);
    }

    /** Before the tables start; is told of every entry that the table ever gets. */
    public void listen(TableListener<Decision<T>> listener) {
        table.listen(listener);
    }

    /** The decision for a key, or null. */
    public @Nullable Decision<T> get(String key) {
        return table.get(key);
    }

    public void forEach(BiConsumer<String, Decision<T>> each) {
        table.forEach(each);
    }

    public int size() {
        return table.size();
    }

    /** It was read to its end once, or a snapshot was taken in. */
    public boolean ready() {
        return table.ready();
    }

    /** Decisions that came after a newer one for their key and were left out, since the start. */
    public long stale() {
        return stale.sum();
    }

    /** What was applied since the last call of this method, for the edge's report. One caller. */
    public AppliedDecisions appliedSince() {
        Histogram recent = latency.since();
        long now = applied.sum();
        long since = now - appliedReported;
        appliedReported = now;
        Newest last = newest;
        boolean any = recent.getTotalCount() > 0;
        return AppliedDecisions.newBuilder()
                .setTopic(table.topic().name())
                .setJobEpoch(last == null ? 0 : last.jobEpoch())
                .setCounter(last == null ? 0 : last.counter())
                .setAppliedAtMs(last == null ? 0 : last.appliedAtMs())
                .setEntries(table.size())
                .setApplied(since)
                .setLoopP50Ms(any ? recent.getValueAtPercentile(50) : 0)
                .setLoopP99Ms(any ? recent.getValueAtPercentile(99) : 0)
                .setLoopMaxMs(any ? recent.getMaxValue() : 0)
                .build();
    }

    FollowedTopic followed() {
        return table;
    }

    /** Lets only newer versions in. */
    private final class Versions implements KeyedTable.Judge<Decision<T>> {

        @Override
        public @Nullable Decision<T> readQuickly(RawRecord raw, byte[] value) {
            return reader.readQuickly(raw.key(), value);
        }

        @Override
        public @Nullable Decision<T> read(RawRecord raw, SpecificRecord record) {
            Decision<T> decision = reader.read(raw.key(), record);
            if (decision == null) {
                unreadable(raw, "a " + record.getSchema().getName() + " is no decision of this topic");
            }
            return decision;
        }

        @Override
        public boolean accepts(RawRecord raw, Decision<T> decision, @Nullable Decision<T> held) {
            Decision<T> against = held == null ? removed.get(raw.key()) : held;
            if (against != null && !decision.isNewerThan(against.jobEpoch(), against.counter())) {
                if (against.isNewerThan(decision.jobEpoch(), decision.counter())) {
                    stale.increment();
                }
                return false;
            }
            removed.remove(raw.key());
            long nowMs = clock.millis();
            Newest last = newest;
            if (last == null || decision.isNewerThan(last.jobEpoch(), last.counter())) {
                newest = new Newest(decision.jobEpoch(), decision.counter(), nowMs);
            }
            applied.increment();
            if (table.live()) {
                latency.applied(decision, nowMs);
            }
            return true;
        }

        @Override
        public void unreadable(RawRecord raw, String why) {
            // Counted and logged by the table; the job that stores history sends it to the dead letters.
        }

        @Override
        public void removed(RawRecord raw, @Nullable Decision<T> held) {
            if (held != null) {
                removed.put(raw.key(), held);
            }
        }

        @Override
        public void begin() {
            // Versions are compared across reads.
        }

        @Override
        public void caughtUp() {
            // Nothing waits for it.
        }
    }
}
