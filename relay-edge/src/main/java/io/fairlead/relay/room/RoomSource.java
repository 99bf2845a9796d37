package io.fairlead.relay.room;

import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import java.util.function.Consumer;

/**
 * One stream that feeds a room: sent, or received and kept as a spare. Owned by the room from {@link Room#attach} on, and on its event
 * loop. As a spare it keeps its newest groups of pictures under the times that its source gave them.
 */
public final class RoomSource {

    private final String name;
    private final Consumer<SourceEnd> whenEnded;
    private final GopRing kept;
    private boolean announced;
    private boolean announcesVideo;
    private long lastTagNs;
    private boolean ended;

    /**
     * @param name for logs
     * @param whenEnded told once, on the room's loop, when the room wants no more of it
     */
    public RoomSource(String name, RoomSettings settings, Consumer<SourceEnd> whenEnded) {
        this.name = name;
        this.whenEnded = whenEnded;
        this.kept = new GopRing(settings.spareRing());
    }

    public String name() {
        return name;
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

    void heard(long nowNs) {
        lastTagNs = nowNs;
    }

    /** When its last tag came, ns of the room's clock. */
    long lastTagNs() {
        return lastTagNs;
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
