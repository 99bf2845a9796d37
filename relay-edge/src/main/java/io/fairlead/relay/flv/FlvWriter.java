package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;

/** Writes what stands in a stream beside its tags. */
public final class FlvWriter {

    /** Bytes of the file header and the size that follows it. */
    public static final int FILE_HEADER_BYTES = 13;

    private FlvWriter() {}

    /** Writes the file header, which says what kinds of media follow. */
    public static void fileHeader(ByteBuf out, boolean audio, boolean video) {
        out.writeMedium(0x464C56).writeByte(1).writeByte((audio ? 4 : 0) | (video ? 1 : 0));
        out.writeInt(9).writeInt(0);
    }

    /** Writes a tag of which only the payload is kept. */
    public static void tag(ByteBuf out, TagKind kind, long timeMs, byte[] payload) {
        int start = out.writerIndex();
        out.writeByte(kind.wireType()).writeMedium(payload.length).writeZero(4).writeMedium(0);
        Tag.writeTime(out.slice(start, Tag.HEADER_BYTES), timeMs);
        out.writeBytes(payload).writeInt(Tag.HEADER_BYTES + payload.length);
    }
}
