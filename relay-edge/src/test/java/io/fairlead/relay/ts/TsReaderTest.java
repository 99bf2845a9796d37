package io.fairlead.relay.ts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Codec;
import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.room.Ffmpeg;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsReaderTest {

    private static final int MAX_TAG_BYTES = 4_000;

    @TempDir
    Path directory;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final List<Tag> tags = new ArrayList<>();
    private final TsReader reader = new TsReader(allocator, MAX_TAG_BYTES, tags::add);

    @AfterEach
    void nothingIsLeft() {
        reader.close();
        tags.forEach(Tag::release);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void whatIsWrittenIsReadAsTheSameTags() {
        List<Tag> sent = TransportStreams.tags(allocator, 60, 25, 5_000, new Random(1));
        assertThat(reader.read(TransportStreams.written(allocator, sent))).isNull();
        assertThat(reader.announcesVideo()).isTrue();
        for (TagKind kind : List.of(TagKind.VIDEO, TagKind.AUDIO)) {
            assertThat(TransportStreams.said(of(kind, tags))).isEqualTo(TransportStreams.said(of(kind, sent)));
        }
        sent.forEach(Tag::release);
    }

    @Test
    void timesGoOnWhereThirtyThreeBitsWrap() {
        long wrapMs = (1L << 33) / 90;
        List<Tag> sent = TransportStreams.tags(allocator, 50, 25, wrapMs - 1_000, new Random(2));
        assertThat(reader.read(TransportStreams.written(allocator, sent))).isNull();
        List<Tag> frames = of(TagKind.VIDEO, tags);
        for (int each = 2; each < frames.size(); each++) {
            assertThat(frames.get(each).sourceTime() - frames.get(each - 1).sourceTime())
                    .isBetween(39, 41);
        }
        assertThat(frames).hasSize(51);
        sent.forEach(Tag::release);
    }

    @Test
    void aFrameOfWhichAPacketIsMissingIsDroppedAndTheNextIsRead() {
        List<Tag> sent = TransportStreams.tags(allocator, 10, 5, 0, new Random(3));
        ByteBuf whole = TransportStreams.written(allocator, sent);
        ByteBuf cut = Unpooled.buffer();
        boolean dropped = false;
        while (whole.isReadable()) {
            ByteBuf packet = whole.readSlice(TsPackets.BYTES);
            boolean goesOn = (packet.getUnsignedShort(1) & 0x1FFF) == TsPackets.VIDEO_PID
                    && (packet.getUnsignedShort(1) & 0x4000) == 0;
            if (goesOn && !dropped) {
                dropped = true;
            } else {
                cut.writeBytes(packet);
            }
        }
        assertThat(dropped).isTrue();
        assertThat(reader.read(cut)).isNull();
        assertThat(of(TagKind.VIDEO, tags)).hasSize(of(TagKind.VIDEO, sent).size() - 1);
        sent.forEach(Tag::release);
    }

    @Test
    void whatIsNoTransportStreamIsToldWithItsPlace() {
        List<Tag> sent = TransportStreams.tags(allocator, 2, 5, 0, new Random(4));
        ByteBuf bytes = TransportStreams.written(allocator, sent);
        bytes.setByte(3 * TsPackets.BYTES, 'X');
        Malformed wrong = reader.read(bytes);
        assertThat(wrong).isNotNull();
        assertThat(wrong.reason()).isEqualTo(Malformed.Reason.NOT_TS);
        assertThat(wrong.offset()).isEqualTo(3 * TsPackets.BYTES);
        assertThat(wrong.toString()).contains("88 where 71 (0x47) must stand").contains("at byte 564");
        assertThat(reader.read(Unpooled.wrappedBuffer(new byte[500]))).isEqualTo(wrong);
        sent.forEach(Tag::release);
    }

    @Test
    void aPesPacketOverTheLimitEndsTheReading() {
        ByteBuf bytes = Unpooled.buffer();
        TsPackets packets = new TsPackets();
        ProgramTables.pat(bytes, packets);
        ProgramTables.pmt(bytes, packets, 0, true, StreamKind.AVC, null);
        packets.pes(bytes, TsPackets.VIDEO_PID, Unpooled.buffer().writeZero(MAX_TAG_BYTES + 1), true, 0);
        Malformed wrong = reader.read(bytes);
        assertThat(wrong).isNotNull();
        assertThat(wrong.reason()).isEqualTo(Malformed.Reason.TAG_TOO_LARGE);
    }

    @Test
    void aProgramOfOtherMediaAndAStreamWithoutProgramAreToldSo() {
        ByteBuf bytes = Unpooled.buffer();
        TsPackets packets = new TsPackets();
        ProgramTables.pat(bytes, packets);
        ProgramTables.pmt(bytes, packets, 0, false, null, null);
        Malformed wrong = reader.read(bytes);
        assertThat(wrong).isNotNull();
        assertThat(wrong.reason()).isEqualTo(Malformed.Reason.NOT_CARRIED);
        try (TsReader endless = new TsReader(allocator, MAX_TAG_BYTES, tags::add)) {
            ByteBuf packet = Unpooled.buffer();
            ProgramTables.pat(packet, packets);
            Malformed told = null;
            for (long read = 0;
                    told == null && read < 2L * TsReader.MOST_BYTES_BEFORE_PROGRAM;
                    read += TsPackets.BYTES) {
                told = endless.read(packet.duplicate());
            }
            assertThat(told).isNotNull();
            assertThat(told.sentence()).contains("no program in");
        }
    }

    @Test
    void whatFfmpegWritesIsReadFrameForFrame() throws Exception {
        Ffmpeg.demand();
        for (Codec codec : List.of(Codec.AVC, Codec.HEVC)) {
            Path file = directory.resolve(codec + ".ts");
            List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi"));
            line.addAll(List.of("-i", "testsrc2=size=160x120:rate=25", "-f", "lavfi", "-i", "sine=sample_rate=48000"));
            line.addAll(List.of("-t", "2", "-c:v", codec == Codec.AVC ? "libx264" : "libx265", "-preset", "ultrafast"));
            line.addAll(List.of("-x265-params", "log-level=none", "-g", "25", "-bf", "2", "-threads", "1"));
            line.addAll(List.of("-c:a", codec == Codec.AVC ? "aac" : "libmp3lame", "-f", "mpegts", file.toString()));
            Ffmpeg.run(line);
            List<Tag> read = TransportStreams.read(allocator, Unpooled.wrappedBuffer(Files.readAllBytes(file)));
            tags.addAll(read);
            List<Tag> pictures = of(TagKind.VIDEO, read);
            assertThat(pictures.get(0).part()).isEqualTo(Part.SEQUENCE_HEADER);
            assertThat(pictures).hasSize(51).allMatch(tag -> tag.codec() == codec);
            assertThat(pictures.stream().filter(tag -> tag.part() == Part.KEY_FRAME))
                    .hasSizeBetween(2, 3);
            long sounds = of(TagKind.AUDIO, read).stream()
                    .filter(tag -> tag.part() == Part.SOUND)
                    .count();
            assertThat(sounds).isEqualTo(Ffmpeg.decodingTimes(file, "a").size());
        }
    }

    private static List<Tag> of(TagKind kind, List<Tag> all) {
        return all.stream().filter(tag -> tag.kind() == kind).toList();
    }
}
