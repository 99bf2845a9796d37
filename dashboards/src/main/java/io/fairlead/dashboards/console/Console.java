package io.fairlead.dashboards.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fairlead.dashboards.access.Access;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.dashboards.query.PolicyHistory;
import io.fairlead.dashboards.query.TenantHistory;
import io.fairlead.dashboards.query.TrafficHistory;
import io.fairlead.dashboards.query.TrafficPoint;
import io.fairlead.dashboards.query.TroubleHistory;
import io.fairlead.schemas.policies.PolicyRecords;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.util.JavalinBindException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
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
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web console: one page, a typed API, and one live stream. It reads; what an operator may change by it, {@link PolicyChanges} carries out. The browser never writes SQL.
 *
 * <p>It starts whether or not Kafka and ClickHouse are there, shows what it has with its age, and says what is missing.
 * Threads: Jetty's (bounded), one that follows the topics, two that keep the live stream going.
 */
public final class Console implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final long HISTORY_HOURS_MAX = 168;
    private static final int SEARCH_MAX = 200;
    private static final long SPAN_SECONDS_MAX = 400L * 86_400;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String POLICY = browserPolicy("");

    /** Relay clients that one page may reach. */
    private static final int REACHED_MAX = 100;

    private final ConsoleSettings settings;
    private final InstantSource clock;
    private final ClickHouseSource source;
    private final History history;
    private final FleetState fleet;
    private final Pools pools;
    private final NetworkMap map;
    private final Overviews overviews;
    private final Search search;
    private final LiveTopics topics;
    private final LiveStream stream;
    private final RoomsBook rooms = new RoomsBook();
    private final Broadcast broadcast;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ConsoleGate gate;
    private final OperatorChanges changes;
    private final Javalin server;
    private final URI url;

    /** Fleet as answered by the API. */
    record FleetAnswer(long atMs, int windowSeconds, List<ExitRow> exits) {}

    /** Traffic as answered by the API. */
    record TrafficAnswer(long fromSeconds, long toSeconds, int stepSeconds, List<TrafficPoint> points) {}

    /** Policy changes as answered by the API: those of the live topic, and of history where it answered. */
    record ChangesAnswer(
            List<PolicyChange> changes, @Nullable String problem) {}

    /** Who was hit since then. */
    record HitAnswer(long fromMs, List<TroubleHistory.Hit> hit) {}

    /** Tenants since then, those that were hit most first. */
    record TenantsAnswer(long fromMs, List<TroubleHistory.Share> tenants) {}

    /** One tenant since then. */
    record TenantAnswer(
            String tenant,
            long fromMs,
            int stepSeconds,
            List<TroubleHistory.Minute> minutes,
            List<TenantHistory.Outcome> outcomes,
            List<TroubleHistory.Hit> sites,
            List<TenantHistory.TriedOn> exits) {}

    /**
     * One policy.
     *
     * @param revisions newest first
     * @param turns what its canary did by itself
     * @param defaults what counts where nobody has set it, as JSON; empty: of that name there is no default
     */
    record PolicyAnswer(
            String key, List<PolicyHistory.Revision> revisions, List<PolicyChange> turns, String defaults) {}

    /** What every error says. */
    record Problem(int status, String problem) {}

    private Console(
            ConsoleSettings settings, ConsoleDoor door, Optional<PolicyChanges> policyChanges, InstantSource clock)
            throws IOException {
        this.settings = settings;
        this.gate = new ConsoleGate(new Access(door.access(), clock), door.isSecure(), meters);
        this.changes = new OperatorChanges(gate, policyChanges);
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
        this.overviews = new Overviews(fleet, pools, map, rooms, history, this::status, clock);
        this.search = new Search(fleet, ofPools, ofMap, rooms, history, clock);
        this.broadcast = new Broadcast(fleet, history, stream, this::status, overviews::overview, clock);
        Optional<SslContextFactory.Server> tls = ConsoleTls.of(door);
        this.server = Javalin.create(config -> configure(config, tls));
        route(assets);
        try {
            if (tls.isPresent()) {
                server.start();
            } else {
                server.start(settings.host(), settings.port());
            }
        } catch (JavalinBindException e) {
            throw new IOException(
                    "The console can't listen on " + settings.host() + ":" + settings.port()
                            + ": the port is taken or the address is not this machine's. Choose another port, or 0 for any that is free.",
                    e);
        }
        this.url = URI.create((tls.isPresent() ? "https://" : "http://")
                + (isAnyAddress(settings.host()) ? "127.0.0.1" : settings.host()) + ":" + server.port() + "/");
    }

    /**
     * Starts a console that everybody who reaches it may look at, and nobody change anything by.
     *
     * @throws IOException when it can't listen
     */
    public static Console start(ConsoleSettings settings) throws IOException {
        return start(settings, ConsoleDoor.open(), Optional.empty(), InstantSource.system());
    }

    /**
     * Starts a console.
     *
     * @param policyChanges empty: it changes nothing, whoever asks
     * @throws IOException when it can't listen, or the door's files can't be read
     */
    public static Console start(
            ConsoleSettings settings, ConsoleDoor door, Optional<PolicyChanges> policyChanges, InstantSource clock)
            throws IOException {
        Console console = new Console(settings, door, policyChanges, clock);
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

    private void configure(JavalinConfig config, Optional<SslContextFactory.Server> tls) {
        tls.ifPresent(of -> config.jetty.addConnector(
                (jetty, http) -> ConsoleTls.connector(jetty, http, of, settings.host(), settings.port())));
        config.showJavalinBanner = false;
        config.startupWatcherEnabled = false;
        config.http.maxRequestSize = 16_384;
        config.jetty.threadPool = new QueuedThreadPool(settings.liveClientsMax() + 32, 4, 30_000);
    }

    private void route(ConsoleAssets assets) {
        server.before(this::guard);
        server.before(gate::check);
        server.get("/login", assets::page);
        server.get("/api/session", context -> context.json(gate.session(context)));
        server.post("/api/login", context -> context.json(gate.logIn(context)));
        server.post("/api/logout", context -> context.json(gate.logOut(context)));
        server.post("/api/policy-rollbacks", context -> context.json(changes.rollback(context)));
        server.post("/api/policy-changes", context -> context.json(changes.set(context)));
        server.get("/metrics", context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(meters.scrape()));
        server.get("/", assets::page);
        server.get("/fleet", assets::page);
        server.get("/tenants", assets::page);
        server.get("/tenant/{tenant}", assets::page);
        server.get("/policies", assets::page);
        server.get("/policy/<key>", assets::page);
        server.get("/exit/{exit}", assets::page);
        server.get("/pools", assets::page);
        server.get("/pool/{pool}", assets::page);
        server.get("/map", assets::page);
        server.get("/rooms", assets::page);
        server.get("/room/<room>", context -> {
            context.header("Content-Security-Policy", roomPolicy(context.pathParam("room")));
            assets.page(context);
        });
        server.get("/assets/{name}", context -> {
            if (!assets.asset(context, context.pathParam("name"))) {
                throw new NotFoundResponse(
                        "There is no such file. The page may be from an older console: load it again.");
            }
        });
        server.get("/api/overview", context -> context.json(overviews.overview()));
        server.get("/api/search", context -> context.json(search.find(asked(context))));
        server.get("/api/hit", context -> context.json(hit(context)));
        server.get("/api/tenants", context -> context.json(tenants(context)));
        server.get("/api/tenants/{tenant}", context -> context.json(tenant(context.pathParam("tenant"), context)));
        server.get("/api/policies", context -> context.json(policies()));
        server.get("/api/policy-kinds", context -> context.json(PolicyRecords.kinds()));
        server.get("/api/policies/<key>", context -> context.json(policy(context.pathParam("key"))));
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
            if (!stream.serve(context, () -> gate.stillIn(context))) {
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
        server.exception(
                JsonProcessingException.class,
                (e, context) ->
                        fail(context, 400, "This is no JSON that is understood here: " + e.getOriginalMessage() + "."));
        server.exception(IOException.class, (e, context) -> LOG.debug("A page went away: {}", e.getMessage()));
        server.exception(Exception.class, (e, context) -> {
            LOG.error("The console failed at {} {}", context.method(), context.path(), e);
            fail(context, 500, "The console failed at this. Its log says why.");
        });
        server.error(404, context -> {
            if (context.resultInputStream() == null || "Not Found".equals(context.result())) {
                fail(context, 404, "There is nothing at " + context.path() + ". The overview is at /.");
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

    /**
     * What a browser may do with a page.
     *
     * @param players that play in it: origins they reach, each with a blank before it; media are put together in the page (blob)
     */
    private static String browserPolicy(String players) {
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
                + players
                + (players.isEmpty() ? "" : "; media-src blob:")
                + "; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** The page of a room reaches the relay clients that are known now. */
    private String roomPolicy(String room) {
        return browserPolicy(rooms.addresses(room, clock.millis()).stream()
                .limit(REACHED_MAX)
                .map(origin -> " " + origin)
                .collect(Collectors.joining()));
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

    private static String asked(Context context) {
        String text = Optional.ofNullable(context.queryParam("q")).orElse("");
        if (text.length() > SEARCH_MAX) {
            throw new BadRequestResponse(
                    "A search has " + SEARCH_MAX + " characters at most; this one has " + text.length() + ".");
        }
        return text;
    }

    private HitAnswer hit(Context context) throws History.UnansweredException {
        long fromMs = clock.millis() - hours(context) * 3_600_000;
        String exit = context.queryParam("exit");
        String pool = context.queryParam("pool");
        if ((exit == null) == (pool == null)) {
            throw new BadRequestResponse("Hit by what? Give either exit=ID or pool=ID.");
        }
        return new HitAnswer(
                fromMs,
                history.ofTrouble(trouble ->
                        exit != null ? trouble.byExit(exit, fromMs) : trouble.byPool(String.valueOf(pool), fromMs)));
    }

    private TenantsAnswer tenants(Context context) throws History.UnansweredException {
        long fromMs = clock.millis() - hours(context) * 3_600_000;
        return new TenantsAnswer(fromMs, history.ofTrouble(trouble -> trouble.tenants(fromMs / 1_000)));
    }

    private TenantAnswer tenant(String tenant, Context context) throws History.UnansweredException {
        long hours = hours(context);
        long fromMs = clock.millis() - hours * 3_600_000;
        int step = hours <= 24 ? 60 : 3_600;
        return new TenantAnswer(
                tenant,
                fromMs,
                step,
                history.ofTenants(of -> of.minutes(tenant, fromMs / 1_000, step)),
                history.ofTenants(of -> of.outcomes(tenant, fromMs / 1_000)),
                history.ofTrouble(trouble -> trouble.ofTenant(tenant, fromMs)),
                history.ofTenants(of -> of.exits(tenant, fromMs)));
    }

    /** The newest change of each policy, by key. */
    private List<PolicyChange> policies() {
        Map<String, PolicyChange> newest = new TreeMap<>();
        fleet.changes().stream()
                .filter(change -> change.revision() > 0)
                .forEach(change -> newest.merge(
                        change.key(), change, (held, told) -> told.version() >= held.version() ? told : held));
        return List.copyOf(newest.values());
    }

    private PolicyAnswer policy(String key) throws History.UnansweredException {
        List<PolicyChange> told = fleet.changes().stream()
                .filter(change -> change.key().equals(key))
                .toList();
        List<PolicyHistory.Revision> revisions = history.policy(key);
        String defaults = PolicyDefaults.json(key);
        if (told.isEmpty() && revisions.isEmpty() && defaults.isEmpty()) {
            throw new NotFoundResponse("There is no policy '" + key + "'. Kinds are "
                    + String.join(", ", PolicyRecords.kinds()) + "; a name is KIND/SCOPE, such as quality/default.");
        }
        return new PolicyAnswer(
                key,
                revisions,
                told.stream().filter(change -> change.revision() == 0).toList(),
                defaults);
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
