package io.fairlead.relay.room;

import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What decoders must know at one place of a room: metadata and sequence headers. Immutable; places between which nothing changed
 * share one.
 *
 * <p>Bounds: {@value #MOST_ENTRIES} entries (tracks) of {@value #MOST_BYTES} bytes.
 */
public final class Headers {

    static final int MOST_ENTRIES = 16;
    static final int MOST_BYTES = 64 << 10;

    /** Before anything was said. */
    public static final Headers NONE = new Headers(List.of());

    /** In the order in which they are sent. */
    private final List<Entry> entries;

    private Headers(List<Entry> entries) {
        this.entries = entries;
    }

    /** What is wrong with a header; null if it can be kept. */
    @Nullable
    String objection(Tag header) {
        if (header.payloadBytes() > MOST_BYTES) {
            return "a " + header.part() + " of " + header.payloadBytes() + " bytes; the most is " + MOST_BYTES;
        }
        if (entries.size() == MOST_ENTRIES && find(header.kind(), header.track()) == null) {
            return "more than " + MOST_ENTRIES + " tracks with headers";
        }
        return null;
    }

    /** With a header in the place of the one for the same kind and track; this itself if its bytes are the same. */
    public Headers with(Tag header) {
        Entry before = find(header.kind(), header.track());
        if (before != null && before.same(header)) {
            return this;
        }
        Entry after = Entry.of(header);
        List<Entry> changed = new ArrayList<>(entries);
        if (before != null) {
            changed.set(entries.indexOf(before), after);
        } else {
            changed.add(header.part() == Part.METADATA ? 0 : changed.size(), after);
        }
        return new Headers(List.copyOf(changed));
    }

    /** Writes, as tags of one time, what is here and not in {@code known}. */
    public void writeChanged(ByteBuf out, Headers known, long timeMs) {
        for (Entry entry : entries) {
            if (!known.entries.contains(entry)) {
                FlvWriter.tag(out, entry.kind, timeMs, entry.payload);
            }
        }
    }

    /** Tags of what is here and not in {@code known}; each is the caller's. */
    List<Tag> changed(Headers known, ByteBufAllocator allocator) {
        List<Tag> tags = new ArrayList<>();
        for (Entry entry : entries) {
            if (!known.entries.contains(entry)) {
                tags.add(Tag.of(allocator, entry.kind, 0, entry.payload));
            }
        }
        return tags;
    }

    /** Bytes that {@link #writeChanged} writes if nothing is known. */
    public int wireBytes() {
        int bytes = 0;
        for (Entry entry : entries) {
            bytes += Tag.HEADER_BYTES + entry.payload.length + Tag.TRAILER_BYTES;
        }
        return bytes;
    }

    /** Whether there is a sequence header for that kind. */
    public boolean has(TagKind kind) {
        return entries.stream().anyMatch(entry -> entry.kind == kind);
    }

    private @Nullable Entry find(TagKind kind, int track) {
        for (Entry entry : entries) {
            if (entry.kind == kind && entry.track == track) {
                return entry;
            }
        }
        return null;
    }

    /** One header, its bytes on the heap, for they outlive the buffers they came in. */
    private static final class Entry {

        private final TagKind kind;
        private final int track;
        private final byte[] payload;

        private Entry(TagKind kind, int track, byte[] payload) {
            this.kind = kind;
            this.track = track;
            this.payload = payload;
        }

        private static Entry of(Tag tag) {
            byte[] payload = new byte[tag.payloadBytes()];
            tag.wire().getBytes(tag.wire().readerIndex() + Tag.HEADER_BYTES, payload);
            return new Entry(tag.kind(), tag.track(), payload);
        }

        private boolean same(Tag tag) {
            return tag.payloadBytes() == payload.length && equals(of(tag));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry entry
                    && kind == entry.kind
                    && track == entry.track
                    && Arrays.equals(payload, entry.payload);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(payload) * 31 + track;
        }
    }
}
