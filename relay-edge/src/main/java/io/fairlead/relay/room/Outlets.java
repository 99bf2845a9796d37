package io.fairlead.relay.room;

import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The outlets of a room, one for each event loop on which somebody watches; opened for the first who comes there, closed behind the last. On the room's loop. */
final class Outlets {

    private final EventLoop loop;
    private final Supplier<RoomSettings> settings;
    private final RoomStory story;
    private final ByteBufAllocator allocator;
    private final Consumer<Viewer> viewerLeft;
    private final IdentityHashMap<EventLoop, Place> places = new IdentityHashMap<>();

    /**
     * @param loop the room's
     * @param settings what counts for the room now
     * @param viewerLeft told of each viewer that goes, on the room's loop
     */
    Outlets(
            EventLoop loop,
            Supplier<RoomSettings> settings,
            RoomStory story,
            ByteBufAllocator allocator,
            Consumer<Viewer> viewerLeft) {
        this.loop = loop;
        this.settings = settings;
        this.story = story;
        this.allocator = allocator;
        this.viewerLeft = viewerLeft;
    }

    /**
     * Takes a viewer in, who then is on its own loop.
     *
     * @param ring gives what a new outlet begins with
     */
    void add(Viewer viewer, Supplier<GopRing> ring) {
        EventLoop at = viewer.channel().eventLoop();
        Place place = places.computeIfAbsent(
                at,
                none -> new Place(new Outlet(
                        at,
                        ring.get(),
                        settings,
                        story,
                        allocator,
                        left -> loop.execute(() -> viewerLeft.accept(left)))));
        place.viewers++;
        at.execute(() -> {
            if (viewer.channel().isActive() && viewer.ended() == null) {
                place.outlet.add(viewer);
            } else {
                viewer.end(ViewerEnd.LEFT);
                loop.execute(() -> viewerLeft.accept(viewer));
            }
        });
    }

    /** A viewer that was told of has gone. */
    void left(Viewer viewer) {
        EventLoop at = viewer.channel().eventLoop();
        Place place = places.get(at);
        if (place != null && --place.viewers == 0) {
            places.remove(at);
            at.execute(place.outlet::close);
        }
    }

    /** Hands tags to all, each with references of its own; those of the caller are given back. */
    void take(List<Tag> tags) {
        for (Map.Entry<EventLoop, Place> each : places.entrySet()) {
            tags.forEach(Tag::retain);
            Outlet outlet = each.getValue().outlet;
            if (each.getKey() == loop) {
                outlet.take(tags);
            } else {
                each.getKey().execute(() -> outlet.take(tags));
            }
        }
        tags.forEach(Tag::release);
    }

    void endAll(ViewerEnd reason) {
        for (Map.Entry<EventLoop, Place> each : places.entrySet()) {
            each.getKey().execute(() -> each.getValue().outlet.endAll(reason));
        }
    }

    /** An outlet, and how many viewers are there or on their way. */
    private static final class Place {

        private final Outlet outlet;
        private int viewers;

        private Place(Outlet outlet) {
            this.outlet = outlet;
        }
    }
}
