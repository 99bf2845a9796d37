package io.fairlead.relay.server;

import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rooms by name, each on an event loop of its own choice. May be asked from any thread; who enters is called on the room's loop, and
 * never in a room that is closed: one that closed on the way is opened anew.
 */
final class RoomDirectory implements Room.Listener {

    private final EventLoopGroup loops;
    private final RoomSettings settings;
    private final RoomCounters counters;
    private final LongSupplier nanoClock;
    private final ViewerDesk desk;
    private final int maxRooms;
    private final Map<String, Room> rooms = new ConcurrentHashMap<>();
    private final Feed.@Nullable Maker feeds;
    private final Consumer<Room> whenClosed;

    /** Of rooms that come from elsewhere; each entry is touched on its room's loop alone. */
    private final Map<Room, Feed> fed = new ConcurrentHashMap<>();

    private volatile boolean closing;
    private volatile @Nullable RoomPolicies policies;

    RoomDirectory(
            EventLoopGroup loops,
            RoomSettings settings,
            RoomCounters counters,
            LongSupplier nanoClock,
            int maxRooms,
            Feed.@Nullable Maker feeds,
            Consumer<Room> whenClosed,
            Reports reports) {
        this.desk = new ViewerDesk(reports, nanoClock);
        this.feeds = feeds;
        this.whenClosed = whenClosed;
        this.loops = loops;
        this.settings = settings;
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.maxRooms = maxRooms;
    }

    RoomSettings settings() {
        return settings;
    }

    RoomCounters counters() {
        return counters;
    }

    ViewerDesk desk() {
        return desk;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    /** Enters a room that is open; {@code absent} is called, on this thread or the room's, if there is none. */
    void enter(String name, Consumer<Room> entering, Runnable absent) {
        Room room = rooms.get(name);
        if (room == null) {
            absent.run();
            return;
        }
        room.loop().execute(() -> {
            if (room.closed()) {
                enter(name, entering, absent);
            } else {
                entering.accept(room);
            }
        });
    }

    /** Enters a room, which is opened if there is none; {@code full} is called if there are too many, or the edge is being stopped. */
    void enterOrOpen(String name, Consumer<Room> entering, Runnable full) {
        if (closing || (rooms.size() >= maxRooms && !rooms.containsKey(name))) {
            full.run();
            return;
        }
        rooms.computeIfAbsent(name, this::open);
        enter(name, entering, () -> enterOrOpen(name, entering, full));
    }

    /**
     * Enters a room to watch it: one that is open, else one that is fed from elsewhere, once that has said that it may.
     *
     * @param refused called with status and sentence if there is none, on this thread or the room's
     */
    void enterToWatch(WatchRequest request, Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused) {
        String name = request.room();
        Feed.Maker maker = feeds;
        if (maker == null) {
            enter(
                    name,
                    entering,
                    () -> refused.accept(
                            HttpResponseStatus.NOT_FOUND, "nobody publishes to the room " + name + " now"));
            return;
        }
        enterOrOpen(
                name,
                room -> {
                    if (room.sources() > 0 && !fed.containsKey(room)) {
                        entering.accept(room); // somebody publishes here
                        return;
                    }
                    fed.computeIfAbsent(room, maker::feed).await(request, entering, refused);
                },
                () -> refused.accept(
                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                        "this relay takes no further room; try another or later"));
    }

    /** Enters a room that is published here; {@code absent} is called, on this thread or the room's, if there is none. */
    void enterPublished(String name, Consumer<Room> entering, Runnable absent) {
        enter(
                name,
                room -> {
                    if (fed.containsKey(room) || (feeds != null && room.sources() == 0)) {
                        absent.run();
                    } else {
                        entering.accept(room);
                    }
                },
                absent);
    }

    /** Lets open rooms, and those that are opened from now on, follow what is said of them. */
    void obey(RoomPolicies said) {
        policies = said;
        rooms.values().forEach(room -> room.settings(said.over(room.name(), settings)));
    }

    /** Whether a room comes from elsewhere, not from a publisher. */
    boolean isFed(Room room) {
        return fed.containsKey(room);
    }

    private Room open(String name) {
        RoomPolicies said = policies;
        RoomSettings now = said == null ? settings : said.over(name, settings);
        return new Room(name, loops.next(), ByteBufAllocator.DEFAULT, now, counters, nanoClock, this);
    }

    @Override
    public void watched(Room room) {
        Feed from = fed.get(room);
        if (from != null) {
            from.watched();
        }
    }

    @Override
    public void unwatched(Room room) {
        Feed from = fed.get(room);
        if (from != null) {
            from.stop();
        }
    }

    @Override
    public void closed(Room room) {
        rooms.remove(room.name(), room);
        Feed from = fed.remove(room);
        if (from != null) {
            from.stop();
        }
        whenClosed.accept(room);
    }

    /** Closes all rooms; none is opened any more. */
    void close() {
        closing = true;
        for (Room room : rooms.values()) {
            room.loop().execute(() -> room.close(ViewerEnd.EDGE_STOPPED));
        }
    }
}
