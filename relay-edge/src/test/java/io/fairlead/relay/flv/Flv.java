package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes FLV for tests: tags of AVC and AAC whose payload is told by a number. */
public final class Flv {

    private Flv() {}

    public static byte[] avcHeader(int version) {
        return new byte[] {0x17, 0, 0, 0, 0, 1, 0x64, 0, (byte) version};
    }

    public static byte[] aacHeader() {
        return new byte[] {(byte) 0xAF, 0, 0x12, 0x10};
    }

    public static byte[] key(int number, int size) {
        return body(new byte[] {0x17, 1, 0, 0, 0}, number, size);
    }

    public static byte[] frame(int number, int size) {
        return body(new byte[] {0x27, 1, 0, 0, 0}, number, size);
    }

    public static byte[] sound(int number, int size) {
        return body(new byte[] {(byte) 0xAF, 1}, number, size);
    }

    public static byte[] metadata(String more) {
        ByteBuf out = Unpooled.buffer().writeByte(2).writeShort(10);
        out.writeBytes("onMetaData".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        out.writeBytes(more.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static byte[] body(byte[] head, int number, int size) {
        byte[] bytes = java.util.Arrays.copyOf(head, Math.max(head.length + 4, size));
        for (int each = 0; each < 4; each++) {
            bytes[head.length + each] = (byte) (number >>> (8 * each));
        }
        return bytes;
    }

    public static Tag tag(ByteBufAllocator allocator, TagKind kind, long time, byte[] payload) {
        return Tag.of(allocator, kind, (int) time, payload);
    }

    /** A whole stream: head, headers, and so many frames of 40 ms with sounds between them, a key frame each {@code gop}. */
    public static ByteBuf stream(int frames, int gop, long firstMs, RandomGenerator random) {
        ByteBuf out = Unpooled.buffer();
        FlvWriter.fileHeader(out, true, true);
        FlvWriter.tag(out, TagKind.SCRIPT, firstMs, metadata("x"));
        FlvWriter.tag(out, TagKind.VIDEO, firstMs, avcHeader(1));
        FlvWriter.tag(out, TagKind.AUDIO, firstMs, aacHeader());
        for (int each = 0; each < frames; each++) {
            int size = 20 + random.nextInt(200);
            FlvWriter.tag(
                    out, TagKind.VIDEO, firstMs + each * 40L, each % gop == 0 ? key(each, size) : frame(each, size));
            FlvWriter.tag(out, TagKind.AUDIO, firstMs + each * 40L + 7, sound(each, 16));
        }
        return out;
    }

    /** Reads a whole stream; the tags are the caller's. */
    public static List<Tag> read(ByteBufAllocator allocator, ByteBuf bytes) {
        List<Tag> tags = new ArrayList<>();
        try (FlvReader reader = new FlvReader(allocator, 4 << 20, tags::add)) {
            Malformed wrong = reader.read(bytes);
            if (wrong != null) {
                throw new IllegalArgumentException(wrong.toString());
            }
        }
        return tags;
    }
}
