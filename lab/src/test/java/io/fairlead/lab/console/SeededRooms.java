package io.fairlead.lab.console;

import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.RelayParent;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.telemetry.ViewerClose;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.fairlead.schemas.telemetry.ViewerReport;
import io.fairlead.schemas.telemetry.ViewerRole;
import io.fairlead.schemas.topics.Topics;
import java.util.List;

/** Two live rooms behind a relay client, as its edges might tell of them: viewers of one stall. */
final class SeededRooms {

    static final String STALLS = "live/stalls";

    private final SeededMap.Sender sender;
    private final long epoch = System.currentTimeMillis() - 3_600_000;
    private long sequence;

    SeededRooms(SeededMap.Sender sender) {
        this.sender = sender;
    }

    void tell() {
        long now = System.currentTimeMillis();
        for (String room : List.of("live/well", STALLS)) {
            leg(room, LegEnd.RELAY_SERVER, "rs-1", now);
            leg(room, LegEnd.RELAY_CLIENT, "rc-1", now);
            for (long viewer = 1; viewer <= 3; viewer++) {
                viewer(room, viewer, room.equals(STALLS) ? 2_000 : 0, now);
            }
        }
        sender.send(
                Topics.DECISIONS_RELAYS,
                "rc-1",
                RelayPlan.newBuilder()
                        .setRelayClientId("rc-1")
                        .setVersion(new DecisionVersion(epoch, 1L))
                        .setIssuedAtMs(now - 90_000)
                        .setPolicyVersion(1)
                        .setParents(List.of(RelayParent.newBuilder()
                                .setRelayServerId("rs-1")
                                .setAddress("127.0.0.1:1")
                                .setQuality(84)
                                .setLowConfidence(false)
                                .setRttMs(40)
                                .setLostPerHour(0)
                                .build()))
                        .setRooms(List.of())
                        .setFirstSinceMs(now - 90_000)
                        .setReason("the best of 2, by 11 points")
                        .build());
    }

    private void leg(String room, LegEnd end, String edge, long now) {
        sender.send(
                Topics.TELEMETRY_RELAY,
                room,
                LegReport.newBuilder()
                        .setHeader(new TelemetryHeader(edge, epoch, 0, sequence++, now))
                        .setEnd(end)
                        .setRoom(room)
                        .setRelayClientId("rc-1")
                        .setRelayServerId("rs-1")
                        .setIntervalMs(10_000)
                        .setViewers(25)
                        .setCarriers(1)
                        .setLinkBytes(1_250_000)
                        .setViewerBytes(end == LegEnd.RELAY_CLIENT ? 31_250_000 : 0)
                        .setPromotions(1)
                        .setRttUs(40_000)
                        .setDeliveryBps(end == LegEnd.RELAY_SERVER ? 25_000_000 : -1)
                        .build());
    }

    private void viewer(String room, long id, long stalledMs, long now) {
        sender.send(
                Topics.TELEMETRY_RELAY,
                room,
                ViewerReport.newBuilder()
                        .setHeader(new TelemetryHeader("rc-1", epoch, 0, sequence++, now))
                        .setRoom(room)
                        .setViewerId(id)
                        .setObservedPrefix("192.0.2.0/24")
                        .setProtocol(ViewerProtocol.HTTP_FLV)
                        .setRole(id == 1 ? ViewerRole.MASTER : ViewerRole.SLAVE)
                        .setIntervalMs(10_000)
                        .setWatchedMs(60_000)
                        .setFirstKeyUs(240_000)
                        .setBytes(1_250_000)
                        .setStalls(stalledMs > 0 ? 2 : 0)
                        .setStalledMs(stalledMs)
                        .setClose(ViewerClose.WATCHING)
                        .build());
    }
}
