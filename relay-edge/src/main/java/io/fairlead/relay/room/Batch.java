package io.fairlead.relay.room;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Tags that are sent together, as one contiguous piece in a chunk of HTTP/1.1, made once for an event loop and container. All viewers that are in
 * step write this one buffer: a viewer costs one entry in its channel and one call to the kernel.
 */
final class Batch implements AutoCloseable {

    private final ByteBuf chunk;
    private final int bodyAt;
    private final int bodyBytes;
    private final boolean whole;

    /** Of the tags {@code from} (inclusive) to the end of the ring. */
    Batch(ByteBufAllocator allocator, GopRing ring, long from, Container container) {
        int bytes = 0;
        boolean all = true;
        for (long index = from; index < ring.next(); index++) {
            bytes += container.bytes(ring.tag(index));
            all &= container.carries(ring.tag(index));
        }
        whole = all;
        chunk = allocator.directBuffer(bytes + 12);
        chunk.writeCharSequence(Integer.toHexString(bytes), StandardCharsets.US_ASCII);
        chunk.writeShort(0x0D0A);
        bodyAt = chunk.writerIndex();
        bodyBytes = bytes;
        for (long index = from; index < ring.next(); index++) {
            ByteBuf wire = container.wire(ring.tag(index));
            chunk.writeBytes(wire, wire.readerIndex(), wire.readableBytes());
        }
        chunk.writeShort(0x0D0A);
    }

    /** Whether the container has a place for all that is in the tags. */
    boolean whole() {
        return whole;
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
