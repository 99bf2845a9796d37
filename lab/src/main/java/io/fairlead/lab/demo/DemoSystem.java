package io.fairlead.lab.demo;

import io.fairlead.cli.topics.TopicApplier;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.lab.fleet.ExitProfile;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.CommandProcess;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.proxy.link.LinkAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * All parts of the demo, started in the order in which they need each other, what can at the same time. Closed in the opposite order;
 * a part that fails to start ends the others.
 */
final class DemoSystem implements AutoCloseable {

    static final String EDGE = "edge-1";

    private static final String FACTS = "io.fairlead.jobs.facts.FactsJob";
    private static final String QUALITY = "io.fairlead.jobs.quality.QualityJob";
    private static final String POOLS = "io.fairlead.jobs.pools.PoolJob";
    private static final Duration CERTIFICATES_VALID = Duration.ofDays(30);
    private static final Duration EXITS_WAIT = Duration.ofSeconds(20);
    private static final double EXITS_WANTED = 0.9;
    private static final int PROXY_HEAP_MIB = 256;
    private static final int FLEET_HEAP_MIB = 192;
    private static final int CONSOLE_HEAP_MIB = 192;

    /** Jobs that the cluster has room for. */
    private static final int JOBS_MAX = 8;

    private final DemoOptions options;
    private final Consumer<String> progress;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private boolean closing; // guarded by running
    private final ExecutorService starters = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "demo-start");
        thread.setDaemon(true);
        return thread;
    });

    private @Nullable FileChannel lock;
    private @Nullable KafkaProcess kafka;
    private @Nullable FlinkProcess flink;
    private @Nullable ClickHouseProcess clickHouse;
    private @Nullable CommandProcess proxy;
    private @Nullable CommandProcess fleet;
    private @Nullable CommandProcess console;
    private volatile @Nullable CommandProcess names;
    private volatile String mapProblem = "";
    private volatile @Nullable CommandProcess rooms;
    private volatile String roomsProblem = "";
    private @Nullable TargetSite site;
    private DemoOptions.@Nullable ClickHouseServer store;
    private DemoOptions.@Nullable ClickHouseServer reader;

    private DemoSystem(DemoOptions options, Consumer<String> progress) {
        this.options = options;
        this.progress = progress;
    }

    /**
     * Starts everything.
     *
     * @param progress told in a line what has started, and what went wrong
     * @throws IOException saying which part could not be started, and why; nothing runs then
     */
    static DemoSystem start(DemoOptions options, Consumer<String> progress) throws IOException, InterruptedException {
        DemoSystem system = new DemoSystem(options, progress);
        try {
            system.start();
            return system;
        } catch (Exception e) {
            system.close();
            if (e instanceof IOException known) {
                throw known;
            }
            if (e instanceof InterruptedException hurried) {
                throw hurried;
            }
            throw new IOException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private void start() throws Exception {
        Files.createDirectories(options.data());
        lock = lock(options.data());
        TargetSite opened = opened(TargetSite.open(rememberedSitePort(), 0));
        site = opened;
        Files.writeString(options.data().resolve("site.port"), Integer.toString(opened.port()));

        Future<KafkaProcess> kafkaStart = starters.submit(() -> {
            KafkaProcess started = opened(KafkaProcess.start(
                    dir("kafka"),
                    KafkaProcess.Options.defaults()
                            .withPort(options.kafkaPort())
                            .withQuickStart()
                            .withNotices(progress)));
            kafka = started;
            said("Kafka", started.bootstrap());
            Map<String, Object> client = kafkaClient();
            try (TopicApplier topics = new TopicApplier(client)) {
                topics.apply(topics.plan(), (short) 1);
            }
            new DemoConfig(client).apply(opened);
            said("Topics and config", "as the catalogue says");
            return started;
        });
        Future<?> storeStart = starters.submit(() -> {
            store();
            return null;
        });
        Future<FlinkProcess> flinkStart = starters.submit(() -> {
            FlinkProcess started = opened(FlinkProcess.start(
                    dir("flink"),
                    FlinkProcess.Options.defaults()
                            .withRestPort(options.flinkPort())
                            .withSlots(JOBS_MAX)
                            .withQuickStart()
                            .withNotices(progress)));
            flink = started;
            said("Flink", started.restUrl().toString());
            return started;
        });
        Future<?> certificates = starters.submit(() -> {
            certificates();
            return null;
        });
        get(certificates);
        get(kafkaStart);
        Future<?> edges = starters.submit(() -> {
            proxy();
            startFleet();
            return null;
        });
        get(storeStart);
        get(flinkStart);
        ClientSettings.write(
                options.data(), kafka().bootstrap(), flink().restUrl().toString(), need(reader, "ClickHouse"));
        Future<?> consoleStart = starters.submit(() -> {
            console();
            return null;
        });
        submitJobs();
        get(edges);
        get(consoleStart);
        exits();
        Files.writeString(options.data().resolve("fleet.url"), control().toString());
        Files.writeString(options.data().resolve("console.url"), consoleUrl().toString());
        Files.writeString(options.data().resolve("proxy.port"), Integer.toString(users().getPort()));
    }

    private void store() throws Exception {
        DemoOptions.ClickHouseServer own = options.clickHouse();
        if (own != null) {
            store = own;
            reader = own;
        } else {
            ClickHouseProcess started = opened(ClickHouseProcess.start(
                    dir("clickhouse"),
                    ClickHouseProcess.Options.defaults()
                            .withPort(options.clickHousePort())
                            .withNotices(progress)));
            clickHouse = started;
            store = new DemoOptions.ClickHouseServer(started.url().toString(), started.user(), started.password());
            reader = new DemoOptions.ClickHouseServer(
                    started.url().toString(), started.reader(), started.readerPassword());
        }
        DemoOptions.ClickHouseServer server = facts();
        ClickHouseMigrations.apply(server.url(), server.user(), server.password());
        said("ClickHouse", server.url());
    }

    private void submitJobs() throws Exception {
        ResumableJobs jobs = new ResumableJobs(flink());
        DemoOptions.ClickHouseServer server = facts();
        jobs.submit(
                JobsJar.find(),
                QUALITY,
                List.of("--bootstrap-servers", kafka().bootstrap(), "--checkpoint-ms", "5000"),
                1);
        jobs.submit(JobsJar.find(), POOLS, List.of("--bootstrap-servers", kafka().bootstrap()), 1);
        jobs.submit(
                JobsJar.find(),
                FACTS,
                List.of(
                        "--bootstrap-servers",
                        kafka().bootstrap(),
                        "--clickhouse",
                        server.url(),
                        "--clickhouse-user",
                        server.user(),
                        "--clickhouse-password",
                        server.password()),
                1);
        said("Jobs", "quality, pools, facts");
    }

    /** Submits the jobs again after their cluster has died: each goes on from its last checkpoint. */
    void resubmitJobs() throws Exception {
        submitJobs();
        if (names != null) {
            DemoMap.submitJobs(flink(), kafka().bootstrap());
        }
        if (rooms != null) {
            DemoRooms.submitJob(flink(), kafka().bootstrap());
        }
    }

    /** Starts what the map needs, if it is wanted, while the rest serves: it delays nobody. */
    void startMap() {
        if (!options.map()) {
            return;
        }
        starters.execute(() -> {
            try {
                names = opened(DemoMap.start(options, kafka().bootstrap(), progress));
                DemoMap.submitJobs(flink(), kafka().bootstrap());
            } catch (Exception e) {
                mapProblem = "the map did not start: " + e.getMessage();
            }
        });
    }

    /** Starts the live room, if it is wanted, while the rest serves: it delays nobody. */
    void startRooms() {
        if (!options.rooms()) {
            return;
        }
        starters.execute(() -> {
            try {
                rooms = opened(DemoRooms.start(options, kafka().bootstrap(), progress));
                DemoRooms.submitJob(flink(), kafka().bootstrap());
            } catch (Exception e) {
                roomsProblem = "the live room did not start: " + e.getMessage();
            }
        });
    }

    /** The process of the live room; null: it has not started, or is not wanted. */
    @Nullable
    CommandProcess rooms() {
        return rooms;
    }

    /** How the live room is; empty: there is nothing to say yet. */
    String roomsLine(ConsoleReader reader) throws InterruptedException {
        CommandProcess started = rooms;
        if (started == null || !roomsProblem.isEmpty()) {
            return roomsProblem;
        }
        try {
            return DemoRooms.line(reader, URI.create(started.address("control")));
        } catch (IOException e) {
            return "room: its process does not answer: " + e.getMessage();
        }
    }

    /** How good the map's answers are; empty: there is nothing to say yet. */
    String mapLine(ConsoleReader reader) throws InterruptedException {
        CommandProcess started = names;
        if (started == null || !mapProblem.isEmpty()) {
            return mapProblem;
        }
        try {
            return DemoMap.line(reader, URI.create(started.address("control")));
        } catch (IOException e) {
            return "map: the name service does not answer: " + e.getMessage();
        }
    }

    private void proxy() throws IOException {
        Path certificates = dir("certificates");
        CommandProcess started = opened(CommandProcess.start(
                "proxy",
                "Proxy",
                PROXY_HEAP_MIB,
                false, // what people measure
                Map.of("user", options.proxyPort(), "link", 0, "admin", 0),
                ports -> List.of(
                        "proxy",
                        "--edge-id=" + EDGE,
                        "--user-address=127.0.0.1:" + ports.get("user"),
                        "--link-address=127.0.0.1:" + ports.get("link"),
                        "--admin-address=127.0.0.1:" + ports.get("admin"),
                        "--bootstrap-servers=" + kafka().bootstrap(),
                        "--certificate=" + certificates.resolve(EDGE + ".crt"),
                        "--key=" + certificates.resolve(EDGE + ".key"),
                        "--authority=" + certificates.resolve("ca.crt"),
                        "--allow-destination=127.0.0.0/8",
                        "--drain-ms=1000",
                        "--data=" + dir("proxy").resolve("edge")),
                dir("proxy"),
                progress));
        proxy = started;
        said("Proxy", "127.0.0.1:" + started.address("user").replaceFirst(".*:", ""));
    }

    private void startFleet() throws IOException {
        CommandProcess started = opened(CommandProcess.start(
                "fleet",
                "Fleet",
                FLEET_HEAP_MIB,
                true,
                Map.of("control", 0),
                ports -> List.of(
                        "fleet",
                        "--exits=" + options.exits(),
                        "--supernode=" + proxyProcess().address("link"),
                        "--certificates=" + dir("certificates"),
                        "--pools=" + DemoConfig.POOL,
                        "--allow-destination=127.0.0.0/8",
                        "--control-port=" + ports.get("control")),
                dir("fleet"),
                progress));
        fleet = started;
        said("Fleet", started.address("control"));
    }

    /** Waits until most exits have dialed in; those that come and go may be away just now. */
    private void exits() throws IOException, InterruptedException {
        ConsoleReader reads = new ConsoleReader();
        URI exits = control().resolve("/exits");
        long deadlineNanos = System.nanoTime() + EXITS_WAIT.toNanos();
        long linked = 0;
        while (linked < EXITS_WANTED * options.exits() && System.nanoTime() - deadlineNanos < 0) {
            TimeUnit.MILLISECONDS.sleep(100);
            linked = StreamSupport.stream(reads.get(exits).spliterator(), false)
                    .filter(exit -> exit.get("linksUp").asInt() > 0)
                    .count();
        }
        said("Exits", linked + " of " + options.exits() + " have dialed in");
    }

    /** By the settings' file, for a command line is there for all to read. */
    private void console() throws IOException {
        CommandProcess started = opened(CommandProcess.start(
                "console",
                "Console",
                CONSOLE_HEAP_MIB,
                true,
                Map.of("console", options.consolePort()),
                ports -> List.of(
                        "console",
                        "--console-port=" + ports.get("console"),
                        "--settings="
                                + options.data().resolve(ClientSettings.FILE).toAbsolutePath()),
                dir("console"),
                progress));
        console = started;
        said("Console", started.address("console"));
    }

    private void certificates() {
        Path directory = dir("certificates");
        LinkAuthority authority = LinkAuthority.openOrCreate(directory, InstantSource.system());
        authority.issueEdge(EDGE, CERTIFICATES_VALID).save(directory, EDGE);
        for (ExitProfile profile : ExitProfile.fleet(options.exits())) {
            authority.issueAgent(profile.exitId(), CERTIFICATES_VALID).save(directory, profile.exitId());
        }
    }

    private void said(String part, String where) {
        progress.accept(String.format("  %-18s %s", part, where));
    }

    // ---- where things are

    DemoOptions options() {
        return options;
    }

    KafkaProcess kafka() {
        return need(kafka, "Kafka");
    }

    FlinkProcess flink() {
        return need(flink, "Flink");
    }

    /** Null: somebody else runs it. */
    @Nullable
    ClickHouseProcess clickHouseProcess() {
        return clickHouse;
    }

    CommandProcess proxyProcess() {
        return need(proxy, "the proxy");
    }

    CommandProcess fleet() {
        return need(fleet, "the fleet");
    }

    TargetSite site() {
        return need(site, "the site");
    }

    /** Where facts are written. */
    DemoOptions.ClickHouseServer facts() {
        return need(store, "ClickHouse");
    }

    Map<String, Object> kafkaClient() {
        return Map.of("bootstrap.servers", kafka().bootstrap());
    }

    InetSocketAddress users() {
        String address = proxyProcess().address("user");
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    URI admin() {
        return URI.create(proxyProcess().address("admin"));
    }

    /** By which other commands find this demo. */
    Path clientSettings() {
        return options.data().resolve(ClientSettings.FILE);
    }

    URI consoleUrl() {
        return URI.create(need(console, "the console").address("console"));
    }

    /** Where the fleet is told to become worse. */
    URI control() {
        return URI.create(fleet().address("control"));
    }

    /** Resident memory of all processes, this one included, as far as the operating system tells. */
    long rssBytes() {
        long bytes = ownRssBytes();
        for (AutoCloseable each : List.copyOf(running)) {
            if (each instanceof Host host) {
                OptionalLong rss = host.rssBytes();
                bytes += rss.orElse(0);
            }
        }
        return bytes;
    }

    private static long ownRssBytes() {
        Path status = Path.of("/proc/self/status");
        try {
            return Files.exists(status)
                    ? Files.readAllLines(status).stream()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                            .sum()
                    : 0;
        } catch (IOException e) {
            return 0; // not told on this platform
        }
    }

    // ---- the end

    @Override
    public void close() {
        starters.shutdownNow();
        List<AutoCloseable> parts;
        synchronized (running) {
            closing = true;
            parts = new ArrayList<>(running);
            running.clear();
        }
        // Users and edges first, so that what they have told is still taken; then what they stand on.
        List<Host> commands = hosts(parts, true);
        Host.closeAll(commands);
        Host.closeAll(hosts(parts, false));
        for (AutoCloseable part : parts) {
            if (!(part instanceof Host)) {
                try {
                    part.close();
                } catch (Exception e) {
                    progress.accept("A part did not close: " + e.getMessage());
                }
            }
        }
        FileChannel held = lock;
        if (held != null) {
            try {
                held.close();
            } catch (IOException e) {
                progress.accept("The lock of " + options.data() + " was not released: " + e.getMessage());
            }
        }
    }

    private static List<Host> hosts(List<AutoCloseable> parts, boolean commands) {
        return parts.stream()
                .filter(part -> part instanceof Host && part instanceof CommandProcess == commands)
                .map(Host.class::cast)
                .toList();
    }

    /** A part that comes when all are being closed is closed at once. */
    private <T extends AutoCloseable> T opened(T part) {
        synchronized (running) {
            if (!closing) {
                running.push(part);
                return part;
            }
        }
        try {
            part.close();
        } catch (Exception e) {
            progress.accept("A part did not close: " + e.getMessage());
        }
        throw new IllegalStateException("the demo ends");
    }

    private Path dir(String name) {
        return options.data().resolve(name);
    }

    private int rememberedSitePort() throws IOException {
        Path file = options.data().resolve("site.port");
        return Files.exists(file)
                        && isFree(Integer.parseInt(Files.readString(file).strip()))
                ? Integer.parseInt(Files.readString(file).strip())
                : 0;
    }

    private static boolean isFree(int port) {
        try (java.net.ServerSocket probe = new java.net.ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // taken
        }
    }

    private static FileChannel lock(Path data) throws IOException {
        FileChannel channel =
                FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: the same answer.
        }
        channel.close();
        throw new IOException("Another demo runs with its data in " + data + ". Stop it, or choose another --data.");
    }

    private static <T> T need(@Nullable T part, String name) {
        if (part == null) {
            throw new IllegalStateException(name + " has not started");
        }
        return part;
    }

    private static <T> T get(Future<T> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception known ? known : e;
        }
    }

    /** For tests and scenarios that break things. */
    <T> Future<T> later(Callable<T> task) {
        return starters.submit(task);
    }
}
