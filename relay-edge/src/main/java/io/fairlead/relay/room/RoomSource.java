package io.fairlead.relay.room;

import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream that feeds a room: sent, or received and kept as a spare. Owned by the room from {@link Room#attach} on, and on its event
 * loop. As a spare it keeps its newest groups of pictures under the times that its source gave them.
 */
public final class RoomSource {

    private final String name;
    private final boolean beginsInThePast;
    private final Consumer<SourceEnd> whenEnded;
    private final GopRing kept;
    private final InterArrivals arrivals = new InterArrivals();
    private final SourcePace pace;
    private boolean announced;
    private boolean announcesVideo;
    private long lastTagNs;
    private long aheadSinceNs;
    private boolean ended;

    /** Where the last tag of it that was sent stands: its own time, the room's, and its number in the room. */
    private int sentSourceTime;

    private long sentRoomMs;
    private long sentIndex = -1;

    /** Number from which on what is kept has come since. */
    private long keptSince;

    private RoomSource(
            String name, RoomSettings settings, boolean beginsInThePast, long askedNs, Consumer<SourceEnd> whenEnded) {
        this.name = name;
        this.beginsInThePast = beginsInThePast;
        this.whenEnded = whenEnded;
        this.kept = new GopRing(settings.spareRing());
        this.pace = new SourcePace(askedNs);
    }

    /**
     * One that a publisher sends: what it begins with is new.
     *
     * @param name for logs
     * @param whenEnded told once, on the room's loop, when the room wants no more of it
     */
    public static RoomSource published(String name, RoomSettings settings, Consumer<SourceEnd> whenEnded) {
        return new RoomSource(name, settings, false, 0, whenEnded);
    }

    /**
     * One that was asked for: it begins with what its sender has, and its first frames may have been sent in the room.
     *
     * @param name for logs
     * @param askedNs when, on the room's clock: it begins with the key frame that was the newest then, or with a newer one
     * @param whenEnded told once, on the room's loop, when the room wants no more of it
     */
    public static RoomSource asked(String name, RoomSettings settings, long askedNs, Consumer<SourceEnd> whenEnded) {
        return new RoomSource(name, settings, true, askedNs, whenEnded);
    }

    public String name() {
        return name;
    }

    boolean beginsInThePast() {
        return beginsInThePast;
    }

    /** Notes what the stream's head says; true the first time. */
    boolean announce(boolean video) {
        boolean first = !announced;
        announced = true;
        announcesVideo = video;
        return first;
    }

    /** Whether its head has been read. */
    boolean announced() {
        return announced;
    }

    boolean announcesVideo() {
        return announcesVideo;
    }

    /** It has been attached, which says nothing of how often it sends. */
    void attached(long nowNs) {
        lastTagNs = nowNs;
    }

    void heard(List<Tag> tags, long nowNs) {
        lastTagNs = nowNs;
        arrivals.note(nowNs);
        for (Tag tag : tags) {
            switch (tag.part()) {
                case KEY_FRAME, FRAME, SOUND -> pace.note(tag.sourceTime(), nowNs);
                case CONTROL, SEQUENCE_HEADER, METADATA, DATA -> {
                    // may have any time
                }
            }
        }
    }

    /** Whether a frame of it is older than one that was due then, though it comes later. */
    boolean isOlder(Tag tag, long dueMs) {
        return pace.isOlder(tag.sourceTime(), dueMs);
    }

    /** Whether what it brings may be older than a group of pictures that was due then, for all that is known of it. */
    boolean mayLieBefore(long groupDueMs) {
        return pace.mayLieBefore(groupDueMs);
    }

    /** A frame of it is one that another source brought, when it was due. */
    void wasDue(Tag tag, long dueMs) {
        pace.wasDue(tag.sourceTime(), dueMs);
    }

    /** When a frame of it would have come if nothing had held it up, ms of the room's clock; of all sources the same. */
    long dueMs(Tag tag) {
        return pace.dueMs(tag.sourceTime());
    }

    /** It brings something while the source that is sent was last heard at {@code sentNs}. */
    void ahead(long sentNs, long nowNs) {
        if (aheadSinceNs <= sentNs) {
            aheadSinceNs = nowNs;
        }
    }

    /** For how long it has brought something that the source that is sent, last heard at {@code sentNs}, has not; 0 if it has not. */
    long aheadNs(long sentNs, long nowNs) {
        return aheadSinceNs > sentNs ? nowNs - aheadSinceNs : 0;
    }

    /** One of its silences in a hundred is longer, ns. */
    long p99SilenceNs() {
        return arrivals.p99Ns();
    }

    /** When its last tag came, ns of the room's clock. */
    long lastTagNs() {
        return lastTagNs;
    }

    /** A tag of it is sent. */
    void sent(Tag tag, long roomMs, long index) {
        keptSince = kept.next();
        sentSourceTime = tag.sourceTime();
        sentRoomMs = roomMs;
        sentIndex = index;
    }

    /**
     * Where it was when another followed it; null if it never was sent, not since its times and the room's have had a leap between them, or if
     * something of it is missing since.
     *
     * @param since number of the room's tag since which times follow one source
     */
    @Nullable
    Alignment leftOff(long since) {
        return sentIndex < 0 || sentIndex < since || kept.first() > keptSince
                ? null
                : new Alignment(sentSourceTime, sentRoomMs);
    }

    /** Takes over a tag that is not sent. */
    void keep(Tag tag) {
        if (tag.part() == Part.CONTROL) {
            tag.release();
        } else {
            kept.add(tag);
        }
    }

    /** What is kept of it as a spare. */
    GopRing kept() {
        return kept;
    }

    void end(SourceEnd reason) {
        if (!ended) {
            ended = true;
            kept.close();
            whenEnded.accept(reason);
        }
    }
}
