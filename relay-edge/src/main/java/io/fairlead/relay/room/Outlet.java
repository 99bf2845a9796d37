package io.fairlead.relay.room;

import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has of a room: a ring of its own over the shared tags, and the viewers whose channels live on that loop.
 * Everything here happens on that loop.
 *
 * <p>A batch goes to {@value #SLICE} viewers at a time, and between them the loop looks at its connections: to thousands it takes tens of milliseconds, which all
 * who come meanwhile would wait for.
 */
final class Outlet {

    /** Viewers who are sent a batch in one go. */
    static final int SLICE = 64;

    private final EventLoop loop;
    private final GopRing ring;
    private final Supplier<RoomSettings> settings;
    private final RoomStory story;
    private final ByteBufAllocator allocator;
    private final Consumer<Viewer> viewerLeft;
    private final List<Viewer> viewers = new ArrayList<>();

    /** What is being sent; null: nothing is. */
    private @Nullable Round round;

    private boolean scheduled;

    /**
     * @param ring taken over
     * @param settings what counts for the room now
     * @param viewerLeft told of each viewer that goes
     */
    Outlet(
            EventLoop loop,
            GopRing ring,
            Supplier<RoomSettings> settings,
            RoomStory story,
            ByteBufAllocator allocator,
            Consumer<Viewer> viewerLeft) {
        this.loop = loop;
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

    /** Takes over the references of a batch, and sends it to those who are in step, once all have what was taken before. */
    void take(List<Tag> tags) {
        finish();
        long from = ring.next();
        for (Tag tag : tags) {
            ring.add(tag);
        }
        if (!viewers.isEmpty()) {
            round = new Round(Math.max(from, ring.first()));
            sendOn();
        }
    }

    /** The next slice; the rest when the loop has looked at its connections, which it does before tasks that are scheduled, not before those that are handed to it. */
    private void sendOn() {
        Round current = round;
        if (current != null) {
            current.send(SLICE);
        }
        if (round != null && !scheduled) {
            scheduled = true;
            loop.schedule(
                    () -> {
                        scheduled = false;
                        sendOn();
                    },
                    0,
                    TimeUnit.NANOSECONDS);
        }
    }

    private void finish() {
        Round current = round;
        if (current != null) {
            current.send(viewers.size());
        }
    }

    void add(Viewer viewer) {
        viewer.place = viewers.size();
        viewers.add(viewer);
        viewer.enter(this);
    }

    /** The last one takes the place of the one that goes: it was served already or comes to stand among those who are not, so that nobody is missed. */
    void remove(Viewer viewer) {
        Viewer last = viewers.remove(viewers.size() - 1);
        if (last != viewer) {
            last.place = viewer.place;
            viewers.set(viewer.place, last);
        }
        viewerLeft.accept(viewer);
    }

    /** Ends all who are here, when they have what was taken. */
    void endAll(ViewerEnd reason) {
        finish();
        for (Viewer viewer : List.copyOf(viewers)) {
            viewer.end(reason);
        }
    }

    void close() {
        finish();
        ring.close();
    }

    /** The same tags to all who were there when they came. */
    private final class Round {

        private final long from;
        private final Batches batches;

        /** How many of the viewers, the first ones, are yet to be served. */
        private int left;

        /** Calls of {@link #send} that are under way: a write may end a viewer, and much may follow from that at once. */
        private int calls;

        private Round(long from) {
            this.from = from;
            this.batches = new Batches(allocator, ring, from);
            this.left = viewers.size();
        }

        private void send(int most) {
            calls++;
            for (int each = 0; each < most && left > 0 && !viewers.isEmpty(); each++) {
                left = Math.min(left, viewers.size()) - 1;
                Viewer viewer = viewers.get(left);
                viewer.more(from, batches.of(viewer.container()));
            }
            calls--;
            if (left > 0 && !viewers.isEmpty()) {
                return;
            }
            left = 0;
            if (round == this) {
                round = null;
            }
            if (calls == 0) {
                batches.close();
            }
        }
    }
}
