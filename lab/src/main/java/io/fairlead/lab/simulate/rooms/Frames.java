package io.fairlead.lab.simulate.rooms;

import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/** Tags of AVC and AAC whose payload says a number, at 25 frames a second with a key frame each second. */
final class Frames {

    static final int FRAME_MS = 40;
    static final int GOP = 25;

    private static final int SOUND_AFTER_MS = 7;
    private static final int KEY_BYTES = 200;
    private static final int FRAME_BYTES = 100;
    private static final int SOUND_BYTES = 16;
    private static final int NUMBER_AT = 5;

    private final ByteBufAllocator allocator;

    Frames(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** @param shiftMs by which the stream's clock is ahead of the number's time */
    Tag header(long shiftMs) {
        return tag(TagKind.VIDEO, shiftMs, new byte[] {0x17, 0, 0, 0, 0, 1, 0x64, 0, 1});
    }

    Tag frame(int number, long shiftMs) {
        boolean key = number % GOP == 0;
        byte[] head = {(byte) (key ? 0x17 : 0x27), 1, 0, 0, 0};
        return tag(
                TagKind.VIDEO,
                shiftMs + (long) number * FRAME_MS,
                numbered(head, number, key ? KEY_BYTES : FRAME_BYTES));
    }

    Tag sound(int number, long shiftMs) {
        byte[] head = {(byte) 0xAF, 1};
        return tag(
                TagKind.AUDIO,
                shiftMs + (long) number * FRAME_MS + SOUND_AFTER_MS,
                numbered(head, number, SOUND_BYTES));
    }

    /** Of a frame, which must not be a header. */
    static int number(Tag frame) {
        return frame.wire().getIntLE(Tag.HEADER_BYTES + NUMBER_AT);
    }

    private Tag tag(TagKind kind, long timeMs, byte[] payload) {
        return Tag.of(allocator, kind, (int) timeMs, payload);
    }

    private static byte[] numbered(byte[] head, int number, int size) {
        byte[] bytes = Arrays.copyOf(head, size);
        for (int each = 0; each < Integer.BYTES; each++) {
            bytes[head.length + each] = (byte) (number >>> (Byte.SIZE * each));
        }
        return bytes;
    }
}
