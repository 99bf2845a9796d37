package io.fairlead.relay.room;

import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one event loop has of a room: a ring of its own over the shared tags, and the viewers whose channels live on that loop.
 * Everything here happens on that loop.
 */
final class Outlet {

    private final GopRing ring;
    private final Supplier<RoomSettings> settings;
    private final RoomStory story;
    private final ByteBufAllocator allocator;
    private final Consumer<Viewer> viewerLeft;
    private final List<Viewer> viewers = new ArrayList<>();

    /**
     * @param ring taken over
     * @param settings what counts for the room now
     * @param viewerLeft told of each viewer that goes
     */
    Outlet(
            GopRing ring,
            Supplier<RoomSettings> settings,
            RoomStory story,
            ByteBufAllocator allocator,
            Consumer<Viewer> viewerLeft) {
        this.ring = ring;
        this.settings = settings;
        this.story = story;
        this.allocator = allocator;
        this.viewerLeft = viewerLeft;
    }

    GopRing ring() {
        return ring;
    }

    RoomSettings settings() {
        return settings.get();
    }

    RoomStory story() {
        return story;
    }

    /** Takes over the references of a batch, and sends it to those who are in step. */
    void take(List<Tag> tags) {
        long from = ring.next();
        for (Tag tag : tags) {
            ring.add(tag);
        }
        if (viewers.isEmpty()) {
            return;
        }
        long kept = Math.max(from, ring.first());
        try (Batches batches = new Batches(allocator, ring, kept)) {
            for (int index = viewers.size() - 1; index >= 0; index--) {
                Viewer viewer = viewers.get(index);
                viewer.more(kept, batches.of(viewer.container()));
            }
        }
    }

    void add(Viewer viewer) {
        viewer.place = viewers.size();
        viewers.add(viewer);
        viewer.enter(this);
    }

    /** The last one takes the place of the one that goes, so that a walk from the end misses nobody. */
    void remove(Viewer viewer) {
        Viewer last = viewers.remove(viewers.size() - 1);
        if (last != viewer) {
            last.place = viewer.place;
            viewers.set(viewer.place, last);
        }
        viewerLeft.accept(viewer);
    }

    /** Ends all who are here. */
    void endAll(ViewerEnd reason) {
        for (Viewer viewer : List.copyOf(viewers)) {
            viewer.end(reason);
        }
    }

    void close() {
        ring.close();
    }
}
