package io.fairlead.edge.publish;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A segment in memory: stands in while the disk takes nothing, and is gone with the process. */
final class MemorySegment implements SpoolSegment {

    private final long id;
    private byte[] bytes = new byte[8_192];
    private int size;

    MemorySegment(long id) {
        this.id = id;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long sizeBytes() {
        return size;
    }

    @Override
    public void append(ByteBuffer frames) {
        int more = frames.remaining();
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
        frames.get(bytes, size, more);
        size += more;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        if (offset < size) {
            into.put(bytes, (int) offset, (int) Math.min(into.remaining(), size - offset));
        }
    }

    @Override
    public void close() {
        // What is in it is counted by the spool.
    }

    @Override
    public void delete() {
        bytes = new byte[0];
        size = 0;
    }
}
