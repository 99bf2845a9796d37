package io.fairlead.relay.client;

import io.fairlead.schemas.telemetry.LinkReport;
import io.fairlead.schemas.topics.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how the relay client is linked to each of its relay servers, whether rooms come over it or not. For one thread. */
final class LinkWatch {

    private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);

    private final RelayClient client;
    private long toldNs;

    LinkWatch(RelayClient client) {
        this.client = client;
        this.toldNs = client.nanoClock().getAsLong();
    }

    void tell() {
        try {
            long now = client.nanoClock().getAsLong();
            long intervalMs = TimeUnit.NANOSECONDS.toMillis(now - toldNs);
            toldNs = now;
            Map<Parent, Integer> rooms = new HashMap<>();
            for (LinkedRoom room : client.rooms()) {
                Parent parent = room.parent();
                if (parent != null) {
                    rooms.merge(parent, 1, Integer::sum);
                }
            }
            List<Parent> all = client.parents().all();
            for (int place = 0; place < all.size(); place++) {
                Parent parent = all.get(place);
                tell(parent, place, rooms.getOrDefault(parent, 0), intervalMs);
            }
        } catch (RuntimeException e) {
            LOG.error("what is told of links has failed this time", e);
        }
    }

    private void tell(Parent parent, int place, int rooms, long intervalMs) {
        LinkReport report = new LinkReport();
        report.setRelayClientId(client.id());
        report.setRelayServerId(parent.id());
        report.setAddress(parent.address());
        report.setIntervalMs(intervalMs);
        report.setPlace(place);
        report.setLinks(parent.linksUp());
        report.setLost(parent.lostSince());
        report.setRooms(rooms);
        report.setRttUs(parent.rttUs());
        client.reports().telling().offer(Topics.TELEMETRY_RELAY, client.id(), report);
    }
}
