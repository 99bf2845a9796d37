package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Puts PES packets together of the packets of one PID. Holds what has come of one, and never more than its bound. */
final class Pes implements AutoCloseable {

    /** No time is said. */
    static final long NO_TIME = -1;

    private static final int FIRST_BYTES = 4_096;
    private static final int HEAD_BYTES = 9;
    private static final int LENGTH_AT = 4;
    private static final int UNKNOWN = -1;

    private final ByteBufAllocator allocator;
    private final int maxBytes;
    private @Nullable ByteBuf building;
    private int counter = UNKNOWN;

    Pes(ByteBufAllocator allocator, int maxBytes) {
        this.allocator = allocator;
        this.maxBytes = maxBytes;
    }

    /** Whether a packet goes on where the last one ended; one that is said twice is told by false and goes. What was broken off goes, too. */
    boolean follows(int count, boolean discontinuity) {
        int last = counter;
        counter = count;
        if (last == UNKNOWN || discontinuity || count == (last + 1 & 0xF)) {
            return true;
        }
        if (count == last) {
            return false;
        }
        drop();
        return true;
    }

    /** A PES packet begins with what follows. */
    void begin() {
        drop();
        building = allocator.directBuffer(FIRST_BYTES, Integer.MAX_VALUE);
    }

    /** Takes in a payload; false if it would be too much. */
    boolean add(ByteBuf payload) {
        ByteBuf current = building;
        if (current == null) {
            return true; // its beginning was lost
        }
        if (current.readableBytes() + payload.readableBytes() > maxBytes) {
            return false;
        }
        current.writeBytes(payload);
        return true;
    }

    /** Whether all that its head announces has come. */
    boolean whole() {
        ByteBuf current = building;
        if (current == null || current.readableBytes() < HEAD_BYTES) {
            return false;
        }
        int length = current.getUnsignedShort(LENGTH_AT);
        return length > 0 && current.readableBytes() >= length + LENGTH_AT + 2;
    }

    /** Hands over what has come, which is the caller's; null if nothing has. */
    @Nullable
    ByteBuf take() {
        ByteBuf current = building;
        building = null;
        return current;
    }

    int heldBytes() {
        ByteBuf current = building;
        return current == null ? 0 : current.capacity();
    }

    private void drop() {
        ByteBuf current = take();
        if (current != null) {
            current.release();
        }
    }

    @Override
    public void close() {
        drop();
    }

    /**
     * The head of a PES packet.
     *
     * @param dataAt where its data begin
     * @param dataTo where they end
     * @param pts 90 kHz, 33 bits; {@link #NO_TIME}
     * @param dts the same; {@code pts} if it is not said
     */
    record Head(int dataAt, int dataTo, long pts, long dts) {

        /** Reads it; null if none stands there. */
        static @Nullable Head read(ByteBuf pes) {
            if (pes.readableBytes() < HEAD_BYTES || pes.getMedium(0) != 1 || (pes.getByte(6) & 0xC0) != 0x80) {
                return null;
            }
            int length = pes.getUnsignedShort(LENGTH_AT);
            int to = length == 0 ? pes.readableBytes() : Math.min(pes.readableBytes(), length + LENGTH_AT + 2);
            int at = HEAD_BYTES + pes.getUnsignedByte(8);
            if (at > to) {
                return null;
            }
            int times = pes.getByte(7) >> 6 & 3;
            long pts = (times & 2) != 0 && at >= HEAD_BYTES + 5 ? time(pes, HEAD_BYTES) : NO_TIME;
            long dts = times == 3 && at >= HEAD_BYTES + 10 ? time(pes, HEAD_BYTES + 5) : pts;
            return new Head(at, to, pts, dts);
        }

        private static long time(ByteBuf pes, int at) {
            return (pes.getByte(at) >> 1 & 7L) << 30
                    | (long) (pes.getUnsignedShort(at + 1) >> 1) << 15
                    | pes.getUnsignedShort(at + 3) >> 1;
        }
    }
}
