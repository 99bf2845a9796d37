package io.fairlead.edge.publish;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A run of frames, appended at the end and read from anywhere. On disk, or in memory while the disk takes nothing. */
sealed interface SpoolSegment permits FileSegment, MemorySegment {

    /** Rises from segment to segment, through all lives of the edge. */
    long id();

    /** Bytes that can be read. */
    long sizeBytes();

    /** Appends all that remains in the buffer, or nothing. */
    void append(ByteBuffer frames) throws IOException;

    /** Fills the buffer from there on, as far as there is something. */
    void read(long offset, ByteBuffer into) throws IOException;

    /** Ends its use; what is in it stays. */
    void close() throws IOException;

    /** Ends it for good. */
    void delete() throws IOException;
}
