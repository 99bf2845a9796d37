package io.fairlead.edge.publish;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads frames in order, a chunk of the segment at a time. */
final class SegmentReader {

    private static final int CHUNK_BYTES = 262_144;

    private ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private long chunkSegment = -1;
    private long chunkOffset;

    /** What is at a place of a segment. */
    sealed interface Found {
        /** A record, and where the next one begins. */
        record Whole(SpooledRecord record, long end) implements Found {}

        /** Something that is no record; reading goes on at {@code end}. */
        record Damaged(String what, long end) implements Found {}

        /** Nothing (yet). */
        record End() implements Found {}
    }

    private static final Found END = new Found.End();

    Found read(SpoolSegment segment, long offset) {
        long size = segment.sizeBytes();
        if (offset >= size) {
            return END;
        }
        try {
            if (size - offset < SpooledRecord.FRAME_HEAD_BYTES) {
                return new Found.Damaged("an end within a frame's head", size);
            }
            int at = cover(segment, offset, SpooledRecord.FRAME_HEAD_BYTES);
            int payloadBytes = chunk.getInt(at);
            int checksum = chunk.getInt(at + 4);
            long end = offset + SpooledRecord.FRAME_HEAD_BYTES + payloadBytes;
            if (!SpooledRecord.plausible(payloadBytes) || end > size) {
                return new Found.Damaged(
                        "a frame of " + payloadBytes + " bytes where " + (size - offset) + " are left", size);
            }
            int payload = cover(segment, offset, SpooledRecord.FRAME_HEAD_BYTES + payloadBytes)
                    + SpooledRecord.FRAME_HEAD_BYTES;
            if (SpooledRecord.checksum(chunk, payload, payloadBytes) != checksum) {
                return new Found.Damaged("a frame whose checksum is wrong", end);
            }
            return new Found.Whole(SpooledRecord.read(chunk, payload, payloadBytes), end);
        } catch (IOException | IllegalArgumentException e) {
            return new Found.Damaged(e.toString(), size);
        }
    }

    /** Makes the chunk hold these bytes of the segment; returns where in the chunk they begin. */
    private int cover(SpoolSegment segment, long offset, int bytes) throws IOException {
        boolean held =
                chunkSegment == segment.id() && offset >= chunkOffset && offset + bytes <= chunkOffset + chunk.limit();
        if (!held) {
            chunkSegment = -1;
            chunk = chunk.capacity() >= bytes ? chunk.clear() : ByteBuffer.allocate(bytes);
            segment.read(offset, chunk);
            chunk.flip();
            if (chunk.limit() < bytes) {
                throw new IOException("only " + chunk.limit() + " of " + bytes + " bytes can be read");
            }
            chunkSegment = segment.id();
            chunkOffset = offset;
        }
        return (int) (offset - chunkOffset);
    }
}
