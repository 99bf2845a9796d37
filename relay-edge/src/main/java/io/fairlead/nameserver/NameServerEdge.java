package io.fairlead.nameserver;

import io.fairlead.edge.EdgeKit;
import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.nameserver.map.EdgeReports;
import io.fairlead.nameserver.map.Group;
import io.fairlead.nameserver.map.MapRecord;
import io.fairlead.nameserver.map.NetworkMap;
import io.fairlead.nameserver.map.Prober;
import io.fairlead.nameserver.server.NameServer;
import io.fairlead.nameserver.server.NameServerCounters;
import io.fairlead.nameserver.server.Served;
import io.fairlead.nameserver.tally.TallyDesk;
import io.fairlead.nameserver.wire.Rcode;
import io.fairlead.nameserver.zone.Zones;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A name server put together: zones, the network map from Kafka with the state of its groups, counts of who asks, health and metrics. Without Kafka it
 * serves its zones, and mapped names from the snapshots on its disk.
 */
public final class NameServerEdge implements AutoCloseable {

    /** Job whose heartbeat says that the map's word on groups counts. */
    public static final String MAP_JOB = "map";

    private static final Logger LOG = LoggerFactory.getLogger(NameServerEdge.class);
    private static final int STOP_S = 5;

    private final EdgeKit kit;
    private final NetworkMap map;
    private final NameServer server;
    private final Prober prober;
    private final EdgeReports reports;
    private final TallyDesk tally;

    /** Of groups alone, so that one that fails waits for nothing else. */
    private final ScheduledExecutorService groups = timer("groups");

    private final ScheduledExecutorService timer = timer("map");
    private volatile boolean draining;

    private NameServerEdge(NameServerEdgeSettings settings, Zones zones, EdgeKit kit) throws IOException {
        this.kit = kit;
        this.map = new NetworkMap(settings.map(), InstantSource.system(), System::nanoTime);
        kit.decisions(Topics.DECISIONS_MAP, MapRecord.reader(), map.rows()).listen(map.decisions());
        kit.config(Topics.CONFIG_GROUPS, Group::of).listen(map.groups());
        RandomGenerator.SplittableGenerator random = new SplittableRandom();
        this.tally = new TallyDesk(settings.tally(), kit.publisher()::offer, System::nanoTime, random);
        NameServerCounters counters = new NameServerCounters();
        counters.bindTo(kit.metrics());
        map.bindTo(kit.metrics());
        tally.bindTo(kit.metrics());
        kit.start(() -> load(counters));
        map.checkGroups(false);
        map.takeEntries();
        this.server = NameServer.start(
                settings.listen(),
                settings.server(),
                new Served(zones, map),
                counters,
                tally::of,
                tally::answeredOverTcp,
                InstantSource.system());
        this.prober = Prober.start(settings.map(), map, () -> groups.execute(guarded(this::checkGroups)));
        this.reports = EdgeReports.start(settings.kit().edgeId(), settings.kit().kafka(), map::heard);
        kit.health().note("reports", () -> {
            String problem = reports.problem();
            return problem == null ? List.of() : List.of(problem);
        });
        every(groups, settings.map().checkMs(), this::checkGroups);
        every(timer, settings.map().checkMs(), map::takeEntries);
        every(timer, settings.tally().intervalMs(), tally::tell);
    }

    private static ScheduledExecutorService timer(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private void checkGroups() {
        map.checkGroups(!kit.jobs().isSilent(MAP_JOB));
    }

    private static void every(ScheduledExecutorService timer, int ms, Runnable what) {
        timer.scheduleWithFixedDelay(guarded(what), ms, ms, TimeUnit.MILLISECONDS);
    }

    private static Runnable guarded(Runnable what) {
        return () -> {
            try {
                what.run();
            } catch (RuntimeException e) {
                LOG.error("What the name server does again and again has failed this time.", e);
            }
        };
    }

    /**
     * Starts one.
     *
     * @throws IOException if an address can't be bound or the data directory not be used; nothing is left behind
     */
    public static NameServerEdge start(NameServerEdgeSettings settings, Zones zones) throws IOException {
        EdgeKit kit = EdgeKit.open(
                settings.kit(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                InstantSource.system(),
                System::nanoTime);
        try {
            return new NameServerEdge(settings, zones, kit);
        } catch (IOException | RuntimeException e) {
            close(kit, e);
            throw e;
        }
    }

    private static void close(EdgeKit kit, Exception because) {
        try {
            kit.close();
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    private EdgeLoad load(NameServerCounters counters) {
        long failures = counters.answers(Rcode.SERVFAIL);
        return new EdgeLoad(
                counters.tcpClients(),
                0,
                0,
                0,
                counters.questions(),
                failures,
                kit.jobs().isSilent(MAP_JOB),
                draining);
    }

    /** Where it listens for questions. */
    public List<InetSocketAddress> addresses() {
        return server.addresses();
    }

    public InetSocketAddress adminAddress() {
        return kit.adminAddress();
    }

    public NetworkMap map() {
        return map;
    }

    /** What operators ask of it; null: nothing is wrong. */
    public @Nullable String problem() {
        return reports.problem();
    }

    /** Says that it goes, takes no more questions, tells what it has counted, and gives everything back. */
    @Override
    public void close() throws IOException {
        draining = true;
        kit.drain();
        prober.close();
        groups.shutdown();
        timer.shutdown();
        try {
            if (!timer.awaitTermination(STOP_S, TimeUnit.SECONDS)) {
                LOG.warn("What was counted last is still being told; the name server ends.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tally.tell();
        server.close();
        reports.close();
        kit.close();
    }
}
