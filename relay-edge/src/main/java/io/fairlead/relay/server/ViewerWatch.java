package io.fairlead.relay.server;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.relay.room.Experience;
import io.fairlead.relay.room.RoomStory;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.relay.room.ViewerStrain;
import io.fairlead.schemas.telemetry.ViewerClose;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.fairlead.schemas.telemetry.ViewerReport;
import io.fairlead.schemas.topics.Topics;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Tells what one viewer gets: each interval, and when it goes. On the viewer's loop. */
final class ViewerWatch {

    private static final long NOT_NOW = -1;

    private final Reports reports;
    private final LongSupplier nanoClock;
    private final long id;
    private final WatchRequest request;
    private final ViewerProtocol protocol;
    private final Experience viewer;
    private final RoomStory story;
    private RoomStory.Moment before;
    private ViewerStrain strain = ViewerStrain.NONE;
    private long toldNs;
    private long bytes;
    private boolean toldFirstByte;
    private boolean toldFirstKey;
    private @Nullable Future<?> timer;

    ViewerWatch(
            Reports reports,
            LongSupplier nanoClock,
            long id,
            WatchRequest request,
            ViewerProtocol protocol,
            Experience viewer,
            RoomStory story) {
        this.reports = reports;
        this.nanoClock = nanoClock;
        this.id = id;
        this.request = request;
        this.protocol = protocol;
        this.viewer = viewer;
        this.story = story;
        this.before = story.now();
        this.toldNs = viewer.joinedNs();
    }

    void start() {
        viewer.whenEnded(this::ended);
        timer = request.presence()
                .loop()
                .scheduleAtFixedRate(this::tell, reports.viewerMs(), reports.viewerMs(), TimeUnit.MILLISECONDS);
    }

    private void ended() {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        tell();
    }

    private void tell() {
        long now = nanoClock.getAsLong();
        RoomStory.Moment moment = story.now();
        RoomStory.Moment since = moment.since(before);
        ViewerStrain strained = viewer.strain();
        ViewerStrain more = strained.since(strain);
        long sent = viewer.bytes();
        ViewerReport report = new ViewerReport();
        report.setRoom(request.room());
        report.setViewerId(id);
        report.setObservedPrefix(prefix(request.address()));
        report.setProtocol(protocol);
        report.setRole(request.account().role());
        report.setIntervalMs(TimeUnit.NANOSECONDS.toMillis(now - toldNs));
        report.setWatchedMs(TimeUnit.NANOSECONDS.toMillis(now - viewer.joinedNs()));
        report.setFirstByteUs(toldFirstByte ? NOT_NOW : sinceAsked(viewer.firstByteNs()));
        report.setFirstKeyUs(toldFirstKey ? NOT_NOW : sinceAsked(viewer.firstKeyNs()));
        report.setBytes(sent - bytes);
        report.setStalls(more.stalls());
        report.setStalledMs(TimeUnit.NANOSECONDS.toMillis(more.stalledNs()));
        report.setLagMaxMs(viewer.takeLagMaxMs());
        report.setSkips(more.skips());
        report.setSkippedTags(more.skippedTags());
        report.setSplices(since.splices());
        report.setSpliceGapMs(since.spliceGapMs());
        report.setPauses(since.pauses());
        report.setPausedMs(since.pausedMs());
        report.setRenewals(request.account().takeRenewals());
        report.setClose(close(viewer.ended()));
        reports.telling().offer(Topics.TELEMETRY_RELAY, request.room(), report);
        before = moment;
        strain = strained;
        bytes = sent;
        toldNs = now;
        toldFirstByte = viewer.firstByteNs() >= 0;
        toldFirstKey = viewer.firstKeyNs() >= 0;
    }

    private long sinceAsked(long sinceJoinedNs) {
        return sinceJoinedNs < 0
                ? NOT_NOW
                : TimeUnit.NANOSECONDS.toMicros(
                        viewer.joinedNs() - request.account().askedNs() + sinceJoinedNs);
    }

    /** The network it comes from; empty if that is not known. */
    private static String prefix(String address) {
        try {
            return AddressPrefix.parse(address).neighbourhood().toString();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static ViewerClose close(@Nullable ViewerEnd end) {
        if (end == null) {
            return ViewerClose.WATCHING;
        }
        return switch (end) {
            case LEFT -> ViewerClose.LEFT;
            case ROOM_ENDED -> ViewerClose.ROOM_ENDED;
            case TOO_SLOW -> ViewerClose.TOO_SLOW;
            case STALLED -> ViewerClose.STALLED;
            case ROOM_FULL -> ViewerClose.ROOM_FULL;
            case EDGE_STOPPED -> ViewerClose.EDGE_STOPPED;
            case NOT_CARRIED -> ViewerClose.NOT_CARRIED;
            case HANDED_OVER -> ViewerClose.UNKNOWN;
        };
    }
}
