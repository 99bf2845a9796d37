package io.fairlead.relay.server;

import io.fairlead.edge.link.Sockets;
import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.leg.Standing;
import io.fairlead.relay.link.LongLinkCounters;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A relay that publishers send to and viewers watch from, over HTTP/1.1 and WebSocket, on one port. Rooms and connections live on its event
 * loops, one for each processor.
 */
public final class RelayServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RelayServer.class);
    private static final int STOP_S = 2;
    private static final int OBEY_MS = 1_000;

    private final EventLoopGroup loops;
    private final RoomDirectory rooms;
    private final ServerCounters counters = new ServerCounters();
    private final RoomCounters roomCounters = new RoomCounters();
    private final LongLinkCounters linkCounters = new LongLinkCounters();
    private final @Nullable Legs legs;
    private final @Nullable LinkListener links;
    private final HlsDesk hls;
    private final HttpPort http;

    private RelayServer(
            InetSocketAddress address,
            RoomAccess access,
            ServerSettings settings,
            RoomSettings roomSettings,
            @Nullable PullSettings pull,
            Admission admission,
            @Nullable LinkPort port,
            Reports reports,
            LongSupplier nanoClock)
            throws IOException {
        loops = Sockets.loops(0, "relay");
        rooms = new RoomDirectory(
                loops,
                roomSettings,
                roomCounters,
                nanoClock,
                settings.maxRooms(),
                pull == null ? null : room -> new PulledRoom(room, pull, roomSettings, RandomGenerator.getDefault()),
                this::closed,
                reports);
        Entrance entrance = (request, entering, refused) -> enter(admission, request, entering, refused);
        hls = new HlsDesk(rooms, entrance, settings, counters);
        try {
            http = new HttpPort(
                    address,
                    loops,
                    settings,
                    counters,
                    () -> new RequestHandler(rooms, entrance, access, settings, counters, hls, null),
                    channel -> {},
                    null);
        } catch (IOException e) {
            loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS);
            throw e;
        }
        if (port == null) {
            legs = null;
            links = null;
        } else {
            Legs opened = new Legs(loops, rooms, port.legs(), port.mergeable(), pull, reports);
            legs = opened;
            try {
                links = new LinkListener(
                        port,
                        loops,
                        linkCounters,
                        nanoClock,
                        client -> new LegStream(reports.edgeId(), client, opened, rooms, admission, linkCounters));
            } catch (IOException e) {
                http.stopListening();
                http.close();
                loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS);
                throw e;
            }
        }
        LOG.info("viewers and publishers on {}", address());
    }

    /**
     * Starts one.
     *
     * @param address port 0: any that is free
     * @param access who may publish
     * @param pull where rooms come from that nobody publishes here; null: there are none
     * @throws IOException if the address can't be bound; nothing is left behind
     */
    public static RelayServer start(
            InetSocketAddress address,
            RoomAccess access,
            ServerSettings settings,
            RoomSettings rooms,
            @Nullable PullSettings pull,
            LongSupplier nanoClock)
            throws IOException {
        return start(address, access, settings, rooms, pull, Admission.OPEN, null, Reports.NONE, nanoClock);
    }

    /**
     * Starts one that relay clients link to, besides.
     *
     * @param admission who may watch
     * @param links where relay clients dial in; null: nowhere
     * @param reports who is told of viewers and legs
     */
    public static RelayServer start(
            InetSocketAddress address,
            RoomAccess access,
            ServerSettings settings,
            RoomSettings rooms,
            @Nullable PullSettings pull,
            Admission admission,
            @Nullable LinkPort links,
            Reports reports,
            LongSupplier nanoClock)
            throws IOException {
        return new RelayServer(address, access, settings, rooms, pull, admission, links, reports, nanoClock);
    }

    /** A viewer who is not behind a relay client. */
    private void enter(
            Admission admission,
            WatchRequest request,
            Consumer<Room> entering,
            BiConsumer<HttpResponseStatus, String> refused) {
        admission.judge(request).whenComplete((verdict, failure) -> {
            if (failure != null) {
                LOG.warn("the admission to the room {} has failed", request.room(), failure);
                refused.accept(HttpResponseStatus.SERVICE_UNAVAILABLE, "nobody can say now who may watch");
            } else if (verdict.admitted()) {
                rooms.enterToWatch(request, entering, refused);
            } else {
                refused.accept(HttpResponseStatus.valueOf(verdict.status()), verdict.sentence());
            }
        });
    }

    /** Lets rooms and legs follow what is said of them, those that are open within a second. */
    public void obey(RoomPolicies policies) {
        loops.next().scheduleWithFixedDelay(() -> follow(policies), 0, OBEY_MS, TimeUnit.MILLISECONDS);
    }

    private void follow(RoomPolicies policies) {
        try {
            rooms.obey(policies);
            Legs present = legs;
            if (present != null) {
                present.obey(policies);
            }
        } catch (RuntimeException e) {
            LOG.error("rooms could not follow their policies this time", e);
        }
    }

    private void closed(Room room) {
        Legs present = legs;
        if (present != null) {
            present.closed(room);
        }
    }

    /** Where relay clients dial in; null if nowhere. */
    public @Nullable InetSocketAddress linkAddress() {
        return links == null ? null : links.address();
    }

    public LongLinkCounters linkCounters() {
        return linkCounters;
    }

    /** Of the legs to relay clients; null if none dial in. */
    public @Nullable LegCounters legCounters() {
        return legs == null ? null : legs.counters();
    }

    /** Who is behind that relay client in a room, and with which role now; nobody if it has none of that room. */
    public CompletableFuture<List<Standing>> standings(String room, String relayClientId) {
        Legs present = legs;
        return present == null ? CompletableFuture.completedFuture(List.of()) : present.standings(room, relayClientId);
    }

    /** Shows all that is counted. */
    public void bindTo(MeterRegistry registry) {
        counters.bindTo(registry);
        roomCounters.bindTo(registry);
        Legs present = legs;
        if (present != null) {
            present.counters().bindTo(registry);
            linkCounters.bindTo(registry);
        }
    }

    public InetSocketAddress address() {
        return http.address();
    }

    public ServerCounters counters() {
        return counters;
    }

    public RoomCounters roomCounters() {
        return roomCounters;
    }

    /** Takes nobody any more, ends viewers in order, and gives everything back. */
    @Override
    public void close() {
        http.stopListening();
        LinkListener port = links;
        Legs present = legs;
        if (port != null && present != null) {
            port.drain();
            present.close();
        }
        hls.close();
        rooms.close();
        if (port != null) {
            port.close(STOP_S);
        }
        http.close();
        loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
