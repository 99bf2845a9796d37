package io.fairlead.relay.ts;

import io.fairlead.relay.flv.FlvReader;
import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.MediaReader;
import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads FLV or a transport stream, as its first byte says: what senders say of their content is often nothing. */
public final class EitherReader implements MediaReader {

    private final ByteBufAllocator allocator;
    private final int maxTagBytes;
    private final Consumer<Tag> tags;
    private @Nullable MediaReader chosen;
    private boolean closed;

    /**
     * @param maxTagBytes largest payload of a tag, and largest PES packet
     * @param tags takes each tag with its only reference
     */
    public EitherReader(ByteBufAllocator allocator, int maxTagBytes, Consumer<Tag> tags) {
        this.allocator = allocator;
        this.maxTagBytes = maxTagBytes;
        this.tags = tags;
    }

    @Override
    public @Nullable Malformed read(ByteBuf bytes) {
        MediaReader reader = chosen;
        if (reader == null) {
            if (!bytes.isReadable() || closed) {
                return null;
            }
            reader = bytes.getUnsignedByte(bytes.readerIndex()) == TsPackets.SYNC
                    ? new TsReader(allocator, maxTagBytes, tags)
                    : new FlvReader(allocator, maxTagBytes, tags);
            chosen = reader;
        }
        return reader.read(bytes);
    }

    @Override
    public boolean announcesVideo() {
        MediaReader reader = chosen;
        return reader != null && reader.announcesVideo();
    }

    @Override
    public long offset() {
        MediaReader reader = chosen;
        return reader == null ? 0 : reader.offset();
    }

    @Override
    public int heldBytes() {
        MediaReader reader = chosen;
        return reader == null ? 0 : reader.heldBytes();
    }

    @Override
    public void end() {
        MediaReader reader = chosen;
        if (reader != null) {
            reader.end();
        }
    }

    @Override
    public void close() {
        closed = true;
        MediaReader reader = chosen;
        if (reader != null) {
            reader.close();
        }
    }
}
