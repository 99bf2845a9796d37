package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one FLV stream that arrives in pieces of any size, on one thread.
 *
 * <p>Holds at most one tag, which grows as its bytes arrive and never over {@code maxTagBytes}: a header that promises much costs
 * nothing. Trailing sizes are skipped and written anew, for there are media servers that write zeros. Tags without payload are skipped.
 * The first thing that is wrong ends the reading; {@link #close} gives back what is held.
 */
public final class FlvReader implements MediaReader {

    private static final int FILE_HEADER_BYTES = 9;
    private static final int SIGNATURE = 0x464C56; // FLV
    private static final int VERSION = 1;
    private static final int MOST_HEADER_BYTES = 1_024;
    private static final int FIRST_BYTES = 4_096;
    private static final int HAS_VIDEO = 1;

    private enum State {
        FILE_HEADER,
        SKIP,
        TAG_HEADER,
        PAYLOAD,
        ENDED
    }

    private final ByteBufAllocator allocator;
    private final int maxTagBytes;
    private final Consumer<Tag> sink;
    private final byte[] head = new byte[Tag.HEADER_BYTES];
    private int headBytes;
    private State state = State.FILE_HEADER;
    private long offset;
    private long toSkip;
    private int flags;
    private TagKind kind = TagKind.SCRIPT;
    private int payloadBytes;
    private int sourceTime;
    private @Nullable ByteBuf building;
    private @Nullable Malformed malformed;

    /**
     * @param maxTagBytes largest payload of a tag
     * @param sink takes each tag with its only reference
     */
    public FlvReader(ByteBufAllocator allocator, int maxTagBytes, Consumer<Tag> sink) {
        this.allocator = allocator;
        this.maxTagBytes = maxTagBytes;
        this.sink = sink;
    }

    @Override
    public @Nullable Malformed read(ByteBuf bytes) {
        while (bytes.isReadable() && state != State.ENDED) {
            switch (state) {
                case FILE_HEADER -> fileHeader(bytes);
                case SKIP -> skip(bytes);
                case TAG_HEADER -> tagHeader(bytes);
                case PAYLOAD -> payload(bytes);
                case ENDED -> throw new AssertionError("the loop has ended");
            }
        }
        return malformed;
    }

    /** As the file header says. Many writers say so of both, whatever follows. */
    @Override
    public boolean announcesVideo() {
        return (flags & HAS_VIDEO) != 0;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int heldBytes() {
        ByteBuf current = building;
        return current == null ? 0 : current.capacity();
    }

    private void fileHeader(ByteBuf bytes) {
        if (!gather(bytes, FILE_HEADER_BYTES)) {
            return;
        }
        long length = (head[5] & 0xFFL) << 24 | (head[6] & 0xFFL) << 16 | (head[7] & 0xFFL) << 8 | (head[8] & 0xFFL);
        if (medium(0) != SIGNATURE || head[3] != VERSION) {
            end(
                    Malformed.Reason.NOT_FLV,
                    offset - FILE_HEADER_BYTES,
                    "the stream does not begin with 'FLV' and version 1; send FLV, or a transport stream");
            return;
        }
        if (length < FILE_HEADER_BYTES || length > MOST_HEADER_BYTES) {
            end(
                    Malformed.Reason.NOT_FLV,
                    offset - 4,
                    "the file header says that it is " + length + " bytes long; it must be 9 to " + MOST_HEADER_BYTES);
            return;
        }
        flags = head[4];
        skipNext(length - FILE_HEADER_BYTES + Tag.TRAILER_BYTES);
    }

    private void skip(ByteBuf bytes) {
        int now = (int) Math.min(toSkip, bytes.readableBytes());
        bytes.skipBytes(now);
        offset += now;
        toSkip -= now;
        if (toSkip == 0) {
            state = State.TAG_HEADER;
        }
    }

    private void tagHeader(ByteBuf bytes) {
        if (!gather(bytes, Tag.HEADER_BYTES)) {
            return;
        }
        TagKind read = TagKind.of(head[0] & 0xFF);
        payloadBytes = medium(1);
        if (read == null) {
            end(
                    Malformed.Reason.UNKNOWN_TAG,
                    offset - Tag.HEADER_BYTES,
                    "a tag of type " + (head[0] & 0xFF) + " where 8 (audio), 9 (video) or 18 (script) must stand");
            return;
        }
        if (payloadBytes > maxTagBytes) {
            end(
                    Malformed.Reason.TAG_TOO_LARGE,
                    offset - Tag.HEADER_BYTES,
                    "a tag of " + payloadBytes + " bytes; the most is " + maxTagBytes);
            return;
        }
        if (payloadBytes == 0) {
            skipNext(Tag.TRAILER_BYTES);
            return;
        }
        kind = read;
        sourceTime = medium(4) | (head[7] & 0xFF) << 24;
        int most = Tag.HEADER_BYTES + payloadBytes + Tag.TRAILER_BYTES;
        ByteBuf fresh = allocator.directBuffer(Math.min(most, FIRST_BYTES), most);
        fresh.writeByte(read.wireType()).writeMedium(payloadBytes).writeZero(4).writeMedium(0);
        building = fresh;
        state = State.PAYLOAD;
    }

    private void payload(ByteBuf bytes) {
        ByteBuf current = building;
        if (current == null) {
            throw new IllegalStateException("no tag is being read");
        }
        int missing = Tag.HEADER_BYTES + payloadBytes - current.writerIndex();
        int now = Math.min(missing, bytes.readableBytes());
        current.writeBytes(bytes, now);
        offset += now;
        if (now < missing) {
            return;
        }
        building = null;
        TagBody body = TagBody.of(kind, current.slice(Tag.HEADER_BYTES, payloadBytes));
        if (body == null) {
            current.release();
            end(
                    Malformed.Reason.CUT_SHORT,
                    offset - payloadBytes,
                    "a tag of kind " + kind + " has only " + payloadBytes + " bytes and does not say what it carries");
            return;
        }
        current.writeInt(Tag.HEADER_BYTES + payloadBytes);
        Tag tag = new Tag(current, kind, body, sourceTime);
        Tag.writeTime(current, Integer.toUnsignedLong(sourceTime));
        skipNext(Tag.TRAILER_BYTES);
        sink.accept(tag);
    }

    /** Whether so many bytes are together in {@link #head}. */
    private boolean gather(ByteBuf bytes, int wanted) {
        int now = Math.min(wanted - headBytes, bytes.readableBytes());
        bytes.readBytes(head, headBytes, now);
        headBytes += now;
        offset += now;
        if (headBytes < wanted) {
            return false;
        }
        headBytes = 0;
        return true;
    }

    private int medium(int at) {
        return (head[at] & 0xFF) << 16 | (head[at + 1] & 0xFF) << 8 | (head[at + 2] & 0xFF);
    }

    private void skipNext(long bytes) {
        toSkip = bytes;
        state = State.SKIP;
    }

    private void end(Malformed.Reason reason, long at, String sentence) {
        malformed = new Malformed(reason, at, sentence);
        state = State.ENDED;
    }

    @Override
    public void end() {
        // a tag is handed over when its last byte is there
    }

    @Override
    public void close() {
        state = State.ENDED;
        ByteBuf current = building;
        building = null;
        if (current != null) {
            current.release();
        }
    }
}
