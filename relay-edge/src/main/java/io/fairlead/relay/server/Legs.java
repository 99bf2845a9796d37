package io.fairlead.relay.server;

import io.fairlead.relay.leg.Leg;
import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.leg.Pull;
import io.fairlead.relay.leg.Seat;
import io.fairlead.relay.leg.Standing;
import io.fairlead.relay.leg.Upstream;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The legs that are open, by room and relay client; a rendition is a room of its own, for its name stands in the path. Any thread; each
 * leg is touched on the loop of its room alone.
 */
final class Legs {

    /** Told on the loop of the leg that a viewer is in it. */
    @FunctionalInterface
    interface Entered {

        /** @param leave to be run on that loop when the viewer goes */
        void entered(EventLoop loop, Runnable leave);
    }

    private record Key(String room, String client, long alone) {

        private String name() {
            return room + "@" + client + (alone == 0 ? "" : "#" + alone);
        }
    }

    /** A leg and its room, which is its own or shared. */
    private record Place(Leg leg, Room room, LegWatch watch, boolean shared) {}

    private final EventLoopGroup loops;
    private final RoomDirectory rooms;
    private final LegSettings settings;
    private final RoomSettings roomSettings;
    private final Predicate<String> mergeable;
    private final @Nullable PullSettings pull;
    private final Reports reports;
    private final LegCounters counters = new LegCounters();
    private final Map<Key, Place> places = new ConcurrentHashMap<>();
    private final Map<Room, SharedReceipt> receipts = new ConcurrentHashMap<>();
    private final AtomicLong alone = new AtomicLong();
    private volatile boolean closing;

    Legs(
            EventLoopGroup loops,
            RoomDirectory rooms,
            LegSettings settings,
            Predicate<String> mergeable,
            @Nullable PullSettings pull,
            Reports reports) {
        this.loops = loops;
        this.rooms = rooms;
        this.settings = settings;
        this.roomSettings = rooms.settings().withMergeMs(settings.mergeMs());
        this.mergeable = mergeable;
        this.pull = pull;
        this.reports = reports;
    }

    LegCounters counters() {
        return counters;
    }

    /** A viewer behind a relay client wants to watch. */
    void enter(String client, WatchRequest request, Seat seat, Entered entered) {
        String name = request.room();
        Key key = new Key(name, client, mergeable.test(name) ? 0 : alone.incrementAndGet());
        boolean full = places.size() >= settings.maxLegs() && !places.containsKey(key);
        if (closing || full) {
            seat.refused(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    closing ? "this relay server is being stopped" : "this relay server takes no further rooms");
            return;
        }
        PullSettings from = pull;
        if (from == null || settings.upstream() == Upstream.SINGLE) {
            rooms.enterToWatch(request, room -> enterShared(key, room, request, seat, entered), seat::refused);
            return;
        }
        rooms.enterPublished(
                name,
                room -> enterShared(key, room, request, seat, entered),
                () -> enterOwn(key, from, request, seat, entered));
    }

    /** On the loop of the room. */
    private void enterShared(Key key, Room room, WatchRequest request, Seat seat, Entered entered) {
        Place place = places.compute(key, (k, present) -> {
            if (present != null && present.room == room && !present.leg.isOver()) {
                return present;
            }
            Leg leg = new Leg(
                    k.name(),
                    k.room,
                    settings,
                    roomSettings,
                    counters,
                    rooms.nanoClock(),
                    null,
                    k.alone == 0,
                    over -> forget(k, over));
            leg.feed(room);
            return place(k, leg, room, true, !rooms.isFed(room));
        });
        entered.entered(room.loop(), place.leg.enter(seat, request.query()));
    }

    private void enterOwn(Key key, PullSettings from, WatchRequest request, Seat seat, Entered entered) {
        Place place = places.computeIfAbsent(key, k -> open(k, from));
        EventLoop loop = place.room.loop();
        loop.execute(() -> {
            if (place.leg.isOver()) {
                places.remove(key, place);
                enterOwn(key, from, request, seat, entered);
            } else {
                entered.entered(loop, place.leg.enter(seat, request.query()));
            }
        });
    }

    private Place open(Key key, PullSettings from) {
        EventLoop loop = loops.next();
        Pull.Origin origin = (room, query, had, owner) ->
                MediaPull.start(loop, room, query, had, from, roomSettings.maxTagBytes(), owner);
        Leg leg = new Leg(
                key.name(),
                key.room,
                settings,
                roomSettings,
                counters,
                rooms.nanoClock(),
                origin,
                key.alone == 0,
                over -> forget(key, over));
        Room room = new Room(
                key.name(), loop, ByteBufAllocator.DEFAULT, roomSettings, rooms.counters(), rooms.nanoClock(), leg);
        leg.feed(room);
        return place(key, leg, room, false, false);
    }

    private Place place(Key key, Leg leg, Room room, boolean shared, boolean published) {
        SharedReceipt receipt = shared ? receipts.computeIfAbsent(room, of -> new SharedReceipt()) : null;
        LegWatch watch = new LegWatch(leg, room, key.room, key.client, receipt, published, reports, rooms.nanoClock());
        room.loop().execute(watch::start);
        return new Place(leg, room, watch, shared);
    }

    private void forget(Key key, Leg over) {
        Place place = places.get(key);
        if (place != null && place.leg == over) {
            place.watch.over();
            places.remove(key, place);
        }
    }

    /** Who is in a room behind that relay client; nobody if there is no such leg. A room that is not mergeable has one for each viewer. */
    CompletableFuture<List<Standing>> standings(String room, String client) {
        List<CompletableFuture<List<Standing>>> asked = places.entrySet().stream()
                .filter(each ->
                        each.getKey().room.equals(room) && each.getKey().client.equals(client))
                .map(each -> CompletableFuture.supplyAsync(
                        each.getValue().leg::standings, each.getValue().room.loop()))
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(all ->
                        asked.stream().flatMap(each -> each.join().stream()).toList());
    }

    /** Lets open legs, and rooms that are their own, follow what is said of rooms. */
    void obey(RoomPolicies policies) {
        places.forEach((key, place) -> {
            LegSettings next = policies.over(key.room, settings);
            if (!place.shared) {
                place.room.settings(policies.over(key.room, roomSettings));
            }
            place.room.loop().execute(() -> place.leg.obey(next));
        });
    }

    /** A shared room has been closed. On its loop. */
    void closed(Room room) {
        for (Place place : places.values()) {
            if (place.room == room) {
                place.leg.end(ViewerEnd.ROOM_ENDED);
            }
        }
        receipts.remove(room);
    }

    /** Ends all legs; none is opened any more. */
    void close() {
        closing = true;
        for (Place place : places.values()) {
            place.room.loop().execute(() -> place.leg.end(ViewerEnd.EDGE_STOPPED));
        }
    }
}
