package io.fairlead.relay.room;

import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** One {@link Batch} of the same tags for each container that a viewer asks for, made when the first one does. */
final class Batches implements AutoCloseable {

    private final ByteBufAllocator allocator;
    private final GopRing ring;
    private final long from;
    private @Nullable Batch flv;
    private @Nullable Batch ts;

    /** Of the tags {@code from} (inclusive) to the end of the ring. */
    Batches(ByteBufAllocator allocator, GopRing ring, long from) {
        this.allocator = allocator;
        this.ring = ring;
        this.from = from;
    }

    Batch of(Container container) {
        return switch (container) {
            case FLV -> {
                Batch made = flv;
                if (made == null) {
                    made = new Batch(allocator, ring, from, container);
                    flv = made;
                }
                yield made;
            }
            case TS -> {
                Batch made = ts;
                if (made == null) {
                    made = new Batch(allocator, ring, from, container);
                    ts = made;
                }
                yield made;
            }
        };
    }

    @Override
    public void close() {
        for (@Nullable Batch each : new @Nullable Batch[] {flv, ts}) {
            if (each != null) {
                each.close();
            }
        }
    }
}
