package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a viewer records while sources follow each other, looked at with ffprobe and decoded by ffmpeg. */
class SpliceSeenByFfprobeTest {

    private static final int SECONDS = 6;

    @TempDir
    static Path directory;

    private static byte[] encoded;

    @BeforeAll
    static void encode() throws Exception {
        Ffmpeg.demand();
        Path file = directory.resolve("in.flv");
        Ffmpeg.run(Ffmpeg.testPicture(SECONDS, file.toString()));
        encoded = Files.readAllBytes(file);
    }

    @Test
    void aSpareWithAClockOfItsOwnFollowsInMidGroupAndNoFrameIsLost() throws Exception {
        Path recorded = directory.resolve("aligned.flv");
        try (RoomStage stage = new RoomStage(RoomSettings.DEFAULTS)) {
            RoomStage.Seat seat = stage.sit();
            RoomSource master = stage.source("a");
            RoomSource spare = stage.source("b");
            feed(stage, master, 0, 3_230, 0);
            feed(stage, spare, 2_000, 3_500, 1_700_000);
            stage.room.detach(master, SourceEnd.BROKEN);
            feed(stage, spare, 3_500, SECONDS * 1_000, 1_700_000);
            stage.pass(RoomStage.MERGE_MS);
            record(seat, recorded);
            assertThat(stage.counters.splicesAligned()).isEqualTo(1);
        }
        List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
        assertThat(video).hasSize(SECONDS * 25);
        for (int each = 1; each < video.size(); each++) {
            assertThat(video.get(each) - video.get(each - 1)).isEqualTo(40);
        }
        rises(Ffmpeg.decodingTimes(recorded, "a"), 30);
        decodes(recorded);
    }

    @Test
    void anEncoderThatIsStartedAnewFollowsByOneInterval() throws Exception {
        Path recorded = directory.resolve("restarted.flv");
        try (RoomStage stage = new RoomStage(RoomSettings.DEFAULTS)) {
            RoomStage.Seat seat = stage.sit();
            RoomSource one = stage.publisher("a");
            feed(stage, one, 0, 2_500, 0);
            feed(stage, one, 0, 2_500, 0);
            stage.room.detach(one, SourceEnd.ENDED);
            RoomSource two = stage.publisher("b");
            feed(stage, two, 0, 2_500, 0xFFFF_FF00L);
            stage.pass(RoomStage.MERGE_MS);
            record(seat, recorded);
        }
        rises(Ffmpeg.decodingTimes(recorded, "v"), 120);
        rises(Ffmpeg.decodingTimes(recorded, "a"), 120);
        decodes(recorded);
    }

    private static void feed(RoomStage stage, RoomSource source, long fromMs, long toMs, long shiftMs) {
        long last = fromMs;
        for (Tag tag : Flv.read(stage.allocator, Unpooled.wrappedBuffer(encoded))) {
            long time = Integer.toUnsignedLong(tag.sourceTime());
            boolean header = tag.payloadBytes() < 60 && time == 0;
            if (!header && (time < fromMs || time >= toMs)) {
                tag.release();
                continue;
            }
            byte[] payload = new byte[tag.payloadBytes()];
            tag.wire().getBytes(Tag.HEADER_BYTES, payload);
            stage.send(source, Flv.tag(stage.allocator, tag.kind(), time + shiftMs, payload));
            tag.release();
            stage.pass(Math.max(0, time - last));
            last = Math.max(last, time);
        }
    }

    private static void record(RoomStage.Seat seat, Path file) throws Exception {
        ByteBuf bytes = seat.received();
        try (OutputStream out = Files.newOutputStream(file)) {
            bytes.readBytes(out, bytes.readableBytes());
        }
        List<Tag> tags = new ArrayList<>(
                Flv.read(new UnpooledByteBufAllocator(true), Unpooled.wrappedBuffer(Files.readAllBytes(file))));
        assertThat(tags).isNotEmpty();
        tags.forEach(Tag::release);
    }

    private static void rises(List<Long> times, long mostMs) {
        assertThat(times).hasSizeGreaterThan(50);
        for (int each = 1; each < times.size(); each++) {
            assertThat(times.get(each) - times.get(each - 1)).isBetween(1L, mostMs);
        }
    }

    private static void decodes(Path file) throws Exception {
        assertThat(Ffmpeg.run(List.of("ffmpeg", "-nostdin", "-v", "warning", "-i", file.toString(), "-f", "null", "-")))
                .as("what ffmpeg complains of")
                .isEmpty();
    }
}
