package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.dashboards.query.TrafficHistory;
import io.fairlead.dashboards.query.TrafficPoint;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web console: one page, a typed API, and one live stream. Reads only; the browser never writes SQL.
 *
 * <p>It starts whether or not Kafka and ClickHouse are there, shows what it has with its age, and says what is missing.
 * Threads: Jetty's (bounded), one that follows the topics, two that keep the live stream going.
 */
public final class Console implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final long HISTORY_HOURS_MAX = 168;
    private static final long SPAN_SECONDS_MAX = 400L * 86_400;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final ConsoleSettings settings;
    private final InstantSource clock;
    private final ClickHouseSource source;
    private final History history;
    private final FleetState fleet;
    private final Pools pools;
    private final NetworkMap map;
    private final LiveTopics topics;
    private final LiveStream stream;
    private final RoomsBook rooms = new RoomsBook();
    private final Broadcast broadcast;
    private final Javalin server;
    private final URI url;

    /** Fleet as answered by the API. */
    record FleetAnswer(long atMs, int windowSeconds, List<ExitRow> exits) {}

    /** Traffic as answered by the API. */
    record TrafficAnswer(long fromSeconds, long toSeconds, int stepSeconds, List<TrafficPoint> points) {}

    /** Policy changes as answered by the API: those of the live topic, and of history where it answered. */
    record ChangesAnswer(
            List<PolicyChange> changes, @Nullable String problem) {}

    /** What every error says. */
    record Problem(int status, String problem) {}

    private Console(ConsoleSettings settings, InstantSource clock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        ConsoleAssets assets = new ConsoleAssets();
        this.source = new ClickHouseSource(
                settings.clickHouseUrl(),
                settings.clickHouseUser(),
                settings.clickHousePassword(),
                settings.queriesMax(),
                settings.queryTimeLimit());
        this.history = new History(source, clock);
        this.fleet = new FleetState(settings.exitsMax());
        this.stream = new LiveStream(settings.liveClientsMax());
        PoolsState ofPools = new PoolsState(settings.exitsMax());
        this.pools = new Pools(ofPools, fleet, history, clock);
        MapBook ofMap = new MapBook(settings.mapPrefixesMax());
        this.map = new NetworkMap(ofMap, history, clock);
        this.topics = new LiveTopics(settings.kafkaBootstrap(), fleet, ofPools, ofMap, rooms, this::announce, clock);
        this.broadcast = new Broadcast(fleet, history, stream, this::status, clock);
        this.server = Javalin.create(this::configure);
        route(assets);
        try {
            server.start(settings.host(), settings.port());
        } catch (JavalinBindException e) {
            throw new IOException(
                    "The console can't listen on " + settings.host() + ":" + settings.port()
                            + ": the port is taken or the address is not this machine's. Choose another port, or 0 for any that is free.",
                    e);
        }
        this.url = URI.create("http://" + (isAnyAddress(settings.host()) ? "127.0.0.1" : settings.host()) + ":"
                + server.port() + "/");
    }

    /**
     * Starts a console.
     *
     * @throws IOException when it can't listen
     */
    public static Console start(ConsoleSettings settings) throws IOException {
        return start(settings, InstantSource.system());
    }

    static Console start(ConsoleSettings settings, InstantSource clock) throws IOException {
        Console console = new Console(settings, clock);
        console.topics.start();
        console.broadcast.start();
        LOG.info("The console is at {}", console.url);
        return console;
    }

    /** Where the page is. */
    public URI url() {
        return url;
    }

    @Override
    public void close() {
        stream.close();
        broadcast.close();
        topics.close();
        server.stop();
        try {
            source.close();
        } catch (SQLException e) {
            LOG.warn("A connection to ClickHouse did not close: {}", e.getMessage());
        }
    }

    private void configure(JavalinConfig config) {
        config.showJavalinBanner = false;
        config.startupWatcherEnabled = false;
        config.http.maxRequestSize = 16_384;
        config.jetty.threadPool = new QueuedThreadPool(settings.liveClientsMax() + 32, 4, 30_000);
    }

    private void route(ConsoleAssets assets) {
        server.before(this::guard);
        server.get("/", assets::page);
        server.get("/exit/{exit}", assets::page);
        server.get("/pools", assets::page);
        server.get("/pool/{pool}", assets::page);
        server.get("/map", assets::page);
        server.get("/rooms", assets::page);
        server.get("/room/<room>", assets::page);
        server.get("/assets/{name}", context -> {
            if (!assets.asset(context, context.pathParam("name"))) {
                throw new NotFoundResponse(
                        "There is no such file. The page may be from an older console: load it again.");
            }
        });
        server.get("/api/status", context -> context.json(status()));
        server.get("/api/fleet", context -> context.json(fleetAnswer()));
        server.get("/api/fleet/{exit}", context -> context.json(details(context.pathParam("exit"), context)));
        server.get("/api/pools", context -> context.json(pools.all()));
        server.get("/api/pools/{pool}", context -> context.json(pool(context.pathParam("pool"), context)));
        server.get(
                "/api/exits/{exit}/pools",
                context -> context.json(pools.story(context.pathParam("exit"), hours(context))));
        server.get("/api/map", context -> context.json(map.overview()));
        server.get("/api/map/prefixes", context -> context.json(prefixes(context)));
        server.get("/api/map/explanation", context -> context.json(explanation(context)));
        server.get("/api/map/past", context -> context.json(map.past(hours(context))));
        server.get("/api/rooms", context -> context.json(rooms.all(clock.millis())));
        server.get("/api/rooms/<room>", context -> context.json(room(context.pathParam("room"))));
        server.get("/api/traffic", context -> context.json(traffic(context)));
        server.get("/api/policy-changes", context -> context.json(changes(context)));
        server.get("/api/live", context -> {
            if (!stream.serve(context)) {
                throw new ServiceUnavailableResponse("All " + settings.liveClientsMax()
                        + " places for live pages are taken. Close one, or raise the console's limit.");
            }
        });
        server.exception(
                HttpResponseException.class,
                (e, context) -> fail(context, e.getStatus(), String.valueOf(e.getMessage())));
        server.exception(
                History.UnansweredException.class,
                (e, context) -> fail(context, HttpStatus.SERVICE_UNAVAILABLE.getCode(), e.getMessage()));
        server.exception(IOException.class, (e, context) -> LOG.debug("A page went away: {}", e.getMessage()));
        server.exception(Exception.class, (e, context) -> {
            LOG.error("The console failed at {} {}", context.method(), context.path(), e);
            fail(context, 500, "The console failed at this. Its log says why.");
        });
        server.error(404, context -> {
            if (context.resultInputStream() == null || "Not Found".equals(context.result())) {
                fail(context, 404, "There is nothing at " + context.path() + ". The fleet is at /.");
            }
        });
    }

    /** Who may ask, and what browsers may do with the answer. */
    private void guard(Context context) {
        context.header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cross-Origin-Opener-Policy", "same-origin")
                .header("Cross-Origin-Resource-Policy", "same-origin")
                .header("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
                .header("Cache-Control", "no-store");
        String host = String.valueOf(context.header("Host")).replaceFirst(":\\d+$", "");
        // A foreign name that was made to point here would let that site's pages read the fleet.
        if (isLoopback(settings.host()) && !LOOPBACK.contains(host.toLowerCase(Locale.ROOT))) {
            throw new HttpResponseException(
                    421, "This console answers to localhost and 127.0.0.1, not to '" + host + "'.", Map.of());
        }
    }

    private Status status() {
        return Statuses.of(clock.millis(), topics, history, fleet, stream.clients(), settings.objectives());
    }

    private FleetAnswer fleetAnswer() {
        if (!history.loadsKnown()) {
            history.lookAtLoads();
        }
        List<ExitRow> rows = fleet.scores().stream()
                .map(score -> ExitRow.of(score, history.load(score.getExitId())))
                .sorted(Comparator.comparing(ExitRow::id))
                .toList();
        return new FleetAnswer(clock.millis(), History.WINDOW_SECONDS, rows);
    }

    private ExitDetails details(String exitId, Context context) {
        long fromMs = clock.millis() - hours(context) * 3_600_000;
        return fleet.score(exitId)
                .map(score -> {
                    ExitRow row = ExitRow.of(score, history.load(exitId));
                    try {
                        return ExitDetails.of(
                                score, row, history.decisions(exitId, fromMs), history.outcomes(exitId, fromMs), null);
                    } catch (History.UnansweredException said) {
                        return ExitDetails.of(score, row, null, null, said.getMessage());
                    }
                })
                .orElseThrow(() -> new NotFoundResponse(
                        "No decision names an exit '" + exitId + "'. It may have been retracted."));
    }

    private PoolDetails pool(String poolId, Context context) {
        String measure = Optional.ofNullable(context.queryParam("measure")).orElse("HEALTH");
        if (!Pools.MEASURES.contains(measure)) {
            throw new BadRequestResponse(
                    "'" + measure + "' is no measure; give one of " + String.join(", ", Pools.MEASURES) + ".");
        }
        return pools.one(poolId, hours(context), measure)
                .orElseThrow(() -> new NotFoundResponse(
                        "No pool '" + poolId + "' is defined. It may have been deleted; all pools are at /pools."));
    }

    private RoomsBook.Room room(String name) {
        return rooms.one(name, clock.millis())
                .orElseThrow(() -> new NotFoundResponse(
                        "Nobody behind a relay client watches a room '" + name + "' now; all rooms are at /rooms."));
    }

    private NetworkMap.Prefixes prefixes(Context context) {
        String evidence = Optional.ofNullable(context.queryParam("evidence")).orElse("");
        if (!evidence.isEmpty() && !NetworkMap.isEvidence(evidence)) {
            throw new BadRequestResponse("'" + evidence + "' is no class of evidence, such as CLIENT_RTT.");
        }
        return map.prefixes(Optional.ofNullable(context.queryParam("group")).orElse(""), evidence);
    }

    private NetworkMap.Explanation explanation(Context context) {
        String asker = Optional.ofNullable(context.queryParam("of")).orElse("");
        try {
            return map.explain(asker, hours(context));
        } catch (IllegalArgumentException e) {
            throw new BadRequestResponse("Of whom? " + e.getMessage() + ".");
        }
    }

    /** How far back history is asked for. */
    private static long hours(Context context) {
        String text = context.queryParam("hours");
        if (text == null || text.isEmpty()) {
            return 1;
        }
        if (!text.matches("\\d{1,3}") || Long.parseLong(text) < 1 || Long.parseLong(text) > HISTORY_HOURS_MAX) {
            throw new BadRequestResponse(
                    "'" + text + "' is no span for 'hours'; give a whole number from 1 to " + HISTORY_HOURS_MAX + ".");
        }
        return Long.parseLong(text);
    }

    private TrafficAnswer traffic(Context context) throws History.UnansweredException {
        long to = seconds(context, "to", clock.millis() / 1_000);
        long from = seconds(context, "from", to - 900);
        if (from >= to || to - from > SPAN_SECONDS_MAX) {
            throw new BadRequestResponse("The span from " + from + " to " + to
                    + " is empty or longer than 400 days; give from < to in seconds since 1970.");
        }
        return new TrafficAnswer(from, to, TrafficHistory.stepSeconds(from, to), history.traffic(from, to));
    }

    private ChangesAnswer changes(Context context) {
        long toMs = seconds(context, "to", clock.millis() / 1_000 + 60) * 1_000;
        long fromMs = seconds(context, "from", toMs / 1_000 - 86_400) * 1_000;
        Map<List<Long>, PolicyChange> byVersion = new LinkedHashMap<>();
        String problem = null;
        try {
            history.policyChanges(fromMs, toMs).forEach(change -> byVersion.put(identity(change), change));
        } catch (History.UnansweredException said) {
            problem = said.getMessage();
        }
        for (PolicyChange change : fleet.changes()) {
            if (change.atMs() >= fromMs && change.atMs() < toMs) {
                byVersion.put(identity(change), change);
            }
        }
        List<PolicyChange> changes = new ArrayList<>(byVersion.values());
        changes.sort(Comparator.comparingLong(PolicyChange::version).thenComparingLong(PolicyChange::atMs));
        return new ChangesAnswer(changes, problem);
    }

    /** A canary does several things under its one version. */
    private static List<Long> identity(PolicyChange change) {
        return change.revision() == 0 ? List.of(change.version(), change.atMs()) : List.of(change.version());
    }

    private void announce(PolicyChange change) {
        broadcast.announce(change);
    }

    private static long seconds(Context context, String name, long otherwise) {
        String text = context.queryParam(name);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value < 1L << 32) {
                return value;
            }
        } catch (NumberFormatException e) {
            LOG.debug("Not a number: {}", text);
        }
        throw new BadRequestResponse("'" + text + "' is no time for '" + name + "'; give whole seconds since 1970.");
    }

    private static void fail(Context context, int status, String sentence) {
        context.status(status).json(new Problem(status, sentence));
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isAnyAddress(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
    }
}
