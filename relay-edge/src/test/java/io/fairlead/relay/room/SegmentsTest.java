package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A room of 25 frames a second, with a key frame each second, cut for HLS. */
class SegmentsTest {

    private static final byte[] HEADER = {
        0x17,
        0,
        0,
        0,
        0,
        1,
        0x64,
        0,
        0x1E,
        (byte) 0xFF,
        (byte) 0xE1,
        0,
        5,
        0x67,
        0x64,
        0,
        0x1E,
        0x55,
        1,
        0,
        2,
        0x68,
        0x77
    };
    private static final SegmentSettings SETTINGS = new SegmentSettings(2_000, 500, 3, 1 << 20, 2 << 20);

    private final RoomStage stage = new RoomStage(RoomSettings.DEFAULTS.withSegments(SETTINGS));
    private final RoomSource source = stage.source("a");
    private int sent;

    private void header(int version) {
        byte[] header = HEADER.clone();
        header[header.length - 1] = (byte) version;
        stage.send(source, Flv.tag(stage.allocator, TagKind.VIDEO, sent * 40L, header));
    }

    private void frames(int count) {
        for (int each = 0; each < count; each++, sent++) {
            boolean key = sent % 25 == 0;
            byte[] payload = new byte[300];
            payload[0] = (byte) (key ? 0x17 : 0x27);
            payload[1] = 1;
            payload[7] = 1;
            payload[8] = 0x23; // 0x123 bytes follow
            payload[9] = (byte) (key ? 0x65 : 0x41);
            stage.send(source, stage.video(sent * 40L, payload));
            stage.pass(40);
        }
    }

    private static List<String> all(String playlist, String pattern) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(playlist)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    @Test
    void segmentsEndAtKeyFramesAndPartsMakeThemUp() {
        header(1);
        frames(30);
        Segments segments = stage.room.enterSegments();
        assertThat(segments.playlist()).as("before a segment is whole").isNull();
        frames(95);
        String playlist = segments.playlist();
        assertThat(playlist)
                .contains("#EXT-X-TARGETDURATION:2\n", "#EXT-X-MEDIA-SEQUENCE:0\n", "#EXT-X-INDEPENDENT-SEGMENTS\n")
                .contains("#EXTINF:2.000,\n0.ts\n", "#EXTINF:2.000,\n1.ts\n")
                .endsWith("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"2.2.ts\"\n")
                .doesNotContain("DISCONTINUITY\n", "ENDLIST");
        assertThat(all(playlist, "^#EXT-X-PART:.*$"))
                .startsWith("#EXT-X-PART:DURATION=0.480,URI=\"0.0.ts\",INDEPENDENT=YES")
                .hasSize(2 * 5 + 2);
        for (int sequence = 0; sequence < 2; sequence++) {
            List<ByteBuf> whole = segments.bytes(sequence, -1);
            List<ByteBuf> parts = new ArrayList<>();
            for (int part = 0; part < 5; part++) {
                assertThat(segments.standing(sequence, part)).isEqualTo(Segments.Standing.THERE);
                parts.addAll(segments.bytes(sequence, part));
            }
            ByteBuf one = Unpooled.wrappedBuffer(whole.toArray(ByteBuf[]::new));
            ByteBuf two = Unpooled.wrappedBuffer(parts.toArray(ByteBuf[]::new));
            assertThat(one).isEqualTo(two);
            assertThat(one.readableBytes() % 188).isZero();
            one.release();
            two.release();
        }
        stage.room.leaveSegments(ViewerEnd.LEFT);
        stage.close();
    }

    @Test
    void theWindowMovesOnAndWhatIsOlderIsGone() {
        header(1);
        Segments segments = stage.room.enterSegments();
        frames(50 * 9 + 1);
        assertThat(segments.playlist())
                .contains("#EXT-X-MEDIA-SEQUENCE:6\n")
                .contains("\n8.ts\n")
                .doesNotContain("\n5.ts\n");
        assertThat(segments.standing(3, -1)).isEqualTo(Segments.Standing.GONE);
        assertThat(segments.standing(4, -1)).as("kept for those who are late").isEqualTo(Segments.Standing.THERE);
        assertThat(segments.standing(9, -1)).isEqualTo(Segments.Standing.TO_COME);
        assertThat(segments.standing(9, 7)).isEqualTo(Segments.Standing.TO_COME);
        assertThat(segments.standing(12, -1)).isEqualTo(Segments.Standing.UNKNOWN);
        assertThat(segments.standing(8, 9)).isEqualTo(Segments.Standing.UNKNOWN);
        stage.room.leaveSegments(ViewerEnd.LEFT);
        stage.close();
    }

    @Test
    void headersThatChangeCutAndAreMarked() {
        header(1);
        Segments segments = stage.room.enterSegments();
        frames(75);
        header(2);
        frames(26);
        assertThat(segments.playlist())
                .contains("#EXTINF:1.000,\n1.ts\n#EXT-X-DISCONTINUITY\n#EXT-X-PART:")
                .contains("#EXT-X-DISCONTINUITY-SEQUENCE:0\n");
        frames(50 * 6);
        assertThat(segments.playlist())
                .contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n")
                .doesNotContain("#EXT-X-DISCONTINUITY\n");
        stage.room.leaveSegments(ViewerEnd.LEFT);
        stage.close();
    }

    @Test
    void noSegmentIsLongerThanWasPromisedThoughNoKeyFrameComes() {
        header(1);
        Segments segments = stage.room.enterSegments();
        frames(51);
        assertThat(segments.playlist()).contains("#EXT-X-TARGETDURATION:2\n");
        for (int each = 0; each < 300; each++) {
            if (sent % 25 == 0) {
                sent++; // the key frame is left out
            }
            frames(1);
        }
        for (String length : all(segments.playlist(), "(?<=#EXTINF:)[0-9.]+")) {
            assertThat(Double.parseDouble(length)).isLessThan(2.5);
        }
        assertThat(segments.playlist()).doesNotContain("INDEPENDENT-SEGMENTS");
        stage.room.leaveSegments(ViewerEnd.LEFT);
        stage.close();
    }

    @Test
    void oneWhoWaitsIsToldWhenThePartIsThereAndAllAreWhenTheRoomEnds() {
        header(1);
        Segments segments = stage.room.enterSegments();
        frames(51);
        List<String> told = new ArrayList<>();
        segments.await(1, 1, () -> told.add("part"));
        segments.await(1, -1, () -> told.add("segment"));
        segments.await(2, 0, () -> told.add("next"));
        Runnable forgotten = () -> told.add("forgotten");
        segments.await(2, 0, forgotten);
        segments.forget(forgotten);
        assertThat(told).isEmpty();
        frames(26);
        assertThat(told).containsExactly("part");
        stage.room.close(ViewerEnd.ROOM_ENDED);
        stage.pass(0);
        assertThat(told).containsExactly("part", "segment", "next");
        assertThat(segments.playlist()).endsWith("\n1.ts\n#EXT-X-ENDLIST\n");
        stage.room.leaveSegments(ViewerEnd.ROOM_ENDED);
        stage.close();
    }

    @Test
    void bytesAreBounded() {
        header(1);
        Segments segments = stage.room.enterSegments();
        long most = 0;
        for (int each = 0; each < 40; each++) {
            byte[] payload = new byte[400_000];
            payload[0] = (byte) (each == 0 ? 0x17 : 0x27);
            payload[1] = 1;
            payload[6] = 0x06;
            payload[7] = 0x1A;
            payload[8] = (byte) 0x77; // 399 991 bytes follow
            payload[9] = (byte) (each == 0 ? 0x65 : 0x41);
            stage.send(source, stage.video(each * 40L, payload));
            stage.pass(40);
            long kept = 0;
            for (long sequence = 0; sequence <= segments.newest(); sequence++) {
                if (segments.standing(sequence, -1) == Segments.Standing.THERE) {
                    for (ByteBuf bytes : segments.bytes(sequence, -1)) {
                        kept += bytes.readableBytes();
                        bytes.release();
                    }
                }
            }
            most = Math.max(most, kept);
        }
        assertThat(segments.newest()).isGreaterThan(3);
        assertThat(most).isBetween(1L, SETTINGS.maxBytes());
        stage.room.leaveSegments(ViewerEnd.LEFT);
        stage.close();
    }
}
