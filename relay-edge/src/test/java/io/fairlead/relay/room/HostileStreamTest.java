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
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Streams that are FLV to the letter and yet no good: what a room keeps of them is bounded, and viewers see nothing that can't be decoded. */
class HostileStreamTest {

    private static final int MOST_TAGS = 200;
    private static final RoomSettings SETTINGS =
            RoomSettings.DEFAULTS.withRing(new RingBounds(MOST_TAGS, 1 << 20, 4_000, 200));

    @Test
    void withoutAKeyFrameNobodyIsShownAnythingAndNothingIsKept() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource source = stage.source("a");
            header(stage, source, 1);
            for (int each = 1; each < 2_000; each++) {
                frame(stage, source, each, false);
            }
            assertThat(numbers(seen(seat))).isEmpty();
            assertThat(stage.allocator.metric().usedDirectMemory()).isLessThan(MOST_TAGS * 200L);
            frame(stage, source, 2_000, true);
            frame(stage, source, 2_001, false);
            assertThat(numbers(seen(seat))).containsExactly(2_000, 2_001);
        }
    }

    @Test
    void anEndlessGroupIsShownToWhomItBeganForAndBounded() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat early = stage.sit();
            RoomSource source = stage.source("a");
            header(stage, source, 1);
            frame(stage, source, 0, true);
            List<Integer> seen = new ArrayList<>();
            for (int each = 1; each < 3_000; each++) {
                frame(stage, source, each, false);
                if (each % 100 == 0) {
                    seen.addAll(numbers(continued(early, seen.isEmpty())));
                    assertThat(stage.allocator.metric().usedDirectMemory())
                            .as("bytes after %s frames", each)
                            .isLessThan(2 * MOST_TAGS * 200L);
                }
            }
            assertThat(seen).isEqualTo(IntStream.rangeClosed(0, 2_900).boxed().toList());
            Seat late = stage.sit();
            stage.pass(RoomStage.MERGE_MS);
            assertThat(numbers(seen(late))).as("what can't be decoded").isEmpty();
            frame(stage, source, 3_000, true);
            assertThat(numbers(seen(late))).containsExactly(3_000);
        }
    }

    @Test
    void headersThatComeAfterTheDataStandBeforeTheNextFrame() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource source = stage.source("a");
            frame(stage, source, 0, true);
            frame(stage, source, 1, false);
            header(stage, source, 1);
            frame(stage, source, 2, false);
            header(stage, source, 2);
            frame(stage, source, 3, true);
            assertThat(seen(seat).stream().map(Seen::number)).containsExactly(0, 1, -1, 2, -1, 3);
        }
    }

    /** FLV has 32 bits for milliseconds: the largest, and back again, is 49.7 days each way. */
    @Test
    void aTimeOfFourGigabytesMovesNobody() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource source = stage.source("a");
            header(stage, source, 1);
            long[] times = {10_000, 10_040, 0xFFFF_FFFFL, 10_080, 0x7FFF_FFFFL, 10_120, 0x8000_0000L, 10_160, 10_200};
            for (int each = 0; each < times.length; each++) {
                stage.send(source, stage.video(times[each], Flv.key(each, 100)));
                stage.pass(RoomStage.MERGE_MS);
            }
            List<Seen> seen = seen(seat);
            assertThat(numbers(seen))
                    .isEqualTo(IntStream.range(0, times.length).boxed().toList());
            for (int each = 2; each < seen.size(); each++) {
                assertThat(seen.get(each).timeMs() - seen.get(each - 1).timeMs())
                        .as("step to frame %s", seen.get(each).number())
                        .isBetween(1L, 100L);
            }
        }
    }

    @Test
    void whoComesDoesNotBreakUpWhatIsGatheredForTheOthers() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat first = stage.sit();
            RoomSource source = stage.source("a");
            header(stage, source, 1);
            frame(stage, source, 0, true);
            assertThat(numbers(seen(first))).containsExactly(0);
            stage.send(source, stage.video(40, Flv.frame(1, 100)));
            Seat second = stage.sitBeside(first);
            assertThat(numbers(continued(first, false))).as("before its time").isEmpty();
            assertThat(numbers(seen(second))).containsExactly(0);
            stage.pass(RoomStage.MERGE_MS);
            assertThat(numbers(continued(first, false))).containsExactly(1);
            assertThat(numbers(continued(second, false))).containsExactly(1);
        }
    }

    private static void header(RoomStage stage, RoomSource source, int version) {
        stage.send(source, stage.video(0, Flv.avcHeader(version)));
    }

    private static void frame(RoomStage stage, RoomSource source, int number, boolean key) {
        stage.send(source, stage.video(number * 40L, key ? Flv.key(number, 100) : Flv.frame(number, 100)));
        stage.pass(RoomStage.MERGE_MS);
    }

    /** @param number of a frame; −1 of headers */
    private record Seen(int number, long timeMs) {}

    private static List<Integer> numbers(List<Seen> seen) {
        return seen.stream().map(Seen::number).filter(each -> each >= 0).toList();
    }

    private static List<Seen> seen(Seat seat) {
        return continued(seat, true);
    }

    private static List<Seen> continued(Seat seat, boolean begins) {
        ByteBuf more = seat.received();
        if (!more.isReadable()) {
            return List.of();
        }
        ByteBuf stream = Unpooled.buffer();
        if (!begins || more.getByte(0) != 'F') {
            FlvWriter.fileHeader(stream, true, true);
        }
        List<Seen> seen = new ArrayList<>();
        for (Tag tag : Flv.read(new UnpooledByteBufAllocator(false), stream.writeBytes(more))) {
            if (tag.kind() == TagKind.VIDEO) {
                boolean header = tag.part() == Part.SEQUENCE_HEADER;
                seen.add(new Seen(header ? -1 : tag.wire().getIntLE(Tag.HEADER_BYTES + 5), tag.timeMs()));
            }
            tag.release();
        }
        return seen;
    }
}
