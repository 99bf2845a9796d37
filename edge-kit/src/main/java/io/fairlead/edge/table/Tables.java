package io.fairlead.edge.table;

import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All tables of an edge: one thread follows their topics, another one writes their snapshots. Make the tables, let listeners
 * in, then {@link #start}.
 */
public final class Tables implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

    /** Between two snapshots of a table lies so many times what the writing of the last one took. */
    private static final long REST_FACTOR = 20;

    private final String edgeId;
    private final Path directory;
    private final Map<String, String> client;
    private final TableSettings settings;
    private final MeterRegistry metrics;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Consumer<ConfigRejected> onRejected;
    private final SchemaDirectory schemas = SchemaDirectory.builtIn();
    private final List<FollowedTopic> followed = new ArrayList<>();
    private final LongAdder snapshotFailures = new LongAdder();
    private final Map<FollowedTopic, Long> restsUntilNanos = new HashMap<>();
    private @Nullable TopicFollower follower;
    private @Nullable ScheduledExecutorService snapshots;

    /**
     * @param directory of its own; keeps the snapshots
     * @param client properties that every Kafka client of this process has: addresses, security
     * @param onRejected told of config records that were kept out, on the tables' thread
     */
    public Tables(
            String edgeId,
            Path directory,
            Map<String, String> client,
            TableSettings settings,
            Consumer<ConfigRejected> onRejected,
            MeterRegistry metrics,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.edgeId = edgeId;
        this.directory = directory;
        this.client = Map.copyOf(client);
        this.settings = settings;
        this.onRejected = onRejected;
        this.metrics = metrics;
        this.clock = clock;
        this.nanoClock = nanoClock;
        // First: what others hold may be written with schemas that this one knows.
        followed.add(new SchemaTable(schemas, this::learned));
        FunctionCounter.builder("fairlead.table.snapshot.failures", snapshotFailures, LongAdder::sum)
                .description("Snapshots that could not be written or taken in")
                .register(metrics);
    }

    private void learned() {
        followed.forEach(FollowedTopic::learned);
    }

    /** A new table of decisions. */
    public <T> DecisionTable<T> decisions(TopicSpec topic, DecisionReader<T> reader) {
        return decisions(topic, reader, TableStore.ofRecords());
    }

    /** A new table of decisions that keeps them in a store of its owner's. */
    public <T> DecisionTable<T> decisions(TopicSpec topic, DecisionReader<T> reader, TableStore<Decision<T>> store) {
        DecisionTable<T> table = new DecisionTable<>(topic, reader, store, schemas, metrics, clock);
        add(table.followed());
        return table;
    }

    /** A new table of config. */
    public <T> ConfigTable<T> config(TopicSpec topic, ConfigCheck<T> check) {
        ConfigTable<T> table = new ConfigTable<>(topic, check, edgeId, onRejected, schemas, metrics, clock);
        add(table.followed());
        return table;
    }

    private void add(FollowedTopic topic) {
        if (follower != null) {
            throw new IllegalStateException("the tables have started; make them all before");
        }
        if (!topic.topic().compacted()) {
            throw new IllegalArgumentException(topic.topic().name() + " is not compacted and makes no table");
        }
        if (followed.stream().anyMatch(other -> other.topic().equals(topic.topic()))) {
            throw new IllegalArgumentException(
                    "there is a table of " + topic.topic().name() + " already");
        }
        followed.add(topic);
    }

    /** Takes in the snapshots, on this thread, and begins to follow the topics. A Kafka that is away is no failure. */
    public void start() {
        followed.forEach(each -> each.restore(directory, (file, why) -> snapshotFailures.increment()));
        TopicFollower fresh = new TopicFollower(edgeId, client, followed, clock, nanoClock);
        follower = fresh;
        Gauge.builder("fairlead.table.age", this, tables -> Math.max(0, tables.ageMs()) / 1_000.0)
                .description("Since Kafka last answered")
                .baseUnit("seconds")
                .register(metrics);
        FunctionCounter.builder("fairlead.table.faults", fresh, TopicFollower::faults)
                .register(metrics);
        fresh.start();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "snapshots");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(
                this::saveRested, settings.snapshotIntervalMs(), settings.snapshotIntervalMs(), TimeUnit.MILLISECONDS);
        snapshots = timer;
    }

    private void saveRested() {
        for (FollowedTopic each : followed) {
            long startNanos = nanoClock.getAsLong();
            Long until = restsUntilNanos.get(each);
            if (until == null || startNanos - until >= 0) {
                save(each);
                long endNanos = nanoClock.getAsLong();
                restsUntilNanos.put(each, endNanos + REST_FACTOR * (endNanos - startNanos));
            }
        }
    }

    private void save(FollowedTopic table) {
        try {
            table.save(directory, clock.millis());
        } catch (IOException | RuntimeException e) {
            snapshotFailures.increment();
            LOG.warn("No snapshot of {} in {}: {}", table.topic().name(), directory, e.toString());
        }
    }

    /** Why the tables can't be stood on, in sentences; empty: all are ready. */
    public List<String> unreadiness() {
        List<String> reasons = new ArrayList<>();
        for (FollowedTopic each : followed) {
            if (!each.ready() && !(each instanceof SchemaTable)) {
                String problem = problem();
                reasons.add(each.topic().name() + " has not been read to its end, and there is no snapshot of it"
                        + (problem == null ? "" : ": " + problem));
            }
        }
        return reasons;
    }

    /** Why changes are not seen now, in a sentence; null: they are. */
    public @Nullable String problem() {
        TopicFollower current = follower;
        return current == null ? "the tables have not started" : current.problem();
    }

    /** How long ago Kafka last answered, ms; -1: never in this life. */
    public long ageMs() {
        TopicFollower current = follower;
        long fresh = current == null ? -1 : current.freshAtMs();
        return fresh < 0 ? -1 : Math.max(0, clock.millis() - fresh);
    }

    /** False when the thread has ended without being asked to. */
    public boolean isAlive() {
        TopicFollower current = follower;
        return current == null || current.isAlive();
    }

    /** Ends following and writes the last snapshots. */
    @Override
    public void close() {
        TopicFollower current = follower;
        ScheduledExecutorService timer = snapshots;
        if (current == null || timer == null) {
            return;
        }
        current.close();
        timer.shutdown();
        try {
            if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("A snapshot is still being written; the last changes are not in it.");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        followed.forEach(this::save);
    }
}
