package io.fairlead.relay.client;

import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomStory;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.topics.Topics;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells of a room's leg from the relay client's end: each interval, and when it ends. On the room's loop. */
final class RoomReporter {

    private final Room room;
    private final RelayClient client;
    private RoomStory.Moment before = RoomStory.Moment.START;
    private long toldNs;
    private @Nullable Future<?> timer;

    RoomReporter(Room room, RelayClient client) {
        this.room = room;
        this.client = client;
        this.toldNs = client.nanoClock().getAsLong();
    }

    /** Begins, unless it has begun. */
    void start(LinkedRoom linked) {
        if (timer != null || client.reports().silent()) {
            return;
        }
        int everyMs = client.reports().legMs();
        timer = room.loop().scheduleAtFixedRate(() -> tell(linked, false), everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    void over(LinkedRoom linked) {
        Future<?> running = timer;
        timer = null;
        if (running != null) {
            running.cancel(false);
            tell(linked, true);
        }
    }

    private void tell(LinkedRoom linked, boolean over) {
        long now = client.nanoClock().getAsLong();
        RoomStory.Moment moment = room.story().now();
        RoomStory.Moment since = moment.since(before);
        LinkPath path = linked.path();
        LegReport report = new LegReport();
        report.setEnd(LegEnd.RELAY_CLIENT);
        report.setRoom(room.name());
        report.setRelayClientId(client.id());
        report.setRelayServerId(linked.server());
        report.setIntervalMs(TimeUnit.NANOSECONDS.toMillis(now - toldNs));
        report.setViewers(linked.viewers());
        report.setCarriers(linked.carriers());
        report.setLinkBytes(since.receivedBytes() + since.spareBytes());
        report.setViewerBytes(since.viewerBytes());
        report.setSplices(since.splices());
        report.setSpliceGapMs(since.spliceGapMs());
        report.setPauses(since.pauses());
        report.setPausedMs(since.pausedMs());
        report.setSilences(since.silences());
        report.setRttUs(path.rttUs());
        report.setRetransmits(path.retransmits());
        report.setDeliveryBps(-1); // who sends knows that, as the next two
        report.setDeliveryBound(false);
        report.setCarriedBps(-1);
        report.setRoles(Map.of()); // the relay server knows them
        report.setOver(over);
        client.reports().telling().offer(Topics.TELEMETRY_RELAY, room.name(), report);
        before = moment;
        toldNs = now;
    }
}
