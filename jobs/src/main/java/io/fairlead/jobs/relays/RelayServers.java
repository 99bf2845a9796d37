package io.fairlead.jobs.relays;

import io.fairlead.schemas.telemetry.EdgeReport;
import java.util.Map;
import java.util.TreeMap;

/**
 * The relay servers that can be taken, by what they report each second: those that say where they take relay clients, are not leaving, and were heard of late. When all
 * have fallen silent at once it is the way of the reports that is cut, and none is taken to be gone.
 */
final class RelayServers {

    /** Kind that their reports say. */
    static final String KIND = "relay-server";

    /** Edges report every second. */
    static final long SILENT_MS = 5_000;

    /** One that has been silent for so long is forgotten. */
    static final long FORGOTTEN_MS = 3_600_000;

    /** Relay servers that are known; over it one more is not looked at. */
    static final int MAX_SERVERS = 1_000;

    private record Heard(String address, boolean draining, long atMs) {}

    private final TreeMap<String, Heard> heard = new TreeMap<>();

    /** An edge reported. */
    void heard(EdgeReport report, long nowMs) {
        String id = report.getHeader().getEdgeId();
        if (report.getKind().equals(KIND)
                && !report.getLinkAddress().isEmpty()
                && (heard.size() < MAX_SERVERS || heard.containsKey(id))) {
            heard.put(id, new Heard(report.getLinkAddress(), report.getDraining(), nowMs));
        }
    }

    /** Which relay server takes relay clients there; empty: none has said so. */
    String at(String address) {
        return heard.entrySet().stream()
                .filter(each -> each.getValue().address.equals(address))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /** Those that can be taken now, by their ids: where they take relay clients. */
    Map<String, String> present(long nowMs) {
        heard.values().removeIf(each -> nowMs - each.atMs > FORGOTTEN_MS);
        boolean cut = heard.values().stream().allMatch(each -> nowMs - each.atMs > SILENT_MS);
        Map<String, String> present = new TreeMap<>();
        heard.forEach((id, each) -> {
            if (!each.draining && (cut || nowMs - each.atMs <= SILENT_MS)) {
                present.put(id, each.address);
            }
        });
        return present;
    }
}
