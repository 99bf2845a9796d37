package io.fairlead.relay.server;

import io.fairlead.relay.leg.Leg;
import io.fairlead.relay.leg.LegTally;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.link.LinkThroughput;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomStory;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.topics.Topics;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Tells of one leg from the relay server's end: each interval, within a second of a promotion, and when it ends. On the loop of the leg's room. */
final class LegWatch {

    private static final int LOOK_MS = 1_000;

    private final Leg leg;
    private final Room room;
    private final String roomName;
    private final String client;
    private final @Nullable SharedReceipt shared;
    private final boolean published;
    private final Reports reports;
    private final LongSupplier nanoClock;
    private RoomStory.Moment before;
    private LegTally tally = LegTally.START;
    private LinkThroughput throughput = LinkThroughput.UNKNOWN;
    private long toldNs;
    private @Nullable Future<?> timer;
    private @Nullable Future<?> looking;

    /**
     * @param shared what came for the room, which is not this leg's own; null: it is
     * @param published it is published here
     */
    LegWatch(
            Leg leg,
            Room room,
            String roomName,
            String client,
            @Nullable SharedReceipt shared,
            boolean published,
            Reports reports,
            LongSupplier nanoClock) {
        this.leg = leg;
        this.room = room;
        this.roomName = roomName;
        this.client = client;
        this.shared = shared;
        this.published = published;
        this.reports = reports;
        this.nanoClock = nanoClock;
        this.before = room.story().now();
        this.toldNs = nanoClock.getAsLong();
    }

    void start() {
        if (!reports.silent()) {
            if (shared != null) {
                shared.enter(room.story().now());
            }
            timer = room.loop()
                    .scheduleAtFixedRate(() -> tell(false), reports.legMs(), reports.legMs(), TimeUnit.MILLISECONDS);
            looking = room.loop().scheduleAtFixedRate(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        if (leg.tally().promotions() != tally.promotions()) {
            tell(false);
        }
    }

    void over() {
        Future<?> running = timer;
        timer = null;
        Future<?> look = looking;
        looking = null;
        if (look != null) {
            look.cancel(false);
        }
        if (running != null) {
            running.cancel(false);
            tell(true);
            if (shared != null) {
                shared.leave();
            }
        }
    }

    private void tell(boolean over) {
        long now = nanoClock.getAsLong();
        RoomStory.Moment moment = room.story().now();
        RoomStory.Moment since = moment.since(before);
        RoomStory.Moment received = shared == null ? since : shared.take(moment);
        LegTally counted = leg.tally();
        LegTally more = counted.since(tally);
        LinkPath path = leg.path();
        LegReport report = new LegReport();
        report.setEnd(LegEnd.RELAY_SERVER);
        report.setRoom(roomName);
        report.setRelayClientId(client);
        report.setRelayServerId(reports.edgeId());
        report.setIntervalMs(TimeUnit.NANOSECONDS.toMillis(now - toldNs));
        report.setViewers(leg.viewers());
        report.setUpstreams(leg.upstreams());
        report.setCarriers(leg.carries() ? 1 : 0);
        report.setReceivedBytes(received.receivedBytes());
        report.setSpareBytes(received.spareBytes());
        report.setLinkBytes(more.linkBytes());
        report.setPromotions(more.promotions());
        report.setSplices(since.splices());
        report.setSpliceGapMs(since.spliceGapMs());
        report.setPauses(since.pauses());
        report.setPausedMs(since.pausedMs());
        report.setSilences(since.silences());
        report.setAsked(more.asked());
        report.setRefused(more.refused());
        report.setLost(more.lost());
        report.setRttUs(path.rttUs());
        report.setRetransmits(path.retransmits());
        report.setDeliveryBps(path.throughput().deliveryBps());
        report.setDeliveryBound(path.throughput().bound());
        report.setCarriedBps(path.throughput().carriedBps(throughput, now - toldNs));
        report.setOver(over);
        report.setPublished(published);
        report.setRoles(roles());
        reports.telling().offer(Topics.TELEMETRY_RELAY, roomName, report);
        before = moment;
        tally = counted;
        throughput = path.throughput();
        toldNs = now;
    }

    private Map<String, Integer> roles() {
        Map<String, Integer> roles = new TreeMap<>();
        leg.standings().forEach(each -> roles.merge(each.role().name(), 1, Integer::sum));
        return roles;
    }
}
