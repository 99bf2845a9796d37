package io.fairlead.jobs.relays;

import io.fairlead.model.relay.LegHistory;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.LinkReport;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is known of the ways from relay servers to relay clients, by what both ends report. */
final class RelayClients {

    /** A relay client of which nothing was heard for so long has no plan any more. */
    static final long FORGOTTEN_MS = 86_400_000;

    /** Relay clients that are known; over it one more gets no plan. */
    static final int MAX_CLIENTS = 10_000;

    /** Relay servers of which a relay client's ways are kept. */
    static final int MAX_WAYS = 1_000;

    /** Rooms of a way whose counts of segments are followed. */
    private static final int MAX_ROOMS = 10_000;

    /** One relay client. */
    static final class Client {

        final String id;
        final Map<String, LegHistory> ways = new TreeMap<>();
        private final Map<String, Long> resent = new HashMap<>();
        private long heardAtMs;

        /** Relay server that it takes first by itself, and its place; empty: not known. */
        private String first = "";

        private int firstPlace = Integer.MAX_VALUE;
        private long firstAtMs;

        private Client(String id, long nowMs) {
            this.id = id;
            this.heardAtMs = nowMs;
        }

        /** The relay server that it prefers as it is; empty: it has not said. */
        String first() {
            return first;
        }

        @Nullable
        LegHistory way(String server) {
            LegHistory known = ways.get(server);
            if (known == null && !server.isEmpty() && ways.size() < MAX_WAYS) {
                known = new LegHistory();
                ways.put(server, known);
            }
            return known;
        }
    }

    private final TreeMap<String, Client> clients = new TreeMap<>();

    @Nullable
    Client of(String id, long nowMs) {
        Client known = clients.get(id);
        if (known == null && !id.isEmpty() && clients.size() < MAX_CLIENTS) {
            known = new Client(id, nowMs);
            clients.put(id, known);
        }
        return known;
    }

    Collection<Client> all() {
        return clients.values();
    }

    /**
     * A relay client reported how it is linked.
     *
     * @param server to which relay server; empty: that is not known
     */
    void linked(LinkReport report, String server, long nowMs) {
        Client client = of(report.getRelayClientId(), nowMs);
        if (client == null) {
            return;
        }
        client.heardAtMs = nowMs;
        if (!server.isEmpty() && report.getLinks() > 0) {
            boolean stale = nowMs - client.firstAtMs > 2 * report.getIntervalMs();
            if (report.getPlace() <= client.firstPlace || stale) {
                client.first = server;
                client.firstPlace = report.getPlace();
                client.firstAtMs = nowMs;
            }
        }
        LegHistory way = client.way(server);
        if (way != null) {
            way.linked(report.getRttUs(), report.getLost(), report.getIntervalMs(), nowMs);
        }
    }

    /** Either end reported of a room. */
    void carried(LegReport report, long nowMs) {
        Client client = of(report.getRelayClientId(), nowMs);
        LegHistory way = client == null ? null : client.way(report.getRelayServerId());
        if (client == null || way == null) {
            return;
        }
        client.heardAtMs = nowMs;
        if (report.getEnd() == LegEnd.RELAY_CLIENT) {
            way.arrived(report.getPausedMs(), report.getIntervalMs(), nowMs);
        } else if (report.getEnd() == LegEnd.RELAY_SERVER) {
            long resent = resentSince(client, report);
            way.sent(report.getPausedMs(), report.getLinkBytes(), resent, report.getIntervalMs(), nowMs);
            way.gauged(
                    report.getDeliveryBps(),
                    report.getDeliveryBound(),
                    report.getCarriedBps(),
                    report.getIntervalMs(),
                    nowMs);
        }
    }

    /** Segments that were sent again since the leg's last report; −1: not known. The count begins anew with each connection. */
    private static long resentSince(Client client, LegReport report) {
        String leg = report.getRelayServerId() + " " + report.getRoom();
        Long before = client.resent.get(leg);
        if (report.getOver() || report.getRetransmits() < 0) {
            client.resent.remove(leg);
            return before == null || report.getRetransmits() < before ? -1 : report.getRetransmits() - before;
        }
        if (before == null && client.resent.size() >= MAX_ROOMS) {
            return -1;
        }
        client.resent.put(leg, report.getRetransmits());
        return before == null || report.getRetransmits() < before ? -1 : report.getRetransmits() - before;
    }

    /** Takes out the next one of which nothing was heard for long; null: there is none. */
    @Nullable
    String forgotten(long nowMs) {
        for (Client each : clients.values()) {
            if (nowMs - each.heardAtMs > FORGOTTEN_MS) {
                clients.remove(each.id);
                return each.id;
            }
        }
        return null;
    }
}
