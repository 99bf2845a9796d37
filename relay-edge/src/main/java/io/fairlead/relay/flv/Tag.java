package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One FLV tag in wire form: header, payload and trailing size in one buffer, which all viewers share. Whoever keeps one retains it.
 *
 * <p>The time is written once, by {@link #stamp}, before the tag is given to a second owner; from then on a tag is immutable but
 * for its count of references, and may be read on any thread.
 */
public final class Tag extends AbstractReferenceCounted {

    /** Bytes of a tag before its payload. */
    public static final int HEADER_BYTES = 11;

    /** Bytes after it. */
    public static final int TRAILER_BYTES = 4;

    private static final int TIME_AT = 4;

    private final ByteBuf wire;
    private final TagKind kind;
    private final TagBody body;
    private final int sourceTime;
    private final int hash;
    private long timeMs;
    private @Nullable OtherForm otherForm;

    /** Takes over the buffer, which must be whole. */
    Tag(ByteBuf wire, TagKind kind, TagBody body, int sourceTime) {
        this.wire = wire;
        this.kind = kind;
        this.body = body;
        this.sourceTime = sourceTime;
        this.timeMs = Integer.toUnsignedLong(sourceTime);
        this.hash = crc(wire);
    }

    /**
     * A tag with that payload.
     *
     * @param sourceTime ms, 32 bits
     * @throws IllegalArgumentException if the payload does not say what it is
     */
    public static Tag of(ByteBufAllocator allocator, TagKind kind, int sourceTime, byte[] payload) {
        return of(allocator, kind, sourceTime, Unpooled.wrappedBuffer(payload));
    }

    /** The same; the payload stays the caller's, with its indices. */
    public static Tag of(ByteBufAllocator allocator, TagKind kind, int sourceTime, ByteBuf payload) {
        int bytes = payload.readableBytes();
        TagBody body = TagBody.of(kind, payload);
        if (body == null) {
            throw new IllegalArgumentException(bytes + " bytes of " + kind + " do not say what they are");
        }
        ByteBuf wire = allocator.directBuffer(HEADER_BYTES + bytes + TRAILER_BYTES);
        wire.writeByte(kind.wireType()).writeMedium(bytes).writeZero(4).writeMedium(0);
        writeTime(wire, Integer.toUnsignedLong(sourceTime));
        wire.writeBytes(payload, payload.readerIndex(), bytes).writeInt(HEADER_BYTES + bytes);
        return new Tag(wire, kind, body, sourceTime);
    }

    /** Over the payload alone, so that the same frame has the same hash at any time. */
    private static int crc(ByteBuf wire) {
        CRC32C crc = new CRC32C();
        crc.update(wire.nioBuffer(HEADER_BYTES, wire.readableBytes() - HEADER_BYTES - TRAILER_BYTES));
        return (int) crc.getValue();
    }

    public TagKind kind() {
        return kind;
    }

    public Part part() {
        return body.part();
    }

    public Codec codec() {
        return body.codec();
    }

    /** Which of several tracks of one kind; 0 as a rule. */
    public int track() {
        return body.track();
    }

    /** Time that the source gave it, ms: 32 bits that wrap around, to be read as unsigned. */
    public int sourceTime() {
        return sourceTime;
    }

    /** Time in the room, ms; the source's until it is stamped. */
    public long timeMs() {
        return timeMs;
    }

    /** Bytes on the wire. */
    public int wireBytes() {
        return wire.readableBytes();
    }

    public int payloadBytes() {
        return wire.readableBytes() - HEADER_BYTES - TRAILER_BYTES;
    }

    /** CRC-32C of the payload. */
    public int hash() {
        return hash;
    }

    /** Whether this and another carry the same bytes of the same kind, as far as size and hash can say. */
    public boolean sameMedia(Tag other) {
        return kind == other.kind && wireBytes() == other.wireBytes() && hash == other.hash;
    }

    /**
     * Writes its time in the room; on the wire it is cut to 32 bits, which wrap after 49.7 days, as players expect.
     *
     * @throws IllegalStateException if it has more than one owner
     */
    public void stamp(long roomTimeMs) {
        if (refCnt() != 1) {
            throw new IllegalStateException("a tag that " + refCnt() + " hold can't be given another time");
        }
        timeMs = roomTimeMs;
        writeTime(wire, roomTimeMs);
    }

    /** Writes a time into a tag's header at the buffer's reader index: 24 bits, then the 8 above them. */
    static void writeTime(ByteBuf wire, long timeMs) {
        int start = wire.readerIndex();
        wire.setMedium(start + TIME_AT, (int) timeMs & 0xFFFFFF);
        wire.setByte(start + TIME_AT + 3, (int) (timeMs >>> 24));
    }

    /** The wire form, not to be changed and not retained. */
    public ByteBuf wire() {
        return wire;
    }

    /** The wire form to be written and released: an index of its own over the shared bytes. */
    public ByteBuf retainedWire() {
        return wire.retainedDuplicate();
    }

    /**
     * Adds what it is in another container, which goes when the tag goes. On one thread, and before the tag is handed to who may ask for it.
     *
     * @throws IllegalStateException if there is one already
     */
    public void also(OtherForm form) {
        if (otherForm != null) {
            throw new IllegalStateException("the tag has another form already");
        }
        otherForm = form;
    }

    /** What it is in another container; null if nobody has asked for that. */
    public @Nullable OtherForm otherForm() {
        return otherForm;
    }

    @Override
    public Tag retain() {
        super.retain();
        return this;
    }

    @Override
    protected void deallocate() {
        wire.release();
        OtherForm form = otherForm;
        if (form != null) {
            form.release();
        }
    }

    @Override
    public ReferenceCounted touch(Object hint) {
        wire.touch(hint);
        return this;
    }

    @Override
    public String toString() {
        return kind + " " + body.part() + " " + body.codec() + " at " + timeMs + " ms, " + payloadBytes() + " bytes";
    }
}
