package io.fairlead.relay.room;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.ts.TsMuxer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest groups of pictures of a room, in wire form. Tags are numbered from 0 on and keep their numbers; a viewer is the number
 * of the tag that it gets next. Not thread-safe.
 *
 * <p>Keeps the last two groups and {@link RingBounds#keepMs}, and never more tags or bytes than its bounds: of an endless group the
 * beginning goes, and nobody can begin there any more. Where there is no video, or none any more, any tag is a place to begin.
 */
public final class GopRing implements AutoCloseable {

    private static final int FIRST_SLOTS = 256;

    /** A place where decoding can begin. */
    public record Start(long index, long timeMs, Headers headers) {}

    private final RingBounds bounds;
    private final ArrayDeque<Start> starts = new ArrayDeque<>();
    private @Nullable Tag[] slots = new @Nullable Tag[FIRST_SLOTS];
    private long first;
    private long next;
    private long bytes;
    private long lastMs;
    private long lastVideoMs;
    private boolean hasVideo;
    private boolean hasAudio;
    private Headers headers = Headers.NONE;

    public GopRing(RingBounds bounds) {
        this.bounds = bounds;
    }

    /** A ring with the same tags, numbers and headers, and references of its own. */
    public GopRing copy() {
        GopRing copy = new GopRing(bounds);
        copy.slots = new @Nullable Tag[slots.length];
        copy.first = first;
        copy.next = next;
        copy.bytes = bytes;
        copy.lastMs = lastMs;
        copy.lastVideoMs = lastVideoMs;
        copy.hasVideo = hasVideo;
        copy.hasAudio = hasAudio;
        copy.headers = headers;
        copy.starts.addAll(starts);
        for (long index = first; index < next; index++) {
            copy.slots[copy.slot(index)] = tag(index).retain();
        }
        return copy;
    }

    /** Takes over one reference of a tag. Sequence headers and metadata are tags like others, and are remembered besides. */
    public void add(Tag tag) {
        if (tag.part() == Part.SEQUENCE_HEADER || tag.part() == Part.METADATA) {
            headers = headers.with(tag);
        } else {
            hasVideo |= tag.kind() == TagKind.VIDEO;
            hasAudio |= tag.kind() == TagKind.AUDIO;
        }
        if (next - first == slots.length) {
            grow();
        }
        if (tag.part() == Part.KEY_FRAME) {
            starts.add(new Start(next, tag.timeMs(), headers));
        }
        slots[slot(next)] = tag;
        next++;
        bytes += tag.wireBytes();
        lastMs = Math.max(lastMs, tag.timeMs());
        if (tag.kind() == TagKind.VIDEO) {
            lastVideoMs = tag.timeMs();
        } else if (hasVideo && lastMs - lastVideoMs > TsMuxer.GONE_MS) {
            hasVideo = false; // who comes would else begin with the last picture, however long ago that was
            starts.clear();
        }
        trim();
    }

    private void trim() {
        while (next - first > bounds.maxTags() || (bytes > bounds.maxBytes() && next - first > 1)) {
            dropFirst();
        }
        while (starts.size() > 2 && lastMs - second().timeMs() >= bounds.keepMs()) {
            dropTo(second().index());
        }
        long leading = starts.isEmpty() ? next - 1 : starts.getFirst().index();
        while (first < leading && lastMs - tag(first).timeMs() > bounds.keepMs()) {
            dropFirst();
        }
    }

    /** Hands over all tags with their references, oldest first, and is empty then. */
    void drain(Consumer<Tag> sink) {
        starts.clear();
        while (first < next) {
            Tag tag = tag(first);
            slots[slot(first)] = null;
            bytes -= tag.wireBytes();
            first++;
            sink.accept(tag);
        }
    }

    private Start second() {
        Iterator<Start> each = starts.iterator();
        each.next();
        return each.next();
    }

    /** Gives up what is older. */
    void dropTo(long index) {
        while (first < index) {
            dropFirst();
        }
    }

    private void dropFirst() {
        Tag gone = tag(first);
        slots[slot(first)] = null;
        bytes -= gone.wireBytes();
        if (!starts.isEmpty() && starts.getFirst().index() == first) {
            starts.removeFirst();
        }
        first++;
        gone.release();
    }

    private void grow() {
        @Nullable Tag[] larger = new @Nullable Tag[slots.length * 2];
        for (long index = first; index < next; index++) {
            larger[(int) (index & (larger.length - 1))] = tag(index);
        }
        slots = larger;
    }

    private int slot(long index) {
        return (int) (index & (slots.length - 1));
    }

    /** The tag with that number, which must be kept still; not retained. */
    public Tag tag(long index) {
        Tag tag = index < first || index >= next ? null : slots[slot(index)];
        if (tag == null) {
            throw new IndexOutOfBoundsException("tag " + index + " of " + first + " to " + (next - 1));
        }
        return tag;
    }

    /** Number of the oldest tag that is kept. */
    public long first() {
        return first;
    }

    /** Number that the next tag will have. */
    public long next() {
        return next;
    }

    public long bytes() {
        return bytes;
    }

    /** The latest time of a tag, ms. */
    public long lastMs() {
        return lastMs;
    }

    /** Headers after the last tag. */
    public Headers headers() {
        return headers;
    }

    public boolean hasVideo() {
        return hasVideo;
    }

    public boolean hasAudio() {
        return hasAudio;
    }

    /** Where a new viewer begins; null if it must wait for a key frame. */
    public @Nullable Start start() {
        return start(bounds.youngGopMs());
    }

    /** The same, with another age up to which a group of pictures is young, ms. */
    public @Nullable Start start(long youngGopMs) {
        if (starts.isEmpty()) {
            return hasVideo || next == first ? null : anywhere();
        }
        Start newest = starts.getLast();
        if (lastMs - newest.timeMs() >= youngGopMs || starts.size() == 1) {
            return newest;
        }
        Iterator<Start> back = starts.descendingIterator();
        back.next();
        return back.next();
    }

    /** The newest place to begin that is not behind this tag; as {@link #start} if there is none any more. */
    public @Nullable Start startBefore(long index) {
        Iterator<Start> back = starts.descendingIterator();
        while (back.hasNext()) {
            Start each = back.next();
            if (each.index() <= index) {
                return each;
            }
        }
        return start();
    }

    /** The place to begin that is this key frame, the newest if there are several; null if it is not kept. */
    public @Nullable Start startAt(KeyFrameMark mark) {
        Iterator<Start> back = starts.descendingIterator();
        while (back.hasNext()) {
            Start each = back.next();
            if (mark.marks(tag(each.index()))) {
                return each;
            }
        }
        return null;
    }

    /** The oldest place to begin; null if there is none. */
    public @Nullable Start oldest() {
        if (starts.isEmpty()) {
            return hasVideo || next == first
                    ? null
                    : new Start(first, tag(first).timeMs(), headers);
        }
        return starts.getFirst();
    }

    /** The newest place to begin; null if there is none. */
    public @Nullable Start newest() {
        return starts.isEmpty() ? start() : starts.getLast();
    }

    /** The place to begin that is this tag; null if it is none. Without video, what is known at the end is known anywhere. */
    public @Nullable Start startAt(long index) {
        for (Start start : starts) {
            if (start.index() == index) {
                return start;
            }
        }
        return null;
    }

    private Start anywhere() {
        long index = next - 1;
        while (index > first && lastMs - tag(index - 1).timeMs() <= bounds.youngGopMs()) {
            index--;
        }
        return new Start(index, tag(index).timeMs(), headers);
    }

    @Override
    public void close() {
        dropTo(next);
        Arrays.fill(slots, null);
        starts.clear();
    }
}
