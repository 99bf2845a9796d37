package io.fairlead.relay.flv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlvReaderTest {

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final List<Tag> tags = new ArrayList<>();
    private final FlvReader reader = new FlvReader(allocator, 1_000, tags::add);

    @AfterEach
    void nothingIsLeft() {
        reader.close();
        tags.forEach(Tag::release);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void whatIsReadIsWrittenByteForByteButForTheTime() {
        ByteBuf out = Unpooled.buffer();
        FlvWriter.fileHeader(out, true, true);
        FlvWriter.tag(out, TagKind.VIDEO, 0xFEDC_BA98L, Flv.key(7, 30));
        ByteBuf expected = out.copy(FlvWriter.FILE_HEADER_BYTES, out.readableBytes() - FlvWriter.FILE_HEADER_BYTES);
        assertThat(reader.read(out)).isNull();
        Tag tag = tags.get(0);
        assertThat(tag.wire()).isEqualTo(expected);
        assertThat(tag.sourceTime()).isEqualTo(0xFEDC_BA98);
        assertThat(tag.timeMs()).isEqualTo(0xFEDC_BA98L);
        tag.stamp(0x1_0000_0001L);
        assertThat(tag.wire().getUnsignedMedium(4)).isEqualTo(1);
        assertThat(tag.wire().getUnsignedByte(7)).isZero();
        assertThat(tag.timeMs()).isEqualTo(0x1_0000_0001L);
        assertThat(reader.announcesVideo()).isTrue();
    }

    @Test
    void aSharedTagKeepsItsTime() {
        Tag tag = Tag.of(allocator, TagKind.AUDIO, 5, Flv.sound(1, 16)).retain();
        assertThatThrownBy(() -> tag.stamp(6)).isInstanceOf(IllegalStateException.class);
        tag.release(2);
    }

    @Test
    void classicTagsSayWhatTheyAre() {
        says(TagKind.VIDEO, "17 00 000000 01", Part.SEQUENCE_HEADER, Codec.AVC, 0);
        says(TagKind.VIDEO, "17 01 000000 01", Part.KEY_FRAME, Codec.AVC, 0);
        says(TagKind.VIDEO, "27 01 000000 01", Part.FRAME, Codec.AVC, 0);
        says(TagKind.VIDEO, "17 02 000000", Part.CONTROL, Codec.AVC, 0);
        says(TagKind.VIDEO, "57 00", Part.CONTROL, Codec.AVC, 0);
        says(TagKind.VIDEO, "1c 01 000000 01", Part.KEY_FRAME, Codec.HEVC, 0);
        says(TagKind.VIDEO, "12 84", Part.KEY_FRAME, Codec.OTHER, 0);
        says(TagKind.AUDIO, "af 00 1210", Part.SEQUENCE_HEADER, Codec.AAC, 0);
        says(TagKind.AUDIO, "af 01 21", Part.SOUND, Codec.AAC, 0);
        says(TagKind.AUDIO, "2f ff fb", Part.SOUND, Codec.MP3, 0);
        says(TagKind.SCRIPT, "02 000a 6f6e4d65746144617461 08", Part.METADATA, Codec.NONE, 0);
        says(TagKind.SCRIPT, "02 000a 6f6e546578744461746120", Part.DATA, Codec.NONE, 0);
    }

    @Test
    void enhancedTagsSayWhatTheyAre() {
        says(TagKind.VIDEO, "90 68766331 01", Part.SEQUENCE_HEADER, Codec.HEVC, 0);
        says(TagKind.VIDEO, "91 68766331 000000", Part.KEY_FRAME, Codec.HEVC, 0);
        says(TagKind.VIDEO, "a3 68766331 00", Part.FRAME, Codec.HEVC, 0);
        says(TagKind.VIDEO, "90 61763031 81", Part.SEQUENCE_HEADER, Codec.AV1, 0);
        says(TagKind.VIDEO, "93 61763031 12", Part.KEY_FRAME, Codec.AV1, 0);
        says(TagKind.VIDEO, "95 61763031 12", Part.SEQUENCE_HEADER, Codec.AV1, 0);
        says(TagKind.VIDEO, "92 76703039", Part.CONTROL, Codec.VP9, 0);
        says(TagKind.VIDEO, "d0 01", Part.CONTROL, Codec.NONE, 0);
        says(TagKind.AUDIO, "90 4f707573 4f70", Part.SEQUENCE_HEADER, Codec.OPUS, 0);
        says(TagKind.AUDIO, "91 4f707573 fc", Part.SOUND, Codec.OPUS, 0);
        says(TagKind.AUDIO, "94 4f707573 01", Part.SEQUENCE_HEADER, Codec.OPUS, 257);
    }

    @Test
    void colourIsNoFrameAndModifiersAreGoneOver() {
        says(TagKind.VIDEO, "94 68766331 02", Part.DATA, Codec.HEVC, 0);
        says(TagKind.VIDEO, "97 02 000001 01 68766331 000000", Part.KEY_FRAME, Codec.HEVC, 0);
        says(TagKind.VIDEO, "97 00 aa 07 00 bb 03 68766331 000000", Part.KEY_FRAME, Codec.HEVC, 0);
        says(TagKind.AUDIO, "97 02 000001 01 4f707573 fc", Part.SOUND, Codec.OPUS, 0);
    }

    @Test
    void tracksHaveHeadersOfTheirOwn() {
        says(TagKind.VIDEO, "96 00 68766331 02 01", Part.SEQUENCE_HEADER, Codec.HEVC, 2);
        says(TagKind.VIDEO, "96 11 68766331 02 000001 01", Part.KEY_FRAME, Codec.HEVC, TagBody.ALL_TRACKS);
        says(TagKind.AUDIO, "95 01 4f707573 03 fc", Part.SOUND, Codec.OPUS, 3);
        says(TagKind.AUDIO, "95 21 4f707573 03 fc", Part.SOUND, Codec.NONE, TagBody.ALL_TRACKS);
    }

    @Test
    void whatEndsBeforeItSaysWhatItIsIsMalformed() {
        for (String cut : List.of("17", "af", "90 6876", "97 ff", "97 02 0000", "96 00 68766331")) {
            TagKind kind = cut.startsWith("a") ? TagKind.AUDIO : TagKind.VIDEO;
            assertThat(TagBody.of(kind, Unpooled.wrappedBuffer(hex(cut))))
                    .as(cut)
                    .isNull();
        }
    }

    @Test
    void theFirstWrongThingEndsTheReadingAndIsToldWithItsPlace() {
        ByteBuf out = Unpooled.buffer();
        FlvWriter.fileHeader(out, true, true);
        FlvWriter.tag(out, TagKind.VIDEO, 0, Flv.key(1, 30));
        int place = out.readableBytes();
        out.writeByte(7).writeZero(10);
        FlvWriter.tag(out, TagKind.VIDEO, 0, Flv.key(1, 30));
        Malformed wrong = reader.read(out);
        assertThat(wrong).isNotNull();
        assertThat(wrong.reason()).isEqualTo(Malformed.Reason.UNKNOWN_TAG);
        assertThat(wrong.offset()).isEqualTo(place);
        assertThat(wrong.toString()).contains("a tag of type 7").contains("at byte " + place);
        assertThat(reader.read(Unpooled.wrappedBuffer(new byte[100]))).isEqualTo(wrong);
        assertThat(tags).hasSize(1);
    }

    @Test
    void whatIsNoFlvIsSaidSo() {
        assertThat(reader.read(Unpooled.wrappedBuffer(new byte[] {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P'}))
                        .reason())
                .isEqualTo(Malformed.Reason.NOT_FLV);
    }

    @Test
    void aTagOverTheLimitIsRefusedByItsHeader() {
        ByteBuf out = Unpooled.buffer();
        FlvWriter.fileHeader(out, true, true);
        out.writeByte(9).writeMedium(1_001).writeZero(7);
        assertThat(reader.read(out).reason()).isEqualTo(Malformed.Reason.TAG_TOO_LARGE);
        assertThat(reader.heldBytes()).isZero();
    }

    @Test
    void aPromiseOfMuchCostsLittle() {
        FlvReader generous = new FlvReader(allocator, 16 << 20, tags::add);
        ByteBuf out = Unpooled.buffer();
        FlvWriter.fileHeader(out, true, true);
        out.writeByte(9).writeMedium(16_000_000).writeZero(8);
        assertThat(generous.read(out)).isNull();
        assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(4_096);
        generous.close();
    }

    @Test
    void emptyTagsAreSkipped() {
        ByteBuf out = Unpooled.buffer();
        FlvWriter.fileHeader(out, true, true);
        FlvWriter.tag(out, TagKind.AUDIO, 0, new byte[0]);
        FlvWriter.tag(out, TagKind.AUDIO, 0, Flv.sound(1, 16));
        assertThat(reader.read(out)).isNull();
        assertThat(tags).hasSize(1);
    }

    private static void says(TagKind kind, String hex, Part part, Codec codec, int track) {
        assertThat(TagBody.of(kind, Unpooled.wrappedBuffer(hex(hex))))
                .as(hex)
                .isEqualTo(new TagBody(part, codec, track));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }
}
