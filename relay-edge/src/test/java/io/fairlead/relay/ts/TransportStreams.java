package io.fairlead.relay.ts;

import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.OtherForm;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes and reads transport streams for tests. */
final class TransportStreams {

    private static final byte[] AVC_HEADER = {
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
    private static final byte[] AAC_HEADER = {(byte) 0xAF, 0, 0x12, 0x10};

    private TransportStreams() {}

    /** Tags of headers, then of so many frames of 40 ms with a sound each, a key frame each {@code gop}; they are the caller's. */
    static List<Tag> tags(ByteBufAllocator allocator, int frames, int gop, long firstMs, Random random) {
        List<Tag> tags = new ArrayList<>();
        tags.add(Tag.of(allocator, TagKind.VIDEO, (int) firstMs, AVC_HEADER));
        tags.add(Tag.of(allocator, TagKind.AUDIO, (int) firstMs, AAC_HEADER));
        for (int each = 0; each < frames; each++) {
            Tag frame = Tag.of(allocator, TagKind.VIDEO, (int) (firstMs + each * 40L), frame(each % gop == 0, random));
            Tag sound = Tag.of(allocator, TagKind.AUDIO, (int) (firstMs + each * 40L + 7), sound(random));
            frame.stamp(firstMs + each * 40L);
            sound.stamp(firstMs + each * 40L + 7);
            tags.add(frame);
            tags.add(sound);
        }
        return tags;
    }

    private static byte[] frame(boolean key, Random random) {
        byte[] unit = bytes(random, 1 + random.nextInt(600));
        unit[0] = (byte) (key ? 0x65 : 0x41);
        ByteBuf out =
                Unpooled.buffer().writeByte(key ? 0x17 : 0x27).writeByte(1).writeMedium(random.nextInt(3) * 40);
        out.writeInt(unit.length).writeBytes(unit);
        byte[] payload = new byte[out.readableBytes()];
        out.readBytes(payload);
        return payload;
    }

    private static byte[] sound(Random random) {
        byte[] payload = bytes(random, 2 + 1 + random.nextInt(300));
        payload[0] = (byte) 0xAF;
        payload[1] = 1;
        return payload;
    }

    /** No zeros, so that no start code arises. */
    private static byte[] bytes(Random random, int size) {
        byte[] bytes = new byte[size];
        for (int each = 0; each < size; each++) {
            bytes[each] = (byte) (1 + random.nextInt(255));
        }
        return bytes;
    }

    /** The transport stream of tags, which stay the caller's. */
    static ByteBuf written(ByteBufAllocator allocator, List<Tag> tags) {
        TsMuxer muxer = new TsMuxer(allocator);
        ByteBuf out = Unpooled.buffer();
        for (Tag tag : tags) {
            OtherForm form = muxer.mux(tag);
            out.writeBytes(form.wire().duplicate());
            form.release();
        }
        return out;
    }

    /** Reads a whole stream; the tags are the caller's. */
    static List<Tag> read(ByteBufAllocator allocator, ByteBuf bytes) {
        List<Tag> tags = new ArrayList<>();
        try (TsReader reader = new TsReader(allocator, 4 << 20, tags::add)) {
            Malformed wrong = reader.read(bytes);
            reader.end();
            if (wrong != null) {
                throw new IllegalArgumentException(wrong.toString());
            }
        }
        return tags;
    }

    /** What frames and sounds are and when, from the first one on; of headers what they are. */
    static List<String> said(List<Tag> tags) {
        int first = tags.stream()
                .filter(tag -> tag.part() != Part.SEQUENCE_HEADER)
                .findFirst()
                .orElseThrow()
                .sourceTime();
        return tags.stream()
                .map(tag -> tag.part() + " " + (tag.part() == Part.SEQUENCE_HEADER ? "" : tag.sourceTime() - first)
                        + " " + tag.hash())
                .toList();
    }
}
