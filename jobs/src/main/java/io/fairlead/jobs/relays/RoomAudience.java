package io.fairlead.jobs.relays;

import io.fairlead.schemas.decisions.RoomParent;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which rooms are published at which relay server, and how many watch them, by the relay servers' reports of legs. The most watched are made known to relay clients, so
 * that they need not look for them; others are found by asking.
 */
final class RoomAudience {

    /** Rooms that a plan names, at most. */
    static final int MOST_ROOMS = 100;

    /** Legs that are followed; over it one more is not counted. */
    static final int MAX_LEGS = 200_000;

    /** A leg of which nothing was heard for so long is over. */
    static final long SILENT_MS = 60_000;

    private record LegKey(String room, String server, String client) {}

    private record Audience(int viewers, long heardAtMs) {}

    private final Map<LegKey, Audience> legs = new HashMap<>();

    void heard(LegReport report, long nowMs) {
        if (report.getEnd() != LegEnd.RELAY_SERVER || !report.getPublished()) {
            return;
        }
        LegKey key = new LegKey(report.getRoom(), report.getRelayServerId(), report.getRelayClientId());
        if (report.getOver()) {
            legs.remove(key);
        } else if (legs.size() < MAX_LEGS || legs.containsKey(key)) {
            legs.put(key, new Audience(report.getViewers(), nowMs));
        }
    }

    /**
     * The most watched rooms that are published, the most watched first.
     *
     * @param servers that are there, with their addresses
     */
    List<RoomParent> mostWatched(Map<String, String> servers, long nowMs) {
        legs.values().removeIf(each -> nowMs - each.heardAtMs > SILENT_MS);
        Map<String, RoomParent> rooms = new HashMap<>();
        legs.forEach((leg, audience) -> {
            String address = servers.get(leg.server);
            if (address != null) {
                RoomParent known =
                        rooms.computeIfAbsent(leg.room, room -> new RoomParent(room, leg.server, address, 0));
                known.setViewers(known.getViewers() + audience.viewers);
            }
        });
        List<RoomParent> all = new ArrayList<>(rooms.values());
        all.sort(
                Comparator.comparingInt((RoomParent each) -> -each.getViewers()).thenComparing(RoomParent::getRoom));
        return all.subList(0, Math.min(MOST_ROOMS, all.size()));
    }
}
