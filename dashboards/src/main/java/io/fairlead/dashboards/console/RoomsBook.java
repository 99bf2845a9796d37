package io.fairlead.dashboards.console;

import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.ViewerClose;
import io.fairlead.schemas.telemetry.ViewerReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The newest of live rooms, as relay servers, relay clients and plans tell it. One thread writes, any thread reads. Bounded: {@value #LEGS_MAX} legs,
 * {@value #VIEWERS_MAX} viewers; what is over is not shown. What is older than its time goes.
 */
final class RoomsBook {

    static final int LEGS_MAX = 20_000;
    static final int VIEWERS_MAX = 50_000;

    /** Relay clients that say where viewers reach them. */
    static final int PLACES_MAX = 2_000;

    /** Scheme, host and port: nothing else may stand in the policy that a page is given. */
    private static final Pattern ORIGIN =
            Pattern.compile("https?://([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:\\d{1,5})?");

    /** Viewers of one relay client that a room's page names. */
    static final int NAMED_MAX = 100;

    /** A leg that was not told of for so long is gone; they are told of every 10 s. */
    static final long LEG_MS = 30_000;

    /** A viewer that was not told of for so long is gone; they are told of every minute. */
    static final long VIEWER_MS = 150_000;

    /** Start-up times, stalls and gaps are those of so long. */
    static final long WINDOW_MS = 600_000;

    /** Events of a room in that time that are kept. */
    private static final int EVENTS_MAX = 5_000;

    private static final double BITS = 8;
    private static final double MS_PER_S = 1_000;
    private static final double US_PER_MS = 1_000;

    private record LegKey(String room, String client, String server) {}

    private record ViewerKey(String edge, long epoch, long id) {}

    private record Told<T>(T report, long atMs) {}

    /** What viewers went through in one interval. */
    private record Event(long atMs, long firstKeyUs, long stalledMs, long watchedMs, int stalls, int skips) {}

    /** What a leg went through in one interval. */
    private record Turn(long atMs, int promotions, int silences, long spliceGapMs) {}

    private static final class Leg {
        private @Nullable Told<LegReport> server;
        private @Nullable Told<LegReport> client;
        private final ArrayDeque<Turn> turns = new ArrayDeque<>();
    }

    /**
     * A room, as the list has it. Rates in bit/s; times of start-up, stalls and gaps over the last ten minutes; −1: not known.
     *
     * @param carriers streams of the long link that carry it
     * @param savedBitsPerSecond what viewers get over what crosses the long link
     * @param stalledShare of the time that viewers watched, in which their network took nothing
     */
    record Row(
            String room,
            int relayClients,
            int viewers,
            int carriers,
            double linkBitsPerSecond,
            double viewerBitsPerSecond,
            double savedBitsPerSecond,
            double startP50Ms,
            double startP95Ms,
            double stalledShare,
            long spliceGapMs,
            int promotions,
            int silences,
            boolean published) {}

    /** All rooms. */
    record Rooms(List<Row> rooms, long windowMs) {}

    /** A viewer; times in ms, −1: not told lately. */
    record Viewer(
            long id,
            String role,
            String protocol,
            String prefix,
            long watchedMs,
            double bitsPerSecond,
            double startMs,
            long lagMaxMs,
            int stalls,
            int skips,
            int renewals) {}

    /** What a relay client's plan says of a relay server. */
    record Planned(String server, double quality, double rttMs, boolean lowConfidence) {}

    /**
     * A room on its way to one relay client.
     *
     * @param deliveryBitsPerSecond what its connection delivered lately; −1: not known
     * @param deliveryBound the way let no more through; false: it may be able to
     * @param roles viewers by role as the relay server tells it now; where it does not, by the role with which those that are told of began
     * @param viewerAddress where viewers reach it, http://HOST:PORT or https://HOST[:PORT]; empty: it is not told
     */
    record Branch(
            String relayClient,
            int viewers,
            int carriers,
            int upstreams,
            double linkBitsPerSecond,
            double viewerBitsPerSecond,
            double spareBitsPerSecond,
            double rttMs,
            long deliveryBitsPerSecond,
            boolean deliveryBound,
            int promotions,
            int silences,
            long spliceGapMs,
            Map<String, Long> roles,
            List<Planned> plan,
            String viewerAddress,
            List<Viewer> named) {}

    /** A relay server that has a room. */
    record Origin(String relayServer, boolean published, List<Branch> branches) {}

    /** One room. */
    record Room(Row row, List<Origin> origins) {}

    private final Map<LegKey, Leg> legs = new HashMap<>();
    private final Map<ViewerKey, Told<ViewerReport>> viewers = new HashMap<>();
    private final Map<ViewerKey, Long> firstKeyUs = new HashMap<>();
    private final Map<String, ArrayDeque<Event>> events = new HashMap<>();
    private final Map<String, RelayPlan> plans = new HashMap<>();
    private final Map<String, Told<String>> places = new HashMap<>();

    synchronized void apply(RelayPlan plan) {
        plans.put(plan.getRelayClientId(), plan);
    }

    /** The newest plan of each relay client, in no order. */
    synchronized List<RelayPlan> plans() {
        return List.copyOf(plans.values());
    }

    synchronized void forgetPlan(String client) {
        plans.remove(client);
    }

    /** Where an edge says that viewers reach it. */
    synchronized void apply(EdgeReport report, long nowMs) {
        String edge = report.getHeader().getEdgeId();
        if (ORIGIN.matcher(report.getViewerAddress()).matches()
                && (places.size() < PLACES_MAX || places.containsKey(edge))) {
            places.put(edge, new Told<>(report.getViewerAddress(), nowMs));
        }
    }

    private String address(String client) {
        Told<String> told = places.get(client);
        return told == null ? "" : told.report;
    }

    /** Where relay clients are reached, those that have the room first. */
    synchronized List<String> addresses(String room, long nowMs) {
        sweep(nowMs);
        Set<String> addresses = new LinkedHashSet<>();
        legs.keySet().stream()
                .filter(leg -> leg.room.equals(room))
                .map(leg -> address(leg.client))
                .filter(address -> !address.isEmpty())
                .forEach(addresses::add);
        places.values().forEach(told -> addresses.add(told.report));
        return List.copyOf(addresses);
    }

    synchronized void apply(LegReport report, long nowMs) {
        LegKey key = new LegKey(report.getRoom(), report.getRelayClientId(), report.getRelayServerId());
        Leg leg = legs.get(key);
        if (leg == null) {
            if (legs.size() >= LEGS_MAX || report.getOver()) {
                return;
            }
            leg = new Leg();
            legs.put(key, leg);
        }
        if (report.getEnd() == LegEnd.RELAY_SERVER) {
            leg.server = report.getOver() ? null : new Told<>(report, nowMs);
            leg.turns.add(new Turn(nowMs, report.getPromotions(), report.getSilences(), report.getSpliceGapMs()));
            if (leg.turns.size() > EVENTS_MAX) {
                leg.turns.removeFirst();
            }
        } else if (report.getEnd() == LegEnd.RELAY_CLIENT) {
            leg.client = report.getOver() ? null : new Told<>(report, nowMs);
        }
    }

    synchronized void apply(ViewerReport report, long nowMs) {
        ViewerKey key = new ViewerKey(
                report.getHeader().getEdgeId(), report.getHeader().getEdgeEpochMs(), report.getViewerId());
        ArrayDeque<Event> ofRoom = events.computeIfAbsent(report.getRoom(), room -> new ArrayDeque<>());
        ofRoom.add(new Event(
                nowMs,
                report.getFirstKeyUs(),
                report.getStalledMs(),
                report.getIntervalMs(),
                report.getStalls(),
                report.getSkips()));
        if (ofRoom.size() > EVENTS_MAX) {
            ofRoom.removeFirst();
        }
        if (report.getClose() != ViewerClose.WATCHING) {
            viewers.remove(key);
            firstKeyUs.remove(key);
        } else if (viewers.size() < VIEWERS_MAX || viewers.containsKey(key)) {
            viewers.put(key, new Told<>(report, nowMs));
            if (report.getFirstKeyUs() >= 0) {
                firstKeyUs.put(key, report.getFirstKeyUs());
            }
        }
    }

    private void sweep(long nowMs) {
        legs.values().removeIf(leg -> {
            leg.server = fresh(leg.server, nowMs);
            leg.client = fresh(leg.client, nowMs);
            leg.turns.removeIf(turn -> nowMs - turn.atMs > WINDOW_MS);
            return leg.server == null && leg.client == null;
        });
        places.values().removeIf(told -> nowMs - told.atMs > LEG_MS);
        viewers.values().removeIf(told -> nowMs - told.atMs > VIEWER_MS);
        firstKeyUs.keySet().retainAll(viewers.keySet());
        events.values().forEach(ofRoom -> ofRoom.removeIf(event -> nowMs - event.atMs > WINDOW_MS));
        events.values().removeIf(ArrayDeque::isEmpty);
    }

    private static @Nullable Told<LegReport> fresh(@Nullable Told<LegReport> told, long nowMs) {
        return told == null || nowMs - told.atMs > LEG_MS ? null : told;
    }

    /** All rooms, the most watched first. */
    synchronized Rooms all(long nowMs) {
        sweep(nowMs);
        Map<String, List<Map.Entry<LegKey, Leg>>> byRoom = new TreeMap<>();
        legs.entrySet().forEach(each -> byRoom.computeIfAbsent(each.getKey().room, room -> new ArrayList<>())
                .add(each));
        List<Row> rows = new ArrayList<>();
        byRoom.forEach((room, ofRoom) -> rows.add(row(room, ofRoom)));
        rows.sort(Comparator.comparingInt((Row row) -> -row.viewers).thenComparing(Row::room));
        return new Rooms(rows, WINDOW_MS);
    }

    /** One room; empty: nobody tells of it. */
    synchronized Optional<Room> one(String room, long nowMs) {
        sweep(nowMs);
        List<Map.Entry<LegKey, Leg>> ofRoom = legs.entrySet().stream()
                .filter(each -> each.getKey().room.equals(room))
                .toList();
        if (ofRoom.isEmpty()) {
            return Optional.empty();
        }
        Map<String, List<Branch>> byServer = new TreeMap<>();
        Map<String, Boolean> published = new HashMap<>();
        for (Map.Entry<LegKey, Leg> each : ofRoom) {
            String server = each.getKey().server;
            byServer.computeIfAbsent(server, s -> new ArrayList<>()).add(branch(each.getKey(), each.getValue()));
            published.merge(server, isPublished(each.getValue()), Boolean::logicalOr);
        }
        List<Origin> origins = new ArrayList<>();
        byServer.forEach((server, branches) -> {
            branches.sort(Comparator.comparing(Branch::relayClient));
            origins.add(new Origin(server, published.getOrDefault(server, false), branches));
        });
        return Optional.of(new Room(row(room, ofRoom), origins));
    }

    private Row row(String room, List<Map.Entry<LegKey, Leg>> ofRoom) {
        int watching = 0;
        int carriers = 0;
        double link = 0;
        double out = 0;
        long gapMs = 0;
        int promotions = 0;
        int silences = 0;
        boolean published = false;
        for (Map.Entry<LegKey, Leg> each : ofRoom) {
            Leg leg = each.getValue();
            watching += watching(leg);
            carriers += leg.server == null ? 0 : leg.server.report.getCarriers();
            link += leg.server == null ? 0 : perSecond(leg.server.report.getLinkBytes(), leg.server.report);
            out += leg.client == null ? 0 : perSecond(leg.client.report.getViewerBytes(), leg.client.report);
            published |= isPublished(leg);
            for (Turn turn : leg.turns) {
                gapMs += turn.spliceGapMs;
                promotions += turn.promotions;
                silences += turn.silences;
            }
        }
        ArrayDeque<Event> lately = events.getOrDefault(room, new ArrayDeque<>());
        double[] starts = lately.stream()
                .filter(event -> event.firstKeyUs >= 0)
                .mapToDouble(event -> (double) event.firstKeyUs / US_PER_MS)
                .sorted()
                .toArray();
        double watchedMs = (double) lately.stream().mapToLong(Event::watchedMs).sum();
        double stalledMs = (double) lately.stream().mapToLong(Event::stalledMs).sum();
        return new Row(
                room,
                (int) ofRoom.stream()
                        .map(each -> each.getKey().client)
                        .distinct()
                        .count(),
                watching,
                carriers,
                link,
                out,
                out - link,
                quantile(starts, 0.5),
                quantile(starts, 0.95),
                watchedMs == 0 ? -1 : Math.min(1, stalledMs / watchedMs),
                gapMs,
                promotions,
                silences,
                published);
    }

    private Branch branch(LegKey key, Leg leg) {
        Map<String, Long> atEntry = new TreeMap<>();
        List<Viewer> named = new ArrayList<>();
        viewers.forEach((viewer, told) -> {
            if (viewer.edge.equals(key.client) && told.report.getRoom().equals(key.room)) {
                atEntry.merge(told.report.getRole().name(), 1L, Long::sum);
                named.add(viewer(viewer, told.report));
            }
        });
        named.sort(Comparator.comparing(Viewer::role).thenComparingLong(Viewer::id));
        LegReport server = leg.server == null ? null : leg.server.report;
        LegReport client = leg.client == null ? null : leg.client.report;
        Map<String, Long> now = new TreeMap<>();
        if (server != null) {
            server.getRoles().forEach((role, viewersOfIt) -> now.put(role, viewersOfIt.longValue()));
        }
        RelayPlan plan = plans.get(key.client);
        List<Planned> planned = plan == null
                ? List.of()
                : plan.getParents().stream()
                        .map(each -> new Planned(
                                each.getRelayServerId(), each.getQuality(), each.getRttMs(), each.getLowConfidence()))
                        .toList();
        return new Branch(
                key.client,
                watching(leg),
                server == null ? 0 : server.getCarriers(),
                server == null ? 0 : server.getUpstreams(),
                server == null ? 0 : perSecond(server.getLinkBytes(), server),
                client == null ? 0 : perSecond(client.getViewerBytes(), client),
                server == null ? 0 : perSecond(server.getSpareBytes(), server),
                rttMs(server, client),
                server == null ? -1 : server.getDeliveryBps(),
                server != null && server.getDeliveryBound(),
                leg.turns.stream().mapToInt(Turn::promotions).sum(),
                leg.turns.stream().mapToInt(Turn::silences).sum(),
                leg.turns.stream().mapToLong(Turn::spliceGapMs).sum(),
                now.isEmpty() ? atEntry : now,
                planned,
                address(key.client),
                List.copyOf(named.subList(0, Math.min(NAMED_MAX, named.size()))));
    }

    private Viewer viewer(ViewerKey key, ViewerReport report) {
        long startUs = firstKeyUs.getOrDefault(key, -1L);
        return new Viewer(
                report.getViewerId(),
                report.getRole().name(),
                report.getProtocol().name(),
                report.getObservedPrefix(),
                report.getWatchedMs(),
                (double) report.getBytes() * BITS * MS_PER_S / (double) Math.max(1, report.getIntervalMs()),
                startUs < 0 ? -1 : (double) startUs / US_PER_MS,
                report.getLagMaxMs(),
                report.getStalls(),
                report.getSkips(),
                report.getRenewals());
    }

    /** As the relay client says, which knows first; else as the relay server does. */
    private static int watching(Leg leg) {
        Told<LegReport> told = leg.client == null ? leg.server : leg.client;
        return told == null ? 0 : told.report.getViewers();
    }

    private static boolean isPublished(Leg leg) {
        return leg.server != null && leg.server.report.getPublished();
    }

    /** The longer of what both ends tell: where something on the way ends TCP, the relay server sees the part before it alone. */
    private static double rttMs(@Nullable LegReport server, @Nullable LegReport client) {
        long us = Math.max(server == null ? -1 : server.getRttUs(), client == null ? -1 : client.getRttUs());
        return us < 0 ? -1 : (double) us / US_PER_MS;
    }

    private static double perSecond(long bytes, LegReport report) {
        return (double) bytes * BITS * MS_PER_S / (double) Math.max(1, report.getIntervalMs());
    }

    private static double quantile(double[] sorted, double share) {
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }
}
