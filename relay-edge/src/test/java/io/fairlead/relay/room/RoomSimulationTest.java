package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.room.RoomStage.Seat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A room through 10 000 events from a seed: viewers come, go, stop reading and read on; streams of one live source, each with a clock of its
 * own, break, fall silent, lag behind, and are replaced. After every event the promises to viewers are looked at.
 */
class RoomSimulationTest {

    private static final int EVENTS = 10_000;
    private static final int GOP = 25;
    private static final int MOST_STREAMS = 3;
    private static final int MOST_VIEWERS = 12;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void promisesHoldThroughTenThousandEvents(long seed) {
        new World(seed).run();
    }

    private static final class World {

        private final Random random;
        private final RoomStage stage = new RoomStage(RoomSettings.DEFAULTS
                .withRing(new RingBounds(2_000, 1 << 20, 4_000, 200))
                .withSlowViewers(2_000, 1_000_000, 1_000_000_000));
        private final List<Stream> streams = new ArrayList<>();

        /** What the encoder's clock has leapt to, by the frame that was the first then. */
        private final NavigableMap<Integer, Long> leaps = new TreeMap<>(Map.of(0, 0L));

        private final List<Watching> viewers = new ArrayList<>();
        private int frame;
        private int cameAndWent;

        private World(long seed) {
            random = new Random(seed);
        }

        private void run() {
            join();
            open();
            for (int event = 0; event < EVENTS; event++) {
                switch (random.nextInt(100)) {
                    case 0 -> open();
                    case 1 -> breakOne();
                    case 2 -> pick(streams).silentFrames = 1 + random.nextInt(40);
                    case 3 -> pick(streams).lagFrames = random.nextInt(5);
                    case 4, 5, 6 -> join();
                    case 7, 8 -> leave();
                    case 9 -> pick(viewers).seat.block();
                    case 10, 11 -> pick(viewers).seat.unblock();
                    case 12 -> restart();
                    default -> tick();
                }
                if (event % 50 == 0) {
                    viewers.forEach(Watching::look);
                }
            }
            viewers.forEach(each -> each.seat.unblock());
            tick();
            viewers.forEach(Watching::look);
            assertThat(cameAndWent).isPositive();
            assertThat(stage.counters.splicesAligned()).isPositive();
            assertThat(stage.counters.silences()).isPositive();
            assertThat(stage.counters.skips()).isPositive();
            assertThat(stage.room.viewers()).isEqualTo(viewers.size());
            stage.close();
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
                Stream gone = pick(streams);
                streams.remove(gone);
                gone.catchUp(frame - random.nextInt(3));
                stage.room.detach(gone.source, SourceEnd.BROKEN);
            }
        }

        /** The encoder begins anew: the clocks of all streams leap at the same frame, in those that are held up too. */
        private void restart() {
            if (random.nextInt(10) == 0) {
                leaps.put(frame, random.nextInt() & 0xFFFF_FFFFL);
            }
        }

        private void join() {
            if (viewers.size() < MOST_VIEWERS) {
                viewers.add(new Watching());
            }
        }

        private void leave() {
            if (viewers.size() > 1) {
                Watching gone = pick(viewers);
                gone.seat.unblock();
                gone.look();
                viewers.remove(gone);
                gone.seat.viewer.end(ViewerEnd.LEFT);
                stage.pass(0);
                cameAndWent++;
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
            stage.pass(40);
        }

        /** One request to the media server. */
        private final class Stream {

            private final RoomSource source = stage.source("stream");
            private final long shiftMs = random.nextInt() & 0xFFFF_FFFFL;
            private int next = frame;
            private int lagFrames;
            private int silentFrames;

            private Stream() {
                stage.send(source, stage.video(shiftMs, Flv.avcHeader(1)));
            }

            private void catchUp(int to) {
                for (; next < to; next++) {
                    stage.frame(
                            source, next, GOP, shiftMs + leaps.floorEntry(next).getValue());
                }
            }
        }

        /** One who watches, and what it must have been given. */
        private final class Watching {

            private final Seat seat = stage.sit();
            private final Set<Integer> had = new HashSet<>();
            private long lastVideoMs = -1;
            private long lastAudioMs = -1;
            private int lastFrame = -1;
            private boolean begun;

            private void look() {
                ByteBuf more = seat.received();
                ByteBuf stream = Unpooled.buffer();
                if (begun) {
                    FlvWriter.fileHeader(stream, true, true);
                }
                stream.writeBytes(more);
                begun |= stream.isReadable();
                for (Tag tag : Flv.read(new UnpooledByteBufAllocator(false, true), stream)) {
                    see(tag);
                    tag.release();
                }
            }

            private void see(Tag tag) {
                boolean video = tag.kind() == TagKind.VIDEO;
                assertThat(tag.timeMs())
                        .as("time of %s", tag)
                        .isGreaterThanOrEqualTo(video ? lastVideoMs : lastAudioMs);
                if (tag.part() == Part.SEQUENCE_HEADER) {
                    return;
                }
                if (!video) {
                    lastAudioMs = tag.timeMs();
                    return;
                }
                int number = tag.wire().getIntLE(Tag.HEADER_BYTES + 5);
                boolean key = tag.part() == Part.KEY_FRAME;
                assertThat(had.add(number)).as("frame %s comes once", number).isTrue();
                assertThat(key || number == lastFrame + 1)
                        .as("frame %s after %s can be decoded", number, lastFrame)
                        .isTrue();
                if (lastFrame >= 0) {
                    assertThat(tag.timeMs() - lastVideoMs)
                            .as("step from frame %s to %s", lastFrame, number)
                            .isLessThanOrEqualTo((number - lastFrame) * 40L + RoomTimeline.STEP_MS);
                }
                lastFrame = number;
                lastVideoMs = tag.timeMs();
            }
        }
    }
}
