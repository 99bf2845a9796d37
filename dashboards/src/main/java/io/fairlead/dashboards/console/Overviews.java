package io.fairlead.dashboards.console;

import io.fairlead.dashboards.console.Overview.Area;
import io.fairlead.dashboards.console.Overview.Decision;
import io.fairlead.dashboards.console.Overview.Figure;
import io.fairlead.dashboards.console.Overview.Finding;
import io.fairlead.dashboards.console.Overview.State;
import io.fairlead.dashboards.console.Overview.Unit;
import io.fairlead.dashboards.query.ExitTraffic.Load;
import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.dashboards.query.PoolHistory;
import io.fairlead.dashboards.query.TrafficPoint;
import io.fairlead.dashboards.query.TroubleHistory;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the overview together from the live topics, and asks history since when things are as they are. Thread-safe; an answer is kept for a second, what
 * history said for {@value #PAST_AGE_MS} ms, whoever asks.
 */
final class Overviews {

    static final int FINDINGS_MAX = 40;
    static final int DECISIONS_MAX = 12;

    /** Of one kind that history is asked about: the rest has no time beside it. */
    static final int DATED_MAX = 5;

    private static final long ANSWER_AGE_MS = 1_000;
    private static final long PAST_AGE_MS = 5_000;
    private static final long DAY_MS = 86_400_000;
    private static final long WEEK_MS = 7 * DAY_MS;
    private static final long HIT_MS = 900_000;
    private static final long LATELY_SECONDS = 60;

    /** Fewer tries than this in a minute say little of an exit. */
    private static final long TELLING_TRIES = 10;

    /** Fewer requests than this in a minute say little of success. */
    private static final long TELLING_REQUESTS = 20;

    /** Under this quality (0–100) an exit that carries traffic is worth a word. */
    private static final double DECENT_QUALITY = 50;

    private final FleetState fleet;
    private final Pools pools;
    private final NetworkMap map;
    private final RoomsBook rooms;
    private final History history;
    private final Supplier<Status> status;
    private final InstantSource clock;
    private final Sightings sightings = new Sightings();
    private volatile @Nullable Overview newest;
    private volatile @Nullable Past past;

    /** What history said: who was hit, what it came to lately, who joined and left pools. */
    private record Past(
            long atMs,
            @Nullable List<TroubleHistory.Minute> minutes,
            @Nullable List<TroubleHistory.Share> tenants,
            @Nullable List<TrafficPoint> lately,
            List<PoolHistory.Change> poolChanges,
            @Nullable String problem) {}

    /** When a subject was last well. */
    @FunctionalInterface
    private interface LastWell {
        OptionalLong ask() throws History.UnansweredException;
    }

    Overviews(
            FleetState fleet,
            Pools pools,
            NetworkMap map,
            RoomsBook rooms,
            History history,
            Supplier<Status> status,
            InstantSource clock) {
        this.fleet = fleet;
        this.pools = pools;
        this.map = map;
        this.rooms = rooms;
        this.history = history;
        this.status = status;
        this.clock = clock;
    }

    Overview overview() {
        Overview known = newest;
        long nowMs = clock.millis();
        if (known != null && Math.abs(nowMs - known.atMs()) < ANSWER_AGE_MS) {
            return known;
        }
        Overview made = overview(nowMs);
        newest = made;
        return made;
    }

    private Overview overview(long nowMs) {
        Past before = past(nowMs);
        Status told = status.get();
        List<Area> areas = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        areas.add(requests(before, told, findings));
        areas.add(exits(nowMs, told, findings));
        areas.add(pools(nowMs, findings));
        areas.add(relays(nowMs, told, findings));
        areas.add(map(nowMs, findings));
        areas.add(SystemAreas.jobs(nowMs, told, findings));
        areas.add(SystemAreas.edges(nowMs, told, findings));
        areas.add(SystemAreas.loop(fleet.loops(nowMs), told, findings));
        areas.add(SystemAreas.sources(told, findings));
        findings = sightings.dated(findings, nowMs);
        findings.sort(Comparator.comparing(Finding::state)
                .thenComparing(finding -> finding.sinceMs() == null ? Long.MAX_VALUE : finding.sinceMs()));
        int shown = Math.min(FINDINGS_MAX, findings.size());
        return new Overview(
                nowMs,
                areas,
                List.copyOf(findings.subList(0, shown)),
                findings.size() - shown,
                before.tenants(),
                decisions(nowMs, before),
                changes(nowMs),
                canaries(nowMs),
                before.problem());
    }

    private Past past(long nowMs) {
        Past known = past;
        if (known != null && Math.abs(nowMs - known.atMs()) < PAST_AGE_MS) {
            return known;
        }
        if (!history.loadsKnown()) {
            history.lookAtLoads();
        }
        Past asked;
        try {
            long nowSeconds = nowMs / 1_000;
            asked = new Past(
                    nowMs,
                    history.ofTrouble(trouble -> trouble.minutes(nowSeconds - DAY_MS / 1_000)),
                    history.ofTrouble(trouble -> trouble.tenants(nowSeconds - HIT_MS / 1_000)),
                    history.traffic(nowSeconds - LATELY_SECONDS, nowSeconds + 1),
                    history.ofPools(of -> of.newestChanges(nowMs - DAY_MS, DECISIONS_MAX)),
                    null);
        } catch (History.UnansweredException said) {
            asked = new Past(nowMs, null, null, null, List.of(), said.getMessage());
        }
        past = asked;
        return asked;
    }

    private static Area requests(Past before, Status told, List<Finding> findings) {
        if (before.lately() == null || before.minutes() == null) {
            return new Area("requests", "Requests", State.UNKNOWN, "History does not answer.", List.of(), "/fleet");
        }
        long requests =
                before.lately().stream().mapToLong(TrafficPoint::requests).sum();
        long failures =
                before.lately().stream().mapToLong(TrafficPoint::failures).sum();
        if (requests == 0) {
            String says = before.minutes().isEmpty()
                    ? "No request has ended in a day."
                    : "No request ended in the last minute.";
            return new Area("requests", "Requests", State.UNKNOWN, says, List.of(), "/fleet");
        }
        double success = 1 - failures / (double) requests;
        boolean missed =
                requests >= TELLING_REQUESTS && success < told.objectives().successShare();
        List<Figure> figures = List.of(
                new Figure("succeed", success, null, Unit.SHARE, missed),
                new Figure("in the last minute", requests, null, Unit.COUNT, false));
        if (!missed) {
            return new Area("requests", "Requests", State.GOOD, "As many succeed as was promised.", figures, "/fleet");
        }
        findings.add(new Finding(
                "requests",
                State.BAD,
                failures + " of " + requests + " requests of the last minute failed",
                missedSince(before.minutes(), told.objectives().successShare()),
                "",
                "",
                told.policyAtWork("quality"),
                "/tenants"));
        return new Area("requests", "Requests", State.BAD, "Fewer succeed than was promised.", figures, "/tenants");
    }

    /**
     * The first minute of the unbroken run of missed ones that lasts; null: it has lasted for all that is looked at, or began just now.
     */
    private static @Nullable Long missedSince(List<TroubleHistory.Minute> minutes, double successShare) {
        Long since = null;
        for (int i = minutes.size() - 1; i >= 0; i--) {
            TroubleHistory.Minute minute = minutes.get(i);
            if (minute.requests() > 0 && 1 - minute.failures() / (double) minute.requests() >= successShare) {
                return since;
            }
            since = minute.atSeconds() * 1_000;
        }
        return since;
    }

    private Area exits(long nowMs, Status told, List<Finding> findings) {
        if (fleet.exits() == 0) {
            return new Area("exits", "Exits", State.UNKNOWN, "No decision about any exit yet.", List.of(), "/fleet");
        }
        int online = 0;
        List<ExitScore> failing = new ArrayList<>();
        for (ExitScore score : fleet.scores()) {
            online += score.getState() == ExitState.ONLINE ? 1 : 0;
            Load load = history.load(score.getExitId());
            if (load != null
                    && load.attempts() >= TELLING_TRIES
                    && load.failures() > (1 - told.objectives().successShare()) * load.attempts()) {
                failing.add(score);
            }
        }
        failing.sort(
                Comparator.comparingLong((ExitScore score) -> -failures(score)).thenComparing(ExitScore::getExitId));
        for (int i = 0; i < Math.min(FINDINGS_MAX, failing.size()); i++) {
            findings.add(failing(failing.get(i), i < DATED_MAX, nowMs));
        }
        State state = online == 0 ? State.BAD : failing.isEmpty() ? State.GOOD : State.WATCH;
        if (online == 0) {
            findings.add(new Finding(
                    "exits",
                    State.BAD,
                    "No exit is online",
                    null,
                    "",
                    "",
                    told.policyAtWork("quality"),
                    "/fleet?sort=state"));
        }
        String says = online == 0
                ? "None is online."
                : failing.isEmpty() ? "None fails more than was promised." : "Some fail more than was promised.";
        return new Area(
                "exits",
                "Exits",
                state,
                says,
                List.of(
                        new Figure("online", online, (double) fleet.exits(), Unit.COUNT, online == 0),
                        new Figure("fail too often", failing.size(), null, Unit.COUNT, !failing.isEmpty())),
                "/fleet");
    }

    private long failures(ExitScore score) {
        Load load = history.load(score.getExitId());
        return load == null ? 0 : load.failures();
    }

    private Finding failing(ExitScore score, boolean dated, long nowMs) {
        Load load = history.load(score.getExitId());
        String exit = score.getExitId();
        Long since = score.getQuality() >= DECENT_QUALITY || !dated
                ? null
                : lastWell(
                        () -> history.ofTrouble(trouble -> trouble.lastDecent(exit, DECENT_QUALITY, nowMs - DAY_MS)));
        return new Finding(
                "exits",
                State.WATCH,
                exit + " failed in " + (load == null ? 0 : load.failures()) + " of "
                        + (load == null ? 0 : load.attempts()) + " tries of the last minute",
                since,
                decided(score),
                score.getReasons().isEmpty() ? "" : score.getReasons().get(0),
                score.getPolicyVersion(),
                page("/exit/", exit));
    }

    private static String decided(ExitScore score) {
        return String.format(
                java.util.Locale.ROOT,
                "quality %.1f, %d requests at once",
                score.getQuality(),
                score.getCapacityRequests());
    }

    private Area pools(long nowMs, List<Finding> findings) {
        List<PoolRow> rows = pools.all().pools();
        if (rows.isEmpty()) {
            return new Area("pools", "Pools", State.UNKNOWN, "No pool is defined.", List.of(), "/pools");
        }
        int dated = 0;
        int degraded = 0;
        int troubled = 0;
        for (PoolRow row : rows) {
            boolean bad = row.state().equals("DEGRADED");
            if (!bad && !row.state().equals("CURING") && !row.fallsShort()) {
                continue;
            }
            degraded += bad ? 1 : 0;
            troubled++;
            boolean ill = bad || row.state().equals("CURING");
            Long since = ill && dated++ < DATED_MAX
                    ? lastWell(() -> history.ofTrouble(trouble -> trouble.lastHealthy(row.id(), nowMs - WEEK_MS)))
                    : null;
            findings.add(new Finding(
                    "pools",
                    bad ? State.BAD : State.WATCH,
                    "Pool " + row.id()
                            + (bad ? " is degraded" : ill ? " is being cured" : " is forecast to fall short"),
                    since,
                    row.changesInHour() + (row.changesInHour() == 1 ? " member" : " members")
                            + " changed within an hour"
                            + (row.sibling().isEmpty() ? "" : ", borrows from " + row.sibling()),
                    row.reason().isEmpty() ? row.missing() : row.reason(),
                    row.policyVersion(),
                    page("/pool/", row.id())));
        }
        State state = degraded > 0 ? State.BAD : troubled > 0 ? State.WATCH : State.GOOD;
        return new Area(
                "pools",
                "Pools",
                state,
                troubled == 0 ? "All are as was promised." : "Not all are as was promised.",
                List.of(new Figure("healthy", rows.size() - troubled, (double) rows.size(), Unit.COUNT, degraded > 0)),
                "/pools");
    }

    private Area relays(long nowMs, Status told, List<Finding> findings) {
        List<RoomsBook.Row> all = rooms.all(nowMs).rooms();
        if (all.isEmpty()) {
            return new Area(
                    "relays",
                    "Live rooms",
                    State.UNKNOWN,
                    "Nobody behind a relay client watches now.",
                    List.of(),
                    "/rooms");
        }
        int viewers = 0;
        int stalling = 0;
        double saved = 0;
        for (RoomsBook.Row room : all) {
            viewers += room.viewers();
            saved += Math.max(0, room.savedBitsPerSecond());
            boolean stalls = room.stalledShare() > told.objectives().stalledShare();
            stalling += stalls ? 1 : 0;
            if (stalls || room.silences() > 0) {
                findings.add(new Finding(
                        "relays",
                        stalls ? State.BAD : State.WATCH,
                        stalls
                                ? "Viewers of room " + room.room() + " stall"
                                : "Streams of room " + room.room() + " fell silent",
                        null,
                        counted(room.promotions(), "promotion") + ", " + counted(room.silences(), "silence")
                                + " in ten minutes",
                        "",
                        told.policyAtWork("relays"),
                        "/room/" + room.room()));
            }
        }
        return new Area(
                "relays",
                "Live rooms",
                stalling > 0 ? State.BAD : State.GOOD,
                stalling > 0 ? "Viewers of some stall." : "Viewers do not stall more than is bearable.",
                List.of(
                        new Figure("viewers", viewers, null, Unit.COUNT, false),
                        new Figure("saved", saved, null, Unit.BITS_PER_SECOND, false),
                        new Figure("stall", stalling, (double) all.size(), Unit.COUNT, stalling > 0)),
                "/rooms");
    }

    private Area map(long nowMs, List<Finding> findings) {
        NetworkMap.Overview known = map.overview();
        NetworkMap.State state = known.state();
        List<NetworkMap.Group> groups =
                known.groups().stream().filter(NetworkMap.Group::defined).toList();
        if (groups.isEmpty()) {
            return new Area("map", "Map", State.UNKNOWN, "No delivery group is defined.", List.of(), "/map");
        }
        int down = 0;
        int dated = 0;
        for (NetworkMap.Group group : groups) {
            boolean bad = group.state().equals("DOWN");
            down += bad ? 1 : 0;
            if (bad || group.state().equals("FULL") || group.state().equals("SHEDDING")) {
                Long since = dated++ < DATED_MAX
                        ? lastWell(() -> history.ofTrouble(trouble -> trouble.lastUp(group.id(), nowMs - WEEK_MS)))
                        : null;
                findings.add(new Finding(
                        "map",
                        bad ? State.BAD : State.WATCH,
                        "Group " + group.id() + switchWord(group.state()),
                        since,
                        "price " + Math.round(group.priceMs()) + " ms, serves " + group.prefixes() + " prefixes",
                        group.reason(),
                        state == null ? null : (Long) state.policyVersion(),
                        page("/map?group=", group.id())));
            }
        }
        boolean halted = state != null && state.rollOut().equals("HALTED");
        if (state != null && (halted || state.frozen())) {
            findings.add(new Finding(
                    "map",
                    halted ? State.BAD : State.WATCH,
                    halted ? "The roll-out of the map halted" : "Evidence of the map stands still",
                    halted ? state.stageSinceMs() : null,
                    "map " + state.mapEpoch() + (halted ? ", the former entries stand again" : ""),
                    state.reason(),
                    state.policyVersion(),
                    "/map"));
        }
        boolean wrong = down > 0 || halted;
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure("groups up", groups.size() - down, (double) groups.size(), Unit.COUNT, down > 0));
        if (state != null && state.served().samples() > 0) {
            figures.add(new Figure("regret", state.served().meanMs(), null, Unit.MS, false));
        }
        return new Area(
                "map",
                "Map",
                wrong ? State.BAD : State.GOOD,
                down > 0 ? "Groups are down." : halted ? "A roll-out halted." : "All groups are up.",
                figures,
                "/map");
    }

    private static String switchWord(String state) {
        return state.equals("DOWN") ? " is down" : state.equals("FULL") ? " is full" : " sheds load";
    }

    /** Since when a subject is not well; null: history does not know, or does not answer. */
    private static @Nullable Long lastWell(LastWell question) {
        try {
            OptionalLong at = question.ask();
            return at.isPresent() ? at.getAsLong() : null;
        } catch (History.UnansweredException said) {
            // The page says so already: what else was asked of history was not answered either.
            return null;
        }
    }

    private List<Decision> decisions(long nowMs, Past before) {
        List<Decision> all = new ArrayList<>();
        for (PoolHistory.Change change : before.poolChanges()) {
            all.add(new Decision(
                    change.atMs(),
                    "pool",
                    change.exitId(),
                    (change.joined() ? "joined " : "left ") + change.pool(),
                    change.reason(),
                    change.policyVersion(),
                    page("/pool/", change.pool())));
        }
        newestExits()
                .forEach(score -> all.add(new Decision(
                        score.getIssuedAtMs(),
                        "exit",
                        score.getExitId(),
                        decided(score),
                        score.getReasons().isEmpty()
                                ? "nothing to complain about"
                                : score.getReasons().get(0),
                        score.getPolicyVersion(),
                        page("/exit/", score.getExitId()))));
        NetworkMap.State state = map.overview().state();
        if (state != null) {
            all.add(new Decision(
                    state.issuedAtMs(),
                    "map",
                    "map " + state.mapEpoch(),
                    Math.round(state.movedShare() * 1_000) / 10.0 + " % of demand moved",
                    state.reason().isEmpty() ? state.rollOut().toLowerCase(java.util.Locale.ROOT) : state.reason(),
                    state.policyVersion(),
                    "/map"));
        }
        rooms.plans()
                .forEach(plan -> all.add(new Decision(
                        plan.getIssuedAtMs(),
                        "relay",
                        plan.getRelayClientId(),
                        plan.getParents().isEmpty()
                                ? "no relay server"
                                : "takes rooms from " + plan.getParents().get(0).getRelayServerId(),
                        plan.getReason(),
                        plan.getPolicyVersion(),
                        "/rooms")));
        all.sort(Comparator.comparingLong(Decision::atMs).reversed());
        return all.stream()
                .filter(each -> each.atMs() > nowMs - DAY_MS)
                .limit(DECISIONS_MAX)
                .toList();
    }

    /** Of exits that are not as good as they should be; the rest would drown what matters. */
    private List<ExitScore> newestExits() {
        return fleet.scores().stream()
                .filter(score -> score.getQuality() < DECENT_QUALITY || score.getState() != ExitState.ONLINE)
                .sorted(Comparator.comparingLong(ExitScore::getIssuedAtMs).reversed())
                .limit(DECISIONS_MAX / 2)
                .toList();
    }

    private List<PolicyChange> changes(long nowMs) {
        return fleet.changes().stream()
                .filter(change -> change.atMs() > nowMs - DAY_MS)
                .sorted(Comparator.comparingLong(PolicyChange::atMs).reversed())
                .limit(DECISIONS_MAX)
                .toList();
    }

    private List<Overview.Canary> canaries(long nowMs) {
        Function<CanaryVerdict, Overview.Canary> row = verdict -> new Overview.Canary(
                verdict.getPolicyKey(),
                verdict.getStage().name(),
                verdict.getStageSinceMs(),
                verdict.getReason(),
                verdict.getAuthor(),
                verdict.getShare(),
                verdict.getSuccessChange().getMean(),
                verdict.getLatencyRatio().getMean(),
                verdict.getPolicyVersion());
        return fleet.canaries().stream()
                .filter(verdict -> isOnTrial(verdict) || verdict.getStageSinceMs() > nowMs - DAY_MS)
                .map(row)
                .sorted(Comparator.comparingLong(Overview.Canary::sinceMs).reversed())
                .toList();
    }

    private static boolean isOnTrial(CanaryVerdict verdict) {
        return switch (verdict.getStage()) {
            case BASELINE, RUNNING, HELD -> true;
            case ROLLED_BACK, TOO_LITTLE, PROMOTED, STOPPED, OVERTAKEN, UNKNOWN -> false;
        };
    }

    private static String counted(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }

    private static String page(String path, String subject) {
        return path + URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
