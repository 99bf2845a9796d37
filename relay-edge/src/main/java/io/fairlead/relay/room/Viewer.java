package io.fairlead.relay.room;

import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.OtherForm;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One who watches: a cursor into the ring of its outlet, on the event loop of both. At most one write is under way; what comes in
 * the meantime waits in the ring, so that a slow viewer costs its write and nothing else.
 *
 * <p>Begins with the file header, the headers as of its first key frame, and from there on every tag. One that lags by more than
 * {@link RoomSettings#lagMs} goes on at the newest key frame, with those headers again that have changed.
 */
public final class Viewer implements ChannelFutureListener, Experience {

    private static final long NOWHERE = -1;
    private static final long NOT_YET = -1;
    private static final long SKIPS_WITHIN_NS = 60_000_000_000L;

    /** A write that takes longer is a stall. */
    private static final long STALL_NS = 500_000_000L;

    private final Channel channel;
    private final Framing framing;
    private final Container container;
    private final RoomSettings settings;
    private final RoomCounters counters;
    private final LongSupplier nanoClock;
    private final long joinedNs;
    private @Nullable Outlet outlet;
    private long cursor = NOWHERE;
    private Headers known = Headers.NONE;
    private boolean begun;
    private boolean inFlight;

    /** It has not been shown what stands before its cursor. */
    private boolean skipped;

    private boolean pumping;
    private long writtenNs;
    private int skipsLately;
    private long lastSkipNs;
    private @Nullable ViewerEnd end;

    private long firstKeyNs = NOT_YET;
    private long firstByteNs = NOT_YET;

    private long bytes;

    /** As {@code bytes}, read by anybody. */
    private volatile long bytesWritten;

    private int skips;
    private long skippedTags;
    private int stalls;
    private long stalledNs;
    private long lagMaxMs;

    /** Time of the last tag that was written, from when on it was in step for the first time. */
    private long writtenMs = NOT_YET;

    private @Nullable Runnable whenEnded;

    /** Where another one stands whom this one succeeds; written before it joins. */
    private long successorAt = NOWHERE;

    /** The key frame that it had last, somewhere else; written before it joins. */
    private @Nullable KeyFrameMark had;

    /** The tag that is written next; read by anybody. */
    private volatile long writtenTo = NOWHERE;

    int place;

    /** A viewer that has been answered and now waits for media. */
    public Viewer(
            Channel channel,
            Framing framing,
            Container container,
            RoomSettings settings,
            RoomCounters counters,
            LongSupplier nanoClock) {
        this.channel = channel;
        this.framing = framing;
        this.container = container;
        this.settings = settings;
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.joinedNs = nanoClock.getAsLong();
    }

    /**
     * Begins at a key frame from which on nothing is missed that another one, who was in the room until now, has not been sent.
     *
     * @param index as {@link #writtenTo} of that one
     */
    public void succeed(long index) {
        successorAt = index;
    }

    /** Begins at a key frame that it had somewhere else, if that is kept; null: as any other. Said before it joins. */
    public void beginAt(@Nullable KeyFrameMark mark) {
        had = mark;
    }

    /** What counts for its room now. */
    private RoomSettings settings() {
        Outlet joined = outlet;
        return joined == null ? settings : joined.settings();
    }

    @Override
    public void whenEnded(Runnable told) {
        whenEnded = told;
    }

    /** Number of the tag that it will be sent next, −1 before the first. */
    public long writtenTo() {
        return writtenTo;
    }

    Channel channel() {
        return channel;
    }

    Container container() {
        return container;
    }

    void enter(Outlet joined) {
        outlet = joined;
        pump();
    }

    /** New tags are in the ring; {@code batch} has those from {@code from} on. */
    void more(long from, Batch batch) {
        if (inFlight) {
            if (nanoClock.getAsLong() - writtenNs > settings().stallMs() * 1_000_000L) {
                end(ViewerEnd.STALLED);
            }
        } else if (begun && cursor == from) {
            sendInStep(batch);
        } else {
            pump();
        }
    }

    private void sendInStep(Batch batch) {
        if (!batch.whole()) {
            end(ViewerEnd.NOT_CARRIED);
            return;
        }
        GopRing ring = ring();
        noteKey(cursor, ring.next(), ring);
        cursor = ring.next();
        writtenTo = cursor;
        writtenMs = ring.lastMs();
        known = ring.headers();
        if (batch.bodyBytes() == 0) {
            return;
        }
        note(batch.bodyBytes());
        if (framing == Framing.CHUNKED) {
            channel.writeAndFlush(batch.retainedChunk()).addListener(this);
        } else {
            channel.write(framing.before(channel.alloc(), batch.bodyBytes()), channel.voidPromise());
            channel.writeAndFlush(batch.retainedBody()).addListener(this);
        }
    }

    /** Sends what waits, a write after the other, as far as the channel takes it. */
    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        while (!inFlight && end == null && findPlace() && cursor < ring().next()) {
            sendWaiting();
        }
        pumping = false;
    }

    /** Whether the cursor stands at a tag that can be sent; moves it to a key frame if it must. */
    private boolean findPlace() {
        GopRing ring = ring();
        if (cursor == NOWHERE) {
            GopRing.Start start = beginning(ring);
            cursor = start == null ? NOWHERE : opening(start.index(), ring);
            skipped = begun;
            return cursor != NOWHERE && end == null;
        }
        boolean lost = cursor < ring.first();
        if (writtenMs != NOT_YET && (lost || cursor < ring.next())) {
            lagMaxMs = Math.max(lagMaxMs, ring.lastMs() - writtenMs);
        }
        if (!lost
                && (cursor == ring.next()
                        || ring.lastMs() - ring.tag(cursor).timeMs()
                                <= settings().lagMs())) {
            return true;
        }
        GopRing.Start newest = ring.newest();
        if (newest == null) {
            cursor = lost ? NOWHERE : cursor;
            return !lost;
        }
        long index = opening(newest.index(), ring);
        if (index == NOWHERE) {
            cursor = lost ? NOWHERE : cursor;
            return !lost;
        }
        if (index > cursor) {
            skip(index);
        }
        return end == null;
    }

    private GopRing.@Nullable Start beginning(GopRing ring) {
        if (successorAt != NOWHERE) {
            return ring.startBefore(successorAt);
        }
        KeyFrameMark mark = had;
        GopRing.Start known = mark == null || begun ? null : ring.startAt(mark);
        return known == null ? ring.start(settings().ring().youngGopMs()) : known;
    }

    /** The tag at or behind a place to begin where the container can be begun, too; {@link #NOWHERE} if it must be waited for. */
    private long opening(long start, GopRing ring) {
        if (!container.carries(ring.tag(start))) {
            end(ViewerEnd.NOT_CARRIED);
            return NOWHERE;
        }
        for (long index = start; index < ring.next(); index++) {
            if (container.opens(ring.tag(index))) {
                return index;
            }
        }
        return NOWHERE;
    }

    private void skip(long index) {
        long now = nanoClock.getAsLong();
        skipsLately = skips > 0 && now - lastSkipNs > SKIPS_WITHIN_NS ? 1 : skipsLately + 1;
        lastSkipNs = now;
        skips++;
        skippedTags += index - cursor;
        counters.skips.increment();
        counters.skippedTags.add(index - cursor);
        cursor = index;
        skipped = true;
        if (skipsLately > settings().maxSkips()) {
            end(ViewerEnd.TOO_SLOW);
        }
    }

    private void sendWaiting() {
        GopRing ring = ring();
        ByteBuf opening = opening(ring);
        int size = opening.readableBytes();
        long to = cursor;
        while (to < ring.next()
                && (to == cursor
                        || size + container.bytes(ring.tag(to)) <= settings().burstBytes())
                && container.carries(ring.tag(to))) {
            size += container.bytes(ring.tag(to));
            to++;
        }
        if (to == cursor) {
            opening.release();
            end(ViewerEnd.NOT_CARRIED);
            return;
        }
        if (size == 0) {
            opening.release();
            cursor = to;
            return;
        }
        note(size);
        channel.write(framing.before(channel.alloc(), size), channel.voidPromise());
        if (opening.isReadable()) {
            channel.write(opening, channel.voidPromise());
        } else {
            opening.release();
        }
        noteKey(cursor, to, ring);
        for (; cursor < to; cursor++) {
            Tag tag = ring.tag(cursor);
            if (tag.part() == Part.SEQUENCE_HEADER || tag.part() == Part.METADATA) {
                known = known.with(tag);
            }
            ByteBuf wire = container.wire(tag);
            if (wire.isReadable()) {
                channel.write(wire.retainedDuplicate(), channel.voidPromise());
            }
        }
        writtenTo = cursor;
        if (cursor == ring.next()) {
            writtenMs = ring.lastMs();
        } else if (writtenMs != NOT_YET) {
            writtenMs = ring.tag(cursor).timeMs();
        }
        channel.writeAndFlush(framing.after()).addListener(this);
    }

    /**
     * What must stand before the tag at the cursor. FLV: the file header once, and headers that the viewer does not have. A transport stream has
     * all of that in itself, and only says that something is left out.
     */
    private ByteBuf opening(GopRing ring) {
        if (container == Container.TS) {
            return gap(ring.tag(cursor));
        }
        Tag at = ring.tag(cursor);
        Headers needed = headersAt(ring);
        ByteBuf out = channel.alloc().directBuffer(FlvWriter.FILE_HEADER_BYTES + needed.wireBytes());
        if (!begun) {
            begun = true;
            FlvWriter.fileHeader(out, ring.hasAudio(), ring.hasVideo());
        }
        needed.writeChanged(out, known, at.timeMs());
        known = needed;
        return out;
    }

    private ByteBuf gap(Tag at) {
        begun = true;
        OtherForm form = at.otherForm();
        ByteBuf out = channel.alloc().directBuffer();
        if (skipped && form != null) {
            form.writeGap(out);
        }
        skipped = false;
        return out;
    }

    /** Headers as of the cursor, if it stands at a place to begin; elsewhere those that the viewer knows have not changed. */
    private Headers headersAt(GopRing ring) {
        GopRing.Start start = ring.startAt(cursor);
        if (start != null) {
            return start.headers();
        }
        return begun ? known : ring.headers();
    }

    private void note(int size) {
        inFlight = true;
        writtenNs = nanoClock.getAsLong();
        bytes += size;
        bytesWritten = bytes;
        if (firstByteNs == NOT_YET) {
            firstByteNs = writtenNs - joinedNs;
        }
        counters.bytesOut.add(size);
        Outlet current = outlet;
        if (current != null) {
            current.story().delivered(size);
        }
    }

    private void noteKey(long from, long to, GopRing ring) {
        for (long index = from; firstKeyNs == NOT_YET && index < to; index++) {
            if (ring.tag(index).part() == Part.KEY_FRAME) {
                firstKeyNs = nanoClock.getAsLong() - joinedNs;
            }
        }
    }

    private GopRing ring() {
        Outlet current = outlet;
        if (current == null) {
            throw new IllegalStateException("the viewer is in no room");
        }
        return current.ring();
    }

    /** A write is over. */
    @Override
    public void operationComplete(ChannelFuture written) {
        noteStall();
        inFlight = false;
        if (!written.isSuccess()) {
            end(ViewerEnd.LEFT);
        } else if (end == null) {
            pump();
        }
    }

    private void noteStall() {
        long tookNs = nanoClock.getAsLong() - writtenNs;
        if (inFlight && tookNs > STALL_NS) {
            stalls++;
            stalledNs += tookNs;
        }
    }

    /** The viewer goes; the first reason counts. In order if nothing is under way or another stream follows, else at once. */
    public void end(ViewerEnd reason) {
        if (end != null) {
            return;
        }
        end = reason;
        noteStall();
        counters.count(reason);
        Outlet current = outlet;
        if (current != null) {
            current.remove(this);
        }
        Runnable told = whenEnded;
        if (told != null) {
            told.run();
        }
        boolean inOrder = reason == ViewerEnd.HANDED_OVER || (reason != ViewerEnd.LEFT && !inFlight);
        if (!inOrder || !channel.isActive()) {
            channel.close();
        } else {
            channel.writeAndFlush(framing.end()).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public @Nullable ViewerEnd ended() {
        return end;
    }

    @Override
    public long firstKeyNs() {
        return firstKeyNs;
    }

    @Override
    public long firstByteNs() {
        return firstByteNs;
    }

    @Override
    public long joinedNs() {
        return joinedNs;
    }

    @Override
    public long bytes() {
        return bytesWritten;
    }

    @Override
    public ViewerStrain strain() {
        return new ViewerStrain(stalls, stalledNs, skips, skippedTags);
    }

    @Override
    public long takeLagMaxMs() {
        long farthest = lagMaxMs;
        lagMaxMs = 0;
        return farthest;
    }

    public long skips() {
        return skips;
    }

    public long skippedTags() {
        return skippedTags;
    }
}
