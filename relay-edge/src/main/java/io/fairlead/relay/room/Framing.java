package io.fairlead.relay.room;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** How bytes of a stream are wrapped for a viewer's protocol: written around shared buffers, which stay as they are. */
public enum Framing {
    /** Chunks of HTTP/1.1 (RFC 9112 §7.1). */
    CHUNKED {
        @Override
        ByteBuf before(ByteBufAllocator allocator, int bytes) {
            ByteBuf line = allocator.directBuffer(MOST_BYTES_BEFORE);
            line.writeCharSequence(Integer.toHexString(bytes), StandardCharsets.US_ASCII);
            return line.writeShort(CRLF);
        }

        @Override
        ByteBuf after() {
            return CHUNK_END.duplicate();
        }

        @Override
        Object end() {
            return LAST_CHUNK.duplicate();
        }
    },
    /** Binary messages of one frame, not masked (RFC 6455 §5.2). */
    WEBSOCKET {
        @Override
        ByteBuf before(ByteBufAllocator allocator, int bytes) {
            ByteBuf head = allocator.directBuffer(MOST_BYTES_BEFORE).writeByte(FINAL_BINARY);
            if (bytes < 126) {
                return head.writeByte(bytes);
            }
            return bytes <= 0xFFFF
                    ? head.writeByte(126).writeShort(bytes)
                    : head.writeByte(127).writeLong(bytes);
        }

        @Override
        ByteBuf after() {
            return Unpooled.EMPTY_BUFFER;
        }

        @Override
        Object end() {
            return GOING_AWAY.duplicate();
        }
    },
    /** DATA of an HTTP/2 stream, whose frames the channel makes; it ends with {@link EndOfStream}. */
    STREAM {
        @Override
        ByteBuf before(ByteBufAllocator allocator, int bytes) {
            return Unpooled.EMPTY_BUFFER;
        }

        @Override
        ByteBuf after() {
            return Unpooled.EMPTY_BUFFER;
        }

        @Override
        Object end() {
            return EndOfStream.INSTANCE;
        }
    };

    private static final int MOST_BYTES_BEFORE = 10;
    private static final int CRLF = 0x0D0A;
    private static final int FINAL_BINARY = 0x82;
    private static final ByteBuf CHUNK_END = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
    private static final ByteBuf GOING_AWAY = constant("\u0088\u0002\u0003\u00e9");

    /** What stands before so many bytes. */
    abstract ByteBuf before(ByteBufAllocator allocator, int bytes);

    /** What stands after them. */
    abstract ByteBuf after();

    /** What ends the stream in order. */
    abstract Object end();

    private static ByteBuf constant(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
    }
}
