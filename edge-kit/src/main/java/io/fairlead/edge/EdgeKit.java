package io.fairlead.edge;

import io.fairlead.edge.admin.AdminServer;
import io.fairlead.edge.admin.Health;
import io.fairlead.edge.health.JobSilence;
import io.fairlead.edge.publish.TelemetryPublisher;
import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.report.EdgeReporter;
import io.fairlead.edge.table.ConfigCheck;
import io.fairlead.edge.table.ConfigTable;
import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.edge.table.DecisionTable;
import io.fairlead.edge.table.TableStore;
import io.fairlead.edge.table.Tables;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every edge shares. In this order: {@link #open}, make the tables and let listeners in, {@link #start}, serve,
 * {@link #close}. A Kafka that is away keeps neither start nor end from happening.
 *
 * <p>Threads of its own, all daemons: the telemetry's writer, the tables', that of the snapshots, the admin's and one for
 * what happens every second. The methods are for the thread that builds the edge; the parts say what may be asked from where.
 */
public final class EdgeKit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeKit.class);

    private final EdgeKitSettings settings;
    private final PrometheusMeterRegistry metrics;
    private final LongSupplier nanoClock;
    private final DirectoryLock lock;
    private final TelemetryPublisher publisher;
    private final Tables tables;
    private final JobSilence jobs;
    private final Health health = new Health();
    private final List<DecisionTable<?>> reported = new ArrayList<>();
    private @Nullable AdminServer admin;
    private @Nullable EdgeReporter reporter;
    private @Nullable ScheduledExecutorService everySecond;
    private volatile boolean closing;

    private EdgeKit(
            EdgeKitSettings settings,
            PrometheusMeterRegistry metrics,
            InstantSource clock,
            LongSupplier nanoClock,
            DirectoryLock lock) {
        this.settings = settings;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
        this.lock = lock;
        this.publisher = TelemetryPublisher.start(
                settings.edgeId(),
                settings.dataDir().resolve("telemetry"),
                settings.kafka(),
                settings.publisher(),
                metrics,
                clock,
                nanoClock);
        this.tables = new Tables(
                settings.edgeId(),
                settings.dataDir().resolve("tables"),
                settings.kafka(),
                settings.tables(),
                rejected -> publisher.offer(Topics.CONFIG_REJECTED, rejected.getKey(), rejected),
                metrics,
                clock,
                nanoClock);
        this.jobs = new JobSilence(
                decisions(Topics.DECISIONS_HEARTBEATS, DecisionReader.jobHeartbeats()),
                settings.jobSilenceMs(),
                clock,
                nanoClock,
                metrics);
        health.liveness("telemetry", () -> threadEnded(publisher.isAlive(), "telemetry-writer"));
        health.liveness("tables", () -> threadEnded(tables.isAlive(), "tables"));
        health.readiness("tables", tables::unreadiness);
        health.readiness("edge", () -> closing ? List.of("the edge is being stopped") : List.of());
        health.note("telemetry", publisher::problems);
        health.note("tables", this::tableNotes);
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        new UptimeMetrics().bindTo(metrics);
    }

    /**
     * Takes the data directory and begins to take telemetry.
     *
     * @throws IOException if the directory can't be used, or another process has it
     */
    public static EdgeKit open(
            EdgeKitSettings settings, PrometheusMeterRegistry metrics, InstantSource clock, LongSupplier nanoClock)
            throws IOException {
        return new EdgeKit(settings, metrics, clock, nanoClock, DirectoryLock.take(settings.dataDir()));
    }

    private List<String> threadEnded(boolean alive, String thread) {
        return alive || closing
                ? List.of()
                : List.of(
                        "the thread " + thread + " has ended; the log says why, and the process must be started anew");
    }

    private List<String> tableNotes() {
        String problem = tables.problem();
        if (problem == null) {
            return List.of();
        }
        long ageMs = tables.ageMs();
        return List.of(problem + (ageMs < 0 ? "" : "; what the tables hold is " + ageMs / 1_000 + " s old"));
    }

    // ---- before the start

    /** A table of decisions; what it applies is in the edge's report. */
    public <T> DecisionTable<T> decisions(TopicSpec topic, DecisionReader<T> reader) {
        return decisions(topic, reader, TableStore.ofRecords());
    }

    /** The same, kept in a store of its owner's. */
    public <T> DecisionTable<T> decisions(TopicSpec topic, DecisionReader<T> reader, TableStore<Decision<T>> store) {
        DecisionTable<T> table = tables.decisions(topic, reader, store);
        reported.add(table);
        return table;
    }

    /** A table of config; what it keeps out is told on {@code config.rejected}. */
    public <T> ConfigTable<T> config(TopicSpec topic, ConfigCheck<T> check) {
        return tables.config(topic, check);
    }

    /**
     * Takes in the snapshots, follows the topics, opens the admin endpoint, and tells of the edge every second.
     *
     * @param load asked at each report, on a thread of the kit; must not block
     * @throws IOException if the admin's address can't be bound; the kit can then only be closed
     */
    public void start(Supplier<EdgeLoad> load) throws IOException {
        tables.start();
        admin = AdminServer.start(settings.adminAddress(), health, metrics);
        EdgeReporter telling = new EdgeReporter(
                settings.edgeId(), settings.kind(), settings.version(), publisher, jobs, reported, load, nanoClock);
        reporter = telling;
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "edge-report");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleAtFixedRate(() -> safely(jobs::check), 0, 1_000, TimeUnit.MILLISECONDS);
        timer.scheduleAtFixedRate(() -> safely(telling::report), 0, settings.reportIntervalMs(), TimeUnit.MILLISECONDS);
        everySecond = timer;
    }

    /** What happens every second goes on happening, whatever a part of it throws. */
    private static void safely(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException e) {
            LOG.error("What the edge does every second has failed this time.", e);
        }
    }

    // ---- the parts

    public String edgeId() {
        return settings.edgeId();
    }

    public TelemetryPublisher publisher() {
        return publisher;
    }

    public Tables tables() {
        return tables;
    }

    public JobSilence jobs() {
        return jobs;
    }

    /** Where the edge adds its own complaints. */
    public Health health() {
        return health;
    }

    public PrometheusMeterRegistry metrics() {
        return metrics;
    }

    /** Where health and metrics are served. */
    public InetSocketAddress adminAddress() {
        AdminServer current = admin;
        if (current == null) {
            throw new IllegalStateException("the edge kit has not started");
        }
        return current.address();
    }

    // ---- the end

    /** The edge is going: {@code /ready} says so from now on. Serving may go on. */
    public void drain() {
        closing = true;
    }

    /** Ends in order: a last report, the last snapshots, what telemetry can still be brought out, the admin endpoint, the lock. */
    @Override
    public void close() throws IOException {
        closing = true;
        ScheduledExecutorService timer = everySecond;
        if (timer != null) {
            timer.shutdown();
            try {
                if (!timer.awaitTermination(1, TimeUnit.SECONDS)) {
                    LOG.warn("The edge's report is still being made; it ends without a last one.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            EdgeReporter last = reporter;
            if (last != null && timer.isTerminated()) {
                safely(last::report);
            }
        }
        tables.close();
        publisher.close();
        AdminServer listening = admin;
        if (listening != null) {
            listening.close();
        }
        lock.close();
    }
}
