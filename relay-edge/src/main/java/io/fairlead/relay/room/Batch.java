package io.fairlead.relay.room;

import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Tags that are sent together, as one contiguous piece in a chunk of HTTP/1.1, made once for an event loop. All viewers that are in
 * step write this one buffer: a viewer costs one entry in its channel and one call to the kernel.
 */
final class Batch implements AutoCloseable {

    private final ByteBuf chunk;
    private final int bodyAt;
    private final int bodyBytes;

    /** Of the tags {@code from} (inclusive) to the end of the ring. */
    Batch(ByteBufAllocator allocator, GopRing ring, long from) {
        int bytes = 0;
        for (long index = from; index < ring.next(); index++) {
            bytes += ring.tag(index).wireBytes();
        }
        chunk = allocator.directBuffer(bytes + 12);
        chunk.writeCharSequence(Integer.toHexString(bytes), StandardCharsets.US_ASCII);
        chunk.writeShort(0x0D0A);
        bodyAt = chunk.writerIndex();
        bodyBytes = bytes;
        for (long index = from; index < ring.next(); index++) {
            Tag tag = ring.tag(index);
            chunk.writeBytes(tag.wire(), tag.wire().readerIndex(), tag.wireBytes());
        }
        chunk.writeShort(0x0D0A);
    }

    int bodyBytes() {
        return bodyBytes;
    }

    /** To be written and released. */
    ByteBuf retainedChunk() {
        return chunk.retainedDuplicate();
    }

    /** The tags alone, to be written and released. */
    ByteBuf retainedBody() {
        return chunk.retainedSlice(bodyAt, bodyBytes);
    }

    @Override
    public void close() {
        chunk.release();
    }
}
