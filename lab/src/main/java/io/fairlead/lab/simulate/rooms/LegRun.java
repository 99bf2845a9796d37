package io.fairlead.lab.simulate.rooms;

import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.leg.Leg;
import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Viewers behind one relay client through events from a seed: they come, are refused, go; their streams from the media server break and stand still. After each
 * event one stream carries if anybody is admitted, never two; what each carried is looked at; and at the end everything was given back.
 */
final class LegRun {

    private static final int MOST_VIEWERS = 12;
    private static final int MOST_STILL_FRAMES = 40;
    private static final int GONE_KEPT = 20;

    private final RoomSetup setup;
    final Promises promises;
    final Random random;
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    final Frames frames = new Frames(allocator);
    final RoomSettings settings = RoomSettings.DEFAULTS.withMergeMs(0);
    final RoomCounters roomCounters = new RoomCounters();
    private final EmbeddedChannel host = new EmbeddedChannel();
    private final LegCounters counters = new LegCounters();
    private final List<MediaRequest> requests = new ArrayList<>();
    private final List<LinkStream> seats = new ArrayList<>();

    /** Channels of viewers who have gone, whose loops have yet to give back what they hold. */
    private final ArrayDeque<EmbeddedChannel> gone = new ArrayDeque<>();

    private long nowMs = 1_000;
    private int frame;
    private long joins;
    private long leaves;
    private long resets;
    private long stalls;
    private long legs;

    private LegRun(RoomSetup setup) {
        this.setup = setup;
        this.promises = new Promises(setup);
        this.random = new Random(setup.seed());
        host.freezeTime();
    }

    /** @throws RoomBroken a promise does not hold */
    static RoomTally run(RoomSetup setup) {
        return new LegRun(setup).run();
    }

    private RoomTally run() {
        Leg leg = open();
        for (int step = 0; step < setup.steps(); step++) {
            promises.at(step);
            if (leg.isOver()) {
                leg = open();
            }
            act(leg);
            requests.removeIf(MediaRequest::closed);
            for (MediaRequest request : List.copyOf(requests)) {
                request.step(frame);
            }
            frame++;
            pass(Frames.FRAME_MS);
            check(leg);
        }
        end(leg);
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("joins", joins);
        counts.put("leaves", leaves);
        counts.put("resets", resets);
        counts.put("stalls", stalls);
        counts.put("refusals", counters.refused());
        counts.put("carriers chosen", counters.carried());
        counts.put("promotions", counters.promotions());
        counts.put("legs", legs);
        return new RoomTally(setup, counts);
    }

    private Leg open() {
        legs++;
        Leg leg = new Leg(
                "r@c",
                "r",
                LegSettings.DEFAULTS.withWaits(500, 100, 400),
                settings,
                counters,
                this::nowNs,
                (room, query, had, owner) -> {
                    MediaRequest request = new MediaRequest(this, owner, frame);
                    requests.add(request);
                    return request;
                },
                true,
                over -> {});
        leg.feed(new Room("r@c", host.eventLoop(), allocator, settings, roomCounters, this::nowNs, leg));
        return leg;
    }

    long nowNs() {
        return TimeUnit.MILLISECONDS.toNanos(nowMs);
    }

    private void act(Leg leg) {
        int chance = random.nextInt(100);
        if (chance < 20 && leg.viewers() < MOST_VIEWERS) {
            joins++;
            LinkStream seat = new LinkStream(this);
            seats.add(seat);
            seat.enter(leg);
        } else if (chance < 38 && !seats.isEmpty()) {
            leaves++;
            seats.remove(random.nextInt(seats.size())).leave();
        } else if (chance < 46 && !requests.isEmpty()) {
            resets++;
            requests.get(random.nextInt(requests.size())).finish(SourceEnd.BROKEN, null);
        } else if (chance < 50 && !requests.isEmpty()) {
            stalls++;
            requests.get(random.nextInt(requests.size())).standStill(random.nextInt(MOST_STILL_FRAMES));
        }
        seats.removeIf(LinkStream::isOver);
    }

    private void pass(long ms) {
        nowMs += ms;
        host.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        for (int each = 0; each < 4; each++) {
            host.runScheduledPendingTasks();
            host.runPendingTasks();
            seats.forEach(seat -> seat.channel().runPendingTasks());
            gone.forEach(EmbeddedChannel::runPendingTasks);
        }
        while (gone.size() > GONE_KEPT) {
            gone.removeFirst();
        }
    }

    void left(EmbeddedChannel channel) {
        gone.add(channel);
    }

    List<Tag> media(int number) {
        return List.of(frames.frame(number, 0), frames.sound(number, 0));
    }

    private void check(Leg leg) {
        long admitted = seats.stream().filter(LinkStream::watches).count();
        long carrying = seats.stream().filter(LinkStream::carries).count();
        promises.hold(
                carrying == (admitted == 0 ? 0 : 1),
                "%d streams carry for %d viewers who are admitted",
                carrying,
                admitted);
        promises.hold(
                counters.carriers() == carrying,
                "%d streams that carry are counted, there are %d",
                counters.carriers(),
                carrying);
        int viewers = leg.isOver() ? 0 : leg.viewers();
        promises.hold(
                counters.viewers() == viewers, "%d viewers are counted, there are %d", counters.viewers(), viewers);
        seats.forEach(LinkStream::look);
    }

    private void end(Leg leg) {
        leg.end(ViewerEnd.EDGE_STOPPED);
        pass(1_000);
        List.copyOf(seats).forEach(LinkStream::leave);
        pass(1_000);
        promises.hold(requests.stream().allMatch(MediaRequest::closed), "streams from the media server were left open");
        host.finishAndReleaseAll();
        promises.hold(
                allocator.metric().usedDirectMemory() == 0,
                "%,d bytes were not given back",
                allocator.metric().usedDirectMemory());
    }
}
