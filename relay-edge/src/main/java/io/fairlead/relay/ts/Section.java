package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Puts a table together of the packets of one PID; never holds more than {@value #MOST_BYTES} bytes. */
final class Section {

    static final int MOST_BYTES = 1_024;
    private static final int HEAD_BYTES = 3;
    private static final int STUFFING = 0xFF;

    private final ByteBuf bytes = Unpooled.buffer(MOST_BYTES, MOST_BYTES);
    private boolean begun;

    /**
     * Takes in the payload of a packet.
     *
     * @param starts the payload says where a section begins
     * @return a whole section with the right CRC, valid until the next call; null if there is none yet
     */
    @Nullable
    ByteBuf add(ByteBuf payload, boolean starts) {
        if (starts) {
            int pointer = payload.isReadable() ? payload.readUnsignedByte() : 0;
            payload.skipBytes(Math.min(pointer, payload.readableBytes()));
            bytes.clear();
            begun = true;
        }
        if (!begun) {
            return null;
        }
        bytes.writeBytes(payload, Math.min(payload.readableBytes(), bytes.writableBytes()));
        if (bytes.readableBytes() < HEAD_BYTES || bytes.getUnsignedByte(0) == STUFFING) {
            return null;
        }
        int length = HEAD_BYTES + (bytes.getUnsignedShort(1) & 0xFFF);
        if (length > MOST_BYTES) {
            begun = false;
            return null;
        }
        if (bytes.readableBytes() < length) {
            return null;
        }
        begun = false;
        return Crc32Mpeg.of(bytes, 0, length) == 0 ? bytes.slice(0, length) : null;
    }
}
