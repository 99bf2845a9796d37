package io.fairlead.relay.leg;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.FlvReader;
import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Framing;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.room.Viewer;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Joins, leaves, resets, stalls and refusals by chance. After each: one stream carries if anybody is admitted, never two; and what each
 * carried rises in time. At the end everything is given back.
 */
class LegSimulationTest {

    private static final int STEPS = 2_500;
    private static final int FRAME_MS = 40;
    private static final int GOP = 25;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final EmbeddedChannel host = new EmbeddedChannel();
    private final RoomCounters roomCounters = new RoomCounters();
    private final LegCounters counters = new LegCounters();
    private final RoomSettings settings = RoomSettings.DEFAULTS.withMergeMs(0);
    private final List<FakePull> pulls = new ArrayList<>();
    private final List<FakeSeat> seats = new ArrayList<>();

    /** Channels of seats that have left, whose loops have yet to give back what they hold. */
    private final ArrayDeque<EmbeddedChannel> gone = new ArrayDeque<>();

    private long nowMs = 1_000;
    private int frame;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void oneStreamCarriesWhateverHappens(long seed) {
        Random random = new Random(seed);
        host.freezeTime();
        Leg leg = null;
        for (int step = 0; step < STEPS; step++) {
            if (leg == null || leg.isOver()) {
                leg = open();
            }
            act(random, leg);
            pulls.removeIf(pull -> pull.closed);
            for (FakePull pull : List.copyOf(pulls)) {
                pull.step(random);
            }
            frame++;
            pass(FRAME_MS);
            check(leg);
        }
        assertThat(counters.carried()).as("carriers that were chosen").isGreaterThan(50);
        assertThat(counters.promotions()).as("promotions").isGreaterThan(20);
        end(leg);
    }

    private Leg open() {
        Leg leg = new Leg(
                "r@c",
                "r",
                LegSettings.DEFAULTS.withWaits(500, 100, 400),
                settings,
                counters,
                () -> nowMs * 1_000_000,
                (room, query, had, owner) -> {
                    FakePull pull = new FakePull(owner);
                    pulls.add(pull);
                    return pull;
                },
                true,
                over -> {});
        leg.feed(new Room("r@c", host.eventLoop(), allocator, settings, roomCounters, () -> nowMs * 1_000_000, leg));
        return leg;
    }

    private void act(Random random, Leg leg) {
        int chance = random.nextInt(100);
        if (chance < 20 && leg.viewers() < 12) {
            FakeSeat seat = new FakeSeat();
            seats.add(seat);
            seat.leave = leg.enter(seat, "");
        } else if (chance < 38 && !seats.isEmpty()) {
            seats.remove(random.nextInt(seats.size())).goes();
        } else if (chance < 46 && !pulls.isEmpty()) {
            FakePull pull = pulls.get(random.nextInt(pulls.size()));
            pull.finish(SourceEnd.BROKEN, null);
        } else if (chance < 50 && !pulls.isEmpty()) {
            pulls.get(random.nextInt(pulls.size())).stalledFrames = random.nextInt(40);
        }
        seats.removeIf(seat -> seat.done);
    }

    private void pass(long ms) {
        nowMs += ms;
        host.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        for (int each = 0; each < 4; each++) {
            host.runScheduledPendingTasks();
            host.runPendingTasks();
            seats.forEach(seat -> seat.channel.runPendingTasks());
            gone.forEach(EmbeddedChannel::runPendingTasks);
        }
        while (gone.size() > 20) {
            gone.removeFirst();
        }
    }

    private void check(Leg leg) {
        long admitted =
                seats.stream().filter(seat -> seat.admitted && !seat.done).count();
        long carrying =
                seats.stream().filter(seat -> seat.viewer != null && !seat.done).count();
        assertThat(carrying).as("streams that carry").isEqualTo(admitted == 0 ? 0 : 1);
        assertThat(counters.carriers()).isEqualTo((int) carrying);
        assertThat(counters.viewers()).isEqualTo(leg.isOver() ? 0 : leg.viewers());
        seats.forEach(FakeSeat::read);
    }

    private void end(Leg leg) {
        leg.end(ViewerEnd.EDGE_STOPPED);
        pass(1_000);
        seats.forEach(FakeSeat::goes);
        pass(1_000);
        assertThat(pulls).as("streams from the media server").allMatch(pull -> pull.closed);
        host.finishAndReleaseAll();
        assertThat(allocator.metric().usedDirectMemory()).as("direct memory").isZero();
    }

    /** A request to a media server, whose streams all carry the same. */
    private final class FakePull implements Pull {

        private final Owner owner;
        private boolean accepted;
        private boolean closed;
        private int stalledFrames;

        private FakePull(Owner owner) {
            this.owner = owner;
        }

        private void step(Random random) {
            if (closed) {
                return;
            }
            if (!accepted) {
                if (random.nextInt(10) == 0) {
                    finish(SourceEnd.BROKEN, HttpResponseStatus.FORBIDDEN);
                } else {
                    accepted = true;
                    owner.accepted(this);
                }
            } else if (stalledFrames > 0) {
                stalledFrames--;
            } else {
                byte[] payload = frame % GOP == 0 ? Flv.key(frame, 100) : Flv.frame(frame, 60);
                owner.take(this, List.of(Flv.tag(allocator, TagKind.VIDEO, frame * (long) FRAME_MS, payload)), true);
            }
        }

        private void finish(SourceEnd reason, @Nullable HttpResponseStatus status) {
            if (!closed) {
                closed = true;
                owner.over(this, reason, status, "by chance");
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final class FakeSeat implements Seat {

        @Override
        public @Nullable KeyFrameMark had() {
            return null;
        }

        @Override
        public long carriedBytes() {
            return 0;
        }

        @Override
        public LinkPath path() {
            return LinkPath.UNKNOWN;
        }

        private final EmbeddedChannel channel = new EmbeddedChannel();
        private Runnable leave = () -> {};
        private boolean admitted;
        private boolean done;
        private @Nullable Viewer viewer;
        private long lastMs = -1;
        private final FlvReader reader = new FlvReader(allocator, 1 << 20, tag -> {
            assertThat(tag.timeMs()).as("time on one stream").isGreaterThanOrEqualTo(lastMs);
            lastMs = tag.timeMs();
            tag.release();
        });

        private FakeSeat() {
            channel.config().setAllocator(allocator);
        }

        @Override
        public void admitted(Role role, String leg) {
            admitted = true;
        }

        @Override
        public void refused(HttpResponseStatus status, String sentence) {
            assertThat(viewer).as("a stream that is refused carries nothing").isNull();
            close();
        }

        @Override
        public void carry(Room room, long after) {
            Viewer carrying =
                    new Viewer(channel, Framing.STREAM, Container.FLV, settings, roomCounters, () -> nowMs * 1_000_000);
            carrying.succeed(after);
            viewer = carrying;
            room.join(carrying);
        }

        @Override
        public long carriedTo() {
            Viewer carrying = viewer;
            return carrying == null ? -1 : carrying.writtenTo();
        }

        @Override
        public void over() {
            close();
        }

        private void read() {
            for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
                if (sent instanceof ByteBuf bytes) {
                    assertThat(reader.read(bytes)).isNull();
                }
                ReferenceCountUtil.release(sent);
            }
        }

        private void goes() {
            leave.run();
            close();
        }

        private void close() {
            done = true;
            gone.add(channel);
            channel.runPendingTasks();
            read();
            Viewer carrying = viewer;
            if (carrying != null) {
                carrying.end(ViewerEnd.LEFT);
            }
            channel.finishAndReleaseAll();
            reader.close();
        }
    }
}
