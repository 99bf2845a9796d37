package io.fairlead.relay.room;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.ts.TsMuxer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live room. Everything here happens on its event loop, to which others hand what they have; so joining, leaving and ending need no
 * locks, and a viewer who comes while the room lingers finds it as it was.
 *
 * <p>The first source is sent, others are spares. When the source that is sent ends, the spare that was there first follows: where both
 * carry the same frames it goes on behind the last one that was sent, else at its next key frame ({@link RoomTimeline}). Without a spare
 * viewers wait {@link RoomSettings#sourceGraceMs} for the next source.
 */
public final class Room {

    private static final Logger LOG = LoggerFactory.getLogger(Room.class);

    /** How often silence is looked for. */
    private static final int SILENCE_LOOK_MS = 20;

    /** A spare that can't go on where the silent source is must wait for longer: it costs frames, and the silence may pass. */
    private static final long LOSING_SILENCE_NS = 1_000_000_000;

    /** Who is told of a room, on its loop. */
    public interface Listener {

        /** Somebody watches, or watches again after {@link #unwatched}. */
        void watched(Room room);

        /** Nobody has watched for the time of lingering. */
        void unwatched(Room room);

        /** It takes nobody any more. */
        void closed(Room room);

        /** From now on this source is sent, the others are spares. Must not change the room's sources. */
        default void sent(Room room, RoomSource source) {}
    }

    private final String name;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private volatile RoomSettings settings;
    private final RoomCounters counters;
    private final LongSupplier nanoClock;
    private final Listener listener;

    private final GopRing ring;
    private final TransportStream transportStream;
    private @Nullable Segments segments;
    private int fetchers;
    private final RoomTimeline timeline = new RoomTimeline();
    private final RoomStory story = new RoomStory();
    private final List<RoomSource> sources = new ArrayList<>();
    private final Outlets outlets;
    private final PendingHeaders changedHeaders = new PendingHeaders();
    private List<Tag> unsent = new ArrayList<>();
    private int unsentBytes;
    /** Number of the tag with which the times in the ring begin to follow one source without a leap. */
    private long joinedAt;

    /** Whether the source that is waited for may bring what was sent. */
    private boolean mayRepeat;

    private final DueTimes dueTimes = new DueTimes();
    private boolean flushing;
    private boolean watchingSilence;
    private int viewers;
    private boolean watched;
    private boolean hadSource;

    /** The next frame is the first of a source that followed another. */
    private boolean spliced;

    private boolean closed;
    private @Nullable Future<?> waiting;

    public Room(
            String name,
            EventLoop loop,
            ByteBufAllocator allocator,
            RoomSettings settings,
            RoomCounters counters,
            LongSupplier nanoClock,
            Listener listener) {
        this.name = name;
        this.loop = loop;
        this.allocator = allocator;
        this.settings = settings;
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.listener = listener;
        this.ring = new GopRing(settings.ring());
        this.transportStream = new TransportStream(allocator, counters);
        this.outlets = new Outlets(loop, this::settings, story, allocator, this::left);
        counters.rooms.increment();
    }

    public String name() {
        return name;
    }

    /** Where everything of this room happens. */
    public EventLoop loop() {
        return loop;
    }

    /** What its clock says now, ns; any thread. */
    public long nowNs() {
        return nanoClock.getAsLong();
    }

    /** Whether it takes nobody any more; ask for the room again. */
    public boolean closed() {
        return closed;
    }

    /** What counts for it now; any thread. */
    public RoomSettings settings() {
        return settings;
    }

    /** Lets other settings count, for who is there as for who comes; bounds of what is kept stay as they were when it was opened. Any thread. */
    public void settings(RoomSettings next) {
        settings = next;
    }

    /** Whether it has as many viewers as it may. */
    public boolean full() {
        return viewers >= settings.maxViewers();
    }

    public int viewers() {
        return viewers;
    }

    /** Why one who asks for that container gets nothing, as far as what came says it; null if nothing stands against it. */
    public @Nullable String objection(Container container) {
        GopRing.Start newest = ring.newest();
        if (container == Container.FLV || newest == null) {
            return null;
        }
        Tag tag = ring.tag(newest.index());
        boolean media = tag.part() == Part.KEY_FRAME || tag.part() == Part.SOUND;
        return !media || TsMuxer.carries(tag.codec())
                ? null
                : "the room's media are " + tag.codec()
                        + ", which a transport stream has no place for here; ask for .flv";
    }

    /** What it has gone through; any thread. */
    public RoomStory story() {
        return story;
    }

    /** Sources, the one that is sent first. */
    public int sources() {
        return sources.size();
    }

    /** The key frame that was sent last; null before the first. */
    public @Nullable KeyFrameMark newestKey() {
        GopRing.Start newest = ring.newest();
        Tag tag = newest == null ? null : ring.tag(newest.index());
        return tag == null || tag.part() != Part.KEY_FRAME ? null : KeyFrameMark.of(tag);
    }

    // ---- sources

    /** Whether another publisher may come: there is none, or the one that is there has been silent for long, and is ended. */
    public boolean admitsPublisher() {
        if (sources.isEmpty()) {
            return true;
        }
        RoomSource present = sources.get(0);
        if (nanoClock.getAsLong() - present.lastTagNs() < settings.takeoverMs() * 1_000_000L) {
            return false;
        }
        detach(present, SourceEnd.TAKEN_OVER);
        return true;
    }

    /** Takes a source in: as the one that is sent, if there is none. */
    public void attach(RoomSource source) {
        source.attached(nanoClock.getAsLong());
        sources.add(source);
        if (sources.size() == 1) {
            cancelWaiting();
            follow(source);
        } else {
            watchSilence();
        }
    }

    /** Looks for a source that is silent, for as long as there are spares. */
    private void watchSilence() {
        if (watchingSilence || sources.size() < 2) {
            return;
        }
        watchingSilence = true;
        loop.schedule(
                () -> {
                    watchingSilence = false;
                    giveWayIfSilent();
                    watchSilence();
                },
                SILENCE_LOOK_MS,
                TimeUnit.MILLISECONDS);
    }

    /**
     * A source that is silent while a spare is ahead of it gives way to the spare, once it has been so for three frames and twice as long
     * as the source rarely pauses; it becomes the last of the spares. One that would cost frames, because it has only just come or carries
     * something else, does so after a second. When all are silent the stream itself has stopped, and nobody is promoted; who begins again a
     * moment earlier is not ahead for long.
     */
    private void giveWayIfSilent() {
        if (closed || sources.size() < 2) {
            return;
        }
        RoomSource sent = sources.get(0);
        long now = nanoClock.getAsLong();
        long bearableNs = Math.max(3 * timeline.intervalMs() * 1_000_000, 2 * sent.p99SilenceNs());
        long silentNs = now - sent.lastTagNs();
        if (silentNs <= bearableNs) {
            return;
        }
        RoomSource losing = null;
        for (RoomSource spare : sources) {
            if (spare == sent || !spare.announced() || spare.aheadNs(sent.lastTagNs(), now) <= bearableNs) {
                continue;
            }
            if (goesOn(spare)) {
                giveWay(sent, spare, now);
                return;
            }
            losing = losing == null ? spare : losing;
        }
        if (losing != null && silentNs > LOSING_SILENCE_NS) {
            giveWay(sent, losing, now);
        }
    }

    /** Whether a spare can follow without a frame lost. */
    private boolean goesOn(RoomSource spare) {
        return place(spare) != null || keyFrameThatWasSent(spare.kept()) >= 0;
    }

    /**
     * Where a spare's frames are among those that were sent; null if they are not. One that was sent until it fell silent, and of which everything
     * is kept since, may have too little in common with what another has sent meanwhile, but its place is known.
     */
    private @Nullable Alignment place(RoomSource spare) {
        Alignment found = Alignment.find(ring, joinedAt, spare.kept());
        return found == null ? spare.leftOff(joinedAt) : found;
    }

    private void giveWay(RoomSource sent, RoomSource spare, long now) {
        LOG.info(
                "room {}: {} has been silent for {} ms, {} follows",
                name,
                sent.name(),
                (now - sent.lastTagNs()) / 1_000_000,
                spare.name());
        counters.silences.increment();
        story.silence();
        sources.remove(spare);
        sources.remove(sent);
        sources.add(0, spare);
        sources.add(sent);
        follow(spare);
    }

    /**
     * Takes over tags of a source. What can't be kept ends it.
     *
     * @param announcesVideo what the head of the stream says
     */
    public void take(RoomSource source, List<Tag> tags, boolean announcesVideo) {
        if (!sources.contains(source)) {
            release(tags);
            return;
        }
        long now = nanoClock.getAsLong();
        source.heard(tags, now);
        long sentNs = sources.get(0).lastTagNs();
        if (sources.get(0) != source && source.aheadNs(sentNs, now) == 0 && bringsMore(tags)) {
            source.ahead(sentNs, now);
        }
        if (source.announce(announcesVideo) && sources.get(0) == source) {
            begin(source);
        }
        for (Tag tag : tags) {
            if (sources.isEmpty() || sources.get(0) != source) {
                counters.bytesSpare.add(tag.wireBytes());
                story.spared(tag.wireBytes());
                if (sources.contains(source)) {
                    if (tag.part() == Part.KEY_FRAME) {
                        dueTimes.compare(source, tag, Alignment.indexOfKeyFrame(ring, tag));
                    }
                    source.keep(tag);
                } else {
                    tag.release();
                }
            } else {
                send(source, tag, now);
            }
        }
        flushSoon();
    }

    /** Whether the last frame or sound is not among what was sent: a stream that has just come shows headers, and what others have shown. */
    private boolean bringsMore(List<Tag> tags) {
        for (int each = tags.size() - 1; each >= 0; each--) {
            Tag tag = tags.get(each);
            switch (tag.part()) {
                case KEY_FRAME, FRAME, SOUND -> {
                    return !Alignment.wasSent(ring, tag);
                }
                case CONTROL, SEQUENCE_HEADER, METADATA, DATA -> {
                    // says nothing of how far the stream is
                }
            }
        }
        return false;
    }

    /** A source has ended. */
    public void detach(RoomSource source, SourceEnd reason) {
        int index = sources.indexOf(source);
        if (index < 0) {
            return;
        }
        sources.remove(index);
        LOG.info("room {}: {} has ended: {}", name, source.name(), reason);
        if (index == 0 && !sources.isEmpty()) {
            follow(sources.get(0));
        } else if (sources.isEmpty()) {
            flush();
            waitForSource();
        }
        source.end(reason);
    }

    /** From now on this source is sent: behind what was sent, if it carries the same, else from its next key frame on. */
    private void follow(RoomSource source) {
        listener.sent(this, source);
        spliced = hadSource;
        if (!source.announced()) {
            return; // nothing is known of it yet, see take
        }
        Alignment alignment = place(source);
        if (alignment == null) {
            begin(source);
            source.kept().headers().changed(ring.headers(), allocator).forEach(header -> noteHeader(source, header));
            if (mayRepeat && beginsWithinWhatWasSent(source.kept())) {
                long now = nanoClock.getAsLong();
                source.kept().drain(tag -> send(source, tag, now));
                flushSoon();
            } else {
                source.kept().close();
            }
            return;
        }
        counters.splicesAligned.increment();
        timeline.align(alignment.sourceTime(), alignment.roomMs());
        long now = nanoClock.getAsLong();
        source.kept().dropTo(alignment.firstIndex(source.kept()));
        source.kept().drain(tag -> send(source, tag, now));
        flushSoon();
    }

    /** Whether a spare's frames are among those that were sent, so that nothing is lost when it follows. */
    public boolean joins(RoomSource spare) {
        return sources.contains(spare) && sources.get(0) != spare && place(spare) != null;
    }

    /**
     * Too little is kept of a spare that has only just come to find a run of it in what was sent; the key frame that it began with may be
     * there all the same. True: it is, and all before it has been dropped.
     */
    private boolean beginsWithinWhatWasSent(GopRing kept) {
        long index = keyFrameThatWasSent(kept);
        if (index >= 0) {
            kept.dropTo(index);
        }
        return index >= 0;
    }

    /** Number of its first key frame that was sent since times follow one source; −1 if none was. */
    private long keyFrameThatWasSent(GopRing kept) {
        for (long index = kept.first(); index < kept.next(); index++) {
            Tag tag = kept.tag(index);
            if (tag.part() == Part.KEY_FRAME && Alignment.indexOfKeyFrame(ring, tag) >= joinedAt) {
                return index;
            }
        }
        return -1;
    }

    private void begin(RoomSource source) {
        if (hadSource) {
            counters.splicesAtKey.increment();
        }
        hadSource = true;
        mayRepeat = source.beginsInThePast();
        timeline.join(source.announcesVideo());
    }

    private void send(RoomSource source, Tag tag, long now) {
        switch (tag.part()) {
            case CONTROL -> tag.release();
            case SEQUENCE_HEADER, METADATA -> noteHeader(source, tag);
            case KEY_FRAME, FRAME, SOUND, DATA -> place(source, tag, now);
        }
    }

    /** Headers are sent with the next frame or sound, if they have changed. */
    private void noteHeader(RoomSource source, Tag header) {
        String objection = changedHeaders.note(header, ring.headers());
        if (objection != null) {
            LOG.warn("room {}: {} is ended for {}", name, source.name(), objection);
            detach(source, SourceEnd.MALFORMED);
        }
    }

    private void place(RoomSource source, Tag tag, long now) {
        if (timeline.waiting() && mayRepeat && saidBefore(source, tag)) {
            counters.droppedBeforeStart.increment();
            tag.release();
            return;
        }
        boolean waited = timeline.waiting();
        long breaksBefore = timeline.breaks();
        RoomTimeline.Verdict verdict = timeline.place(tag, now);
        counters.breaks.add(timeline.breaks() - breaksBefore);
        mayRepeat &= timeline.breaks() == breaksBefore;
        if (verdict != RoomTimeline.Verdict.SEND) {
            if (verdict == RoomTimeline.Verdict.BEFORE_START) {
                counters.droppedBeforeStart.increment();
            }
            tag.release();
            return;
        }
        mayRepeat = false;
        story.placed(now, timeline.intervalMs(), spliced);
        spliced = false;
        if (waited || timeline.breaks() != breaksBefore) {
            joinedAt = ring.next();
        }
        changedHeaders.drain(header -> append(header, timeline.placedMs()));
        dueTimes.sent(source, tag, ring.next(), ring);
        source.sent(tag, timeline.saidMs(), ring.next());
        append(tag, timeline.placedMs());
    }

    /**
     * A source that is waited for and lags may bring a key frame that was sent: then it goes on behind what was sent, instead of saying it
     * again. True: the tag must be passed over, and a later one taken. Such is a key frame that was sent if what followed it came from
     * elsewhere, and whatever is older than what was sent, though it was not, or may be so as long as too little is known of the source: viewers
     * would go back. One that was held up brings the newest key frame that was sent in its turn, and nothing is lost.
     */
    private boolean saidBefore(RoomSource source, Tag tag) {
        long index = tag.part() == Part.KEY_FRAME ? Alignment.indexOfKeyFrame(ring, tag) : -1;
        if (index < 0) {
            return dueTimes.mayBeOlder(source, tag);
        }
        dueTimes.compare(
                source, tag, index); // so what follows it is known to be late, though this source has only just come
        if (index >= joinedAt) {
            timeline.align(tag.sourceTime(), ring.tag(index).timeMs());
        }
        return index < joinedAt;
    }

    private void append(Tag tag, long timeMs) {
        tag.stamp(timeMs);
        transportStream.add(tag, ring);
        counters.bytesIn.add(tag.wireBytes());
        story.received(tag.wireBytes());
        unsentBytes += tag.wireBytes();
        unsent.add(tag.retain());
        ring.add(tag);
        Segments cut = segments;
        if (cut != null) {
            cut.add(tag);
        }
        if (unsentBytes >= settings.mergeBytes()) {
            flush();
        }
    }

    // ---- viewers

    /** Takes a viewer in, who then is on its own loop. A room that is closed must not be asked. */
    public void join(Viewer viewer) {
        if (full()) {
            viewer.channel().eventLoop().execute(() -> viewer.end(ViewerEnd.ROOM_FULL));
            return;
        }
        if (viewer.container() == Container.TS) {
            transportStream.want(ring);
        }
        outlets.add(viewer, this::beginning);
        arrived();
    }

    private void arrived() {
        viewers++;
        counters.viewers.increment();
        if (!watched) {
            watched = true;
            listener.watched(this);
        }
        if (!sources.isEmpty()) {
            cancelWaiting();
        } else if (viewers == 1) {
            waitForSource(); // for as long as viewers wait, no longer for as long as an empty room lingers
        }
    }

    /** Takes in one who fetches segments by itself, and who must {@link #leaveSegments}. A room that is closed must not be asked. */
    public Segments enterSegments() {
        flush();
        transportStream.want(ring);
        Segments cut = segments;
        if (cut == null) {
            cut = new Segments(allocator, settings.segments());
            segments = cut;
            GopRing.Start oldest = ring.oldest();
            for (long index = oldest == null ? ring.next() : oldest.index(); index < ring.next(); index++) {
                cut.add(ring.tag(index));
            }
        }
        fetchers++;
        arrived();
        return cut;
    }

    /** One who fetches has got so many bytes. Any thread. */
    public void fetched(long bytes) {
        counters.bytesOut.add(bytes);
        story.delivered(bytes);
    }

    /** The other end of it. */
    public void leaveSegments(ViewerEnd reason) {
        counters.count(reason);
        fetchers--;
        transportStream.unwant();
        Segments cut = segments;
        if (fetchers == 0 && cut != null) {
            segments = null;
            cut.close();
        }
        departed();
    }

    /** All that is in the ring has been sent then; elsewhere a newcomer waits for the next batch with the others, who would else get theirs tag by tag while many come. */
    private GopRing beginning() {
        flush();
        return ring.copy();
    }

    private void left(Viewer viewer) {
        if (viewer.container() == Container.TS) {
            transportStream.unwant();
        }
        outlets.left(viewer);
        departed();
    }

    private void departed() {
        viewers--;
        counters.viewers.decrement();
        if (viewers == 0 && !closed) {
            cancelWaiting();
            waiting = loop.schedule(this::unwatched, settings.lingerMs(), TimeUnit.MILLISECONDS);
        }
    }

    private void unwatched() {
        watched = false;
        listener.unwatched(this);
        if (sources.isEmpty()) {
            close(ViewerEnd.ROOM_ENDED);
        }
    }

    // ---- sending

    private void flushSoon() {
        if (unsent.isEmpty() || flushing) {
            return;
        }
        if (settings.mergeMs() == 0) {
            flush();
            return;
        }
        flushing = true;
        loop.schedule(
                () -> {
                    flushing = false;
                    flush();
                },
                settings.mergeMs(),
                TimeUnit.MILLISECONDS);
    }

    /** Hands what is not sent to all outlets. */
    private void flush() {
        if (unsent.isEmpty()) {
            return;
        }
        List<Tag> tags = unsent;
        unsent = new ArrayList<>(tags.size());
        unsentBytes = 0;
        outlets.take(tags);
    }

    // ---- ends

    private void waitForSource() {
        cancelWaiting();
        waiting = loop.schedule(
                () -> close(ViewerEnd.ROOM_ENDED),
                viewers == 0 ? settings.lingerMs() : settings.sourceGraceMs(),
                TimeUnit.MILLISECONDS);
    }

    private void cancelWaiting() {
        Future<?> current = waiting;
        waiting = null;
        if (current != null) {
            current.cancel(false);
        }
    }

    /** Ends sources and viewers, and gives everything back. */
    public void close(ViewerEnd reason) {
        if (closed) {
            return;
        }
        closed = true;
        cancelWaiting();
        flush();
        for (RoomSource source : List.copyOf(sources)) {
            sources.remove(source);
            source.end(SourceEnd.ROOM_CLOSED);
        }
        outlets.endAll(reason);
        Segments cut = segments;
        if (cut != null) {
            cut.end();
        }
        changedHeaders.drain(Tag::release);
        ring.close();
        counters.rooms.decrement();
        listener.closed(this);
    }

    private static void release(List<Tag> tags) {
        tags.forEach(Tag::release);
    }
}
