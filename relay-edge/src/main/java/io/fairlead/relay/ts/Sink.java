package io.fairlead.relay.ts;

import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where readers of elementary streams put the tags that they make, or what was wrong. */
final class Sink {

    private final ByteBufAllocator allocator;
    private final int maxTagBytes;
    private final Consumer<Tag> tags;
    private Malformed.@Nullable Reason reason;
    private String sentence = "";

    Sink(ByteBufAllocator allocator, int maxTagBytes, Consumer<Tag> tags) {
        this.allocator = allocator;
        this.maxTagBytes = maxTagBytes;
        this.tags = tags;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    /** Makes a tag of a payload, which stays the caller's. */
    void tag(TagKind kind, long timeMs, ByteBuf payload) {
        if (payload.readableBytes() > maxTagBytes) {
            wrong(
                    Malformed.Reason.TAG_TOO_LARGE,
                    "a frame of " + payload.readableBytes() + " bytes; the most is " + maxTagBytes);
            return;
        }
        tags.accept(Tag.of(allocator, kind, (int) timeMs, payload));
    }

    /** The stream can't be read on. The first reason counts. */
    void wrong(Malformed.Reason why, String what) {
        if (reason == null) {
            reason = why;
            sentence = what;
        }
    }

    /** What was wrong, told with a place; null if nothing is. */
    @Nullable
    Malformed malformed(long offset) {
        Malformed.Reason why = reason;
        return why == null ? null : new Malformed(why, offset, sentence);
    }
}
