package io.fairlead.lab.simulate.rooms;

import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Framing;
import io.fairlead.relay.room.RingBounds;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.RoomSource;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.room.Viewer;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A room through events from a seed: viewers come, go, stop reading and read on; streams of one live source, each with a clock of its own, break, fall silent, lag
 * behind, and are replaced; the encoder begins anew. What viewers are shown is looked at every {@value #LOOK} events, and at the end that everything was given back.
 */
final class RoomRun implements Room.Listener {

    private static final int MOST_STREAMS = 3;
    private static final int MOST_VIEWERS = 12;
    private static final int LOOK = 50;
    private static final int GONE_KEPT = 20;
    private static final long CLOCK_MASK = 0xFFFF_FFFFL;
    private static final RoomSettings SETTINGS = RoomSettings.DEFAULTS
            .withRing(new RingBounds(2_000, 1 << 20, 4_000, 200))
            .withSlowViewers(2_000, 1_000_000, 1_000_000_000);

    private final RoomSetup setup;
    private final Promises promises;
    private final Random random;
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final Frames frames = new Frames(allocator);
    private final RoomCounters counters = new RoomCounters();
    private final EmbeddedChannel host = new EmbeddedChannel();
    private final Room room;
    private final List<Stream> streams = new ArrayList<>();
    private final List<Watching> viewers = new ArrayList<>();

    /** Channels of viewers who have gone, whose loops have yet to give back what they hold. */
    private final ArrayDeque<EmbeddedChannel> gone = new ArrayDeque<>();

    /** What the encoder's clock has leapt to, by the frame that was the first then. */
    private final NavigableMap<Integer, Long> leaps = new TreeMap<>(Map.of(0, 0L));

    private long nowMs = 1_000;
    private int frame;
    private long joins;
    private long leaves;
    private long stalls;

    private RoomRun(RoomSetup setup) {
        this.setup = setup;
        this.promises = new Promises(setup);
        this.random = new Random(setup.seed());
        host.freezeTime();
        this.room = new Room("r", host.eventLoop(), allocator, SETTINGS, counters, () -> nowMs * 1_000_000, this);
    }

    /** @throws RoomBroken a promise does not hold */
    static RoomTally run(RoomSetup setup) {
        return new RoomRun(setup).run();
    }

    private RoomTally run() {
        join();
        open();
        for (int step = 0; step < setup.steps(); step++) {
            promises.at(step);
            act();
            if (step % LOOK == 0) {
                look();
            }
        }
        viewers.forEach(Watching::unblock);
        tick();
        look();
        promises.hold(
                room.viewers() == viewers.size(),
                "%d viewers are counted, %d are there",
                room.viewers(),
                viewers.size());
        end();
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("joins", joins);
        counts.put("leaves", leaves);
        counts.put("stalls", stalls);
        counts.put("splices without loss", counters.splicesAligned());
        counts.put("at a key frame", counters.splicesAtKey());
        counts.put("silences", counters.silences());
        counts.put("skips of slow viewers", counters.skips());
        return new RoomTally(setup, counts);
    }

    private void act() {
        switch (random.nextInt(100)) {
            case 0 -> open();
            case 1 -> breakOne();
            case 2 -> pick(streams).silentFrames = 1 + random.nextInt(40);
            case 3 -> pick(streams).lagFrames = random.nextInt(5);
            case 4, 5, 6 -> join();
            case 7, 8 -> leave();
            case 9 -> pick(viewers).block();
            case 10, 11 -> pick(viewers).unblock();
            case 12 -> restart();
            default -> tick();
        }
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private void open() {
        if (streams.size() < MOST_STREAMS) {
            streams.add(new Stream());
        }
    }

    /** The last stream stays, so that the room does. */
    private void breakOne() {
        if (streams.size() > 1) {
            Stream broken = pick(streams);
            streams.remove(broken);
            broken.catchUp(frame - random.nextInt(3));
            room.detach(broken.source, SourceEnd.BROKEN);
        }
    }

    /** The encoder begins anew: the clocks of all streams leap at the same frame, in those that are held up too. */
    private void restart() {
        if (random.nextInt(10) == 0) {
            leaps.put(frame, random.nextInt() & CLOCK_MASK);
        }
    }

    private void join() {
        if (viewers.size() < MOST_VIEWERS) {
            joins++;
            Watching newcomer = new Watching();
            viewers.add(newcomer);
            room.join(newcomer.viewer);
            pass(0);
        }
    }

    private void leave() {
        if (viewers.size() > 1) {
            Watching leaving = pick(viewers);
            leaving.unblock();
            leaving.screen.look(leaving.channel);
            viewers.remove(leaving);
            leaving.viewer.end(ViewerEnd.LEFT);
            pass(0);
            leaving.close();
            leaves++;
        }
    }

    private void tick() {
        frame++;
        for (Stream stream : List.copyOf(streams)) {
            if (stream.silentFrames > 0) {
                stream.silentFrames--;
            } else {
                stream.catchUp(frame - stream.lagFrames);
            }
        }
        pass(Frames.FRAME_MS);
    }

    private void look() {
        viewers.forEach(each -> each.screen.look(each.channel));
    }

    /** Lets time go by, and everything happen that is due. */
    private void pass(long ms) {
        nowMs += ms;
        host.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        for (int each = 0; each < 4; each++) {
            host.runScheduledPendingTasks();
            host.runPendingTasks();
            viewers.forEach(viewer -> viewer.channel.runPendingTasks());
            gone.forEach(EmbeddedChannel::runPendingTasks);
        }
        while (gone.size() > GONE_KEPT) {
            gone.removeFirst();
        }
    }

    private void end() {
        room.close(ViewerEnd.EDGE_STOPPED);
        pass(0);
        viewers.forEach(Watching::close);
        pass(0);
        host.finishAndReleaseAll();
        promises.hold(
                allocator.metric().usedDirectMemory() == 0,
                "%,d bytes were not given back",
                allocator.metric().usedDirectMemory());
    }

    @Override
    public void watched(Room watched) {
        // nothing is asked for: streams come and go by chance
    }

    @Override
    public void unwatched(Room unwatched) {
        // the room stays, as its streams do
    }

    @Override
    public void closed(Room closed) {
        // looked at by end
    }

    /** One request to the media server. */
    private final class Stream {

        private final long shiftMs = random.nextInt() & CLOCK_MASK;
        private final RoomSource source = RoomSource.asked("stream", SETTINGS, nowMs * 1_000_000, reason -> {});
        private int next = frame;
        private int lagFrames;
        private int silentFrames;

        private Stream() {
            room.attach(source);
            room.take(source, List.of(frames.header(shiftMs)), true);
        }

        private void catchUp(int to) {
            for (; next < to; next++) {
                long clockMs = shiftMs + leaps.floorEntry(next).getValue();
                List<Tag> both = List.of(frames.frame(next, clockMs), frames.sound(next, clockMs));
                room.take(source, both, true);
            }
        }
    }

    /** One who watches. */
    private final class Watching {

        private final List<ChannelPromise> held = new ArrayList<>();
        private boolean blocked;
        private final EmbeddedChannel channel = new EmbeddedChannel(new Holding());
        private final Viewer viewer;
        private final Screen screen = new Screen(allocator, promises);

        private Watching() {
            channel.config().setAllocator(allocator);
            viewer = new Viewer(channel, Framing.STREAM, Container.FLV, SETTINGS, counters, () -> nowMs * 1_000_000);
        }

        private void block() {
            stalls += blocked ? 0 : 1;
            blocked = true;
        }

        private void unblock() {
            blocked = false;
            List<ChannelPromise> all = List.copyOf(held);
            held.clear();
            all.forEach(ChannelPromise::trySuccess);
            pass(0);
        }

        private void close() {
            unblock();
            screen.look(channel);
            channel.close(); // writes that were gathered fail with it, as they do where a viewer goes
            channel.releaseOutbound();
            screen.close();
            gone.add(channel);
        }

        /** While it is blocked writes come to no end. */
        private final class Holding extends ChannelOutboundHandlerAdapter {

            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                if (blocked && !promise.isVoid()) {
                    held.add(promise);
                    ctx.write(message);
                } else {
                    ctx.write(message, promise);
                }
            }
        }
    }
}
