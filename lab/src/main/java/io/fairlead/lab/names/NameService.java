package io.fairlead.lab.names;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.nameserver.NameServerEdge;
import io.fairlead.nameserver.NameServerEdgeSettings;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.tally.TallySettings;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small service on this machine: a real name server with each group, simulated resolvers that ask them real questions, and what the groups' edges would tell. Pages of some clients fetch beacons. What the answers are worth
 * is known, since all round trips are. One thread asks and hears; others look at {@link #seen()} and let groups fail.
 */
public final class NameService implements AutoCloseable {

    /** The zone, whose names {@code *.watch} are mapped, and {@code *.beacon} beacons. */
    public static final String ZONE = "fairlead.example";

    private static final Logger LOG = LoggerFactory.getLogger(NameService.class);
    private static final int NAMES = 1_000;

    /** Of the questions of resolvers that tell no subnet. */
    private static final double BEACONS = 0.1;

    private static final int TICK_MS = 10;
    private static final int REPORT_MS = 500;
    private static final int ROUND_TRIPS_MS = 4_000;
    private static final int BUFFER_BYTES = 4_096;
    private static final double NANOS_PER_S = 1e9;

    /** First address of the first group; groups are told apart by its last byte. */
    private static final int ADDRESS = 0xC0_00_02_01; // 192.0.2.1

    private final NameWorld world;
    private final double questionsPerSecond;
    private final double bitsAQuestion;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<InetSocketAddress> nameServers = new ArrayList<>();
    private final List<SimulatedResolver> resolvers = new ArrayList<>();
    private final double[] weightUpTo;
    private final SplittableRandom random;
    private final DeliverySites edges;
    private final Selector selector;
    private final AtomicReferenceArray<Failure> failures;
    private final AnswersSeen seen;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean quiet;

    /** A group that fails since then; ms since the Unix epoch. */
    record Failure(long atMs) {}

    private NameService(
            NameWorld world,
            Map<String, Object> kafka,
            Path data,
            double questionsPerSecond,
            double totalBitsPerSecond,
            long seed)
            throws IOException {
        this.world = world;
        this.questionsPerSecond = questionsPerSecond;
        this.bitsAQuestion = totalBitsPerSecond / questionsPerSecond;
        this.random = new SplittableRandom(seed);
        this.failures = new AtomicReferenceArray<>(world.sites().size());
        this.seen = new AnswersSeen(world, world.sharesByRank());
        this.weightUpTo = new double[world.resolvers().size()];
        try {
            for (NameWorld.Site site : world.sites()) {
                NameServerEdge edge = opened(nameServer(site, kafka, data));
                nameServers.add(edge.addresses().get(0));
            }
            selector = opened(Selector.open());
            double sum = 0;
            for (NameWorld.Asker asker : world.resolvers()) {
                resolvers.add(opened(new SimulatedResolver(world, asker, nameServers, selector, random.split())));
                sum += asker.weight();
                weightUpTo[resolvers.size() - 1] = sum;
            }
            edges = opened(new DeliverySites(world, kafka, System.currentTimeMillis(), random.split()));
        } catch (IOException | RuntimeException e) {
            closeAll();
            throw e;
        }
        thread = new Thread(this::live, "resolvers");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Starts it. Groups stand in config already, by the ids and addresses of {@link #address}.
     *
     * @param data directory of the name servers
     * @param questionsPerSecond of all resolvers
     * @param totalBitsPerSecond that all clients take
     * @throws IOException if an address can't be bound; nothing is left behind
     */
    public static NameService start(
            NameWorld world,
            Map<String, Object> kafka,
            Path data,
            double questionsPerSecond,
            double totalBitsPerSecond,
            long seed)
            throws IOException {
        return new NameService(world, kafka, data, questionsPerSecond, totalBitsPerSecond, seed);
    }

    /** What a group serves viewers from; nobody is there. */
    public static String address(int site) {
        return "192.0.2." + (1 + site);
    }

    /** Id of the name server with a group. */
    public static String nameServer(NameWorld.Site site) {
        return "ns-" + site.id();
    }

    private static NameServerEdge nameServer(NameWorld.Site site, Map<String, Object> kafka, Path data)
            throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        Zone zone = Objects.requireNonNull(Zone.parse("""
                $ORIGIN fairlead.example.
                $TTL 300
                @ SOA ns hostmaster 1 1h 15m 1w 60
                  NS ns
                ns A 127.0.0.1
                $MAPPED *.watch 20
                $BEACON *.beacon
                """, null).zone());
        Map<String, String> client = new java.util.HashMap<>();
        kafka.forEach((name, value) -> client.put(name, value.toString()));
        return NameServerEdge.start(
                new NameServerEdgeSettings(
                        List.of(new InetSocketAddress(loopback, 0)),
                        NameServerSettings.DEFAULTS.withUdpSockets(1),
                        MapSettings.DEFAULTS,
                        TallySettings.DEFAULTS,
                        EdgeKitSettings.of(
                                        nameServer(site),
                                        NameServerEdgeSettings.KIND,
                                        "lab",
                                        String.valueOf(kafka.get("bootstrap.servers")),
                                        data.resolve(nameServer(site)))
                                .withKafka(client)),
                new Zones(List.of(zone)));
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    // ---- the thread of the resolvers

    private void live() {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long beganNanos = System.nanoTime();
        double asked = 0;
        long reportedMs = System.currentTimeMillis();
        long measuredMs = reportedMs;
        try {
            while (closed.getCount() > 0) {
                double due = questionsPerSecond * (System.nanoTime() - beganNanos) / NANOS_PER_S;
                if (quiet) {
                    asked = due;
                }
                for (; asked < due; asked++) {
                    SimulatedResolver resolver = next();
                    resolver.ask(name(resolver.asker()), buffer, System.nanoTime());
                    if (due - asked > questionsPerSecond) {
                        asked = due - questionsPerSecond; // the machine stood still: what was missed is not caught up
                    }
                }
                selector.select(TICK_MS);
                for (SelectionKey key : selector.selectedKeys()) {
                    hear((SimulatedResolver) Objects.requireNonNull(key.attachment()), buffer);
                }
                selector.selectedKeys().clear();
                long nowMs = System.currentTimeMillis();
                if (nowMs - measuredMs >= ROUND_TRIPS_MS) {
                    measured(nowMs - measuredMs, nowMs);
                    measuredMs = nowMs;
                }
                if (nowMs - reportedMs >= REPORT_MS) {
                    reported(Math.max(REPORT_MS, nowMs - measuredMs), nowMs);
                    reportedMs = nowMs;
                }
            }
        } catch (IOException | RuntimeException e) {
            if (closed.getCount() > 0) {
                LOG.error("Resolvers have stopped asking.", e);
            }
        }
    }

    private String name(NameWorld.Asker asker) {
        return !asker.tellsSubnet() && random.nextDouble() < BEACONS
                ? String.format("%016x%016x.beacon.%s", random.nextLong(), random.nextLong(), ZONE)
                : "c" + random.nextInt(NAMES) + ".watch." + ZONE;
    }

    private SimulatedResolver next() {
        double at = weightUpTo[weightUpTo.length - 1] * random.nextDouble();
        int found = java.util.Arrays.binarySearch(weightUpTo, at);
        return resolvers.get(Math.min(resolvers.size() - 1, found < 0 ? -found - 1 : found));
    }

    private void hear(SimulatedResolver resolver, ByteBuffer buffer) throws IOException {
        for (SimulatedResolver.Told told = resolver.hear(buffer); told != null; told = resolver.hear(buffer)) {
            int site = told.address() - ADDRESS;
            if (told.address() != 0 && site >= 0 && site < world.sites().size()) {
                NameWorld.Clients clients =
                        resolver.asker().clients().get(told.asked().clients());
                long nowMs = System.currentTimeMillis();
                String beacon = told.asked().beacon();
                if (beacon == null) {
                    seen.answered(resolver.asker(), clients, site, failures, nowMs);
                    edges.came(site, clients, bitsAQuestion);
                } else if (failures.get(site) == null) {
                    edges.fetched(site, clients, beacon, nowMs);
                }
            }
        }
    }

    private void reported(long intervalMs, long nowMs) {
        for (int site = 0; site < world.sites().size(); site++) {
            if (failures.get(site) == null) {
                edges.report(site, intervalMs, nowMs);
            }
        }
    }

    private void measured(long intervalMs, long nowMs) {
        for (int site = 0; site < world.sites().size(); site++) {
            if (failures.get(site) == null) {
                edges.roundTrips(site, intervalMs, nowMs);
            } else {
                edges.forget(site);
            }
        }
    }

    // ---- what others see and do

    /** What answers were worth, and how groups are. */
    public AnswersSeen.Picture seen() {
        return seen.picture(failures);
    }

    /** Where the name servers listen, in the order of the sites. */
    public List<InetSocketAddress> nameServers() {
        return List.copyOf(nameServers);
    }

    /** Lets no resolver ask any more, or all again. Edges go on telling. */
    public void quiet(boolean now) {
        quiet = now;
    }

    /**
     * Lets a group fail, or come back: its edge tells nothing any more.
     *
     * @throws IllegalArgumentException if there is none of that id
     */
    public void fail(String group, boolean failed) {
        for (int site = 0; site < world.sites().size(); site++) {
            if (world.sites().get(site).id().equals(group)) {
                seen.failing(site);
                failures.set(site, failed ? new Failure(System.currentTimeMillis()) : null);
                return;
            }
        }
        throw new IllegalArgumentException("there is no group '" + group + "'; there are "
                + String.join(
                        ", ", world.sites().stream().map(NameWorld.Site::id).toList()));
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeAll();
    }

    private void closeAll() throws IOException {
        List<AutoCloseable> parts = new ArrayList<>(open);
        Collections.reverse(parts);
        IOException failed = null;
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                failed = failed == null ? new IOException("a part did not close: " + e.getMessage(), e) : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
