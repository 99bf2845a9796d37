package io.fairlead.nameserver.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * Gives a socket the same receive buffer for each batch, as soon as all that came in the last one is given back, else another. Netty's pool keeps none that is so large at hand, so that each batch
 * would take it from where all threads take theirs.
 */
final class KeptReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {

    private final int bytes;

    /** @param bytes of a batch */
    KeptReceiveBuffer(int bytes) {
        this.bytes = bytes;
    }

    @Override
    @SuppressWarnings("deprecation") // the type that Netty itself asks for
    public Handle newHandle() {
        return new Keeping();
    }

    private final class Keeping extends MaxMessageHandle {

        /** Its memory goes with it, so that nobody has to release it. */
        private final ByteBuf kept = Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes));

        @Override
        public int guess() {
            return bytes;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            return kept.refCnt() == 1 ? kept.retain().clear() : alloc.directBuffer(bytes);
        }
    }
}
