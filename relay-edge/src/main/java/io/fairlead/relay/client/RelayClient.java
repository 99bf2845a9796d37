package io.fairlead.relay.client;

import io.fairlead.edge.link.Sockets;
import io.fairlead.edge.link.WindowBudget;
import io.fairlead.relay.link.LongLinkCounters;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.relay.server.Reports;
import io.fairlead.relay.server.RoomPolicies;
import io.fairlead.relay.server.ServerCounters;
import io.fairlead.relay.server.ViewerPort;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A relay near viewers: takes them over HTTP and WebSocket, and gets each room once from a relay server, over long links that stand ready to
 * all of them.
 */
public final class RelayClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RelayClient.class);
    private static final int STOP_S = 2;

    private final EventLoopGroup loops;
    private final ClientSettings settings;
    private final Reports reports;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final LongLinkCounters linkCounters = new LongLinkCounters();
    private final RoomCounters roomCounters = new RoomCounters();
    private final Parents parents;
    private final ViewerPort viewers;
    private final Set<LinkedRoom> rooms = ConcurrentHashMap.newKeySet();
    private final LinkWatch watch;
    private volatile ParentPlan plan = ParentPlan.NONE;
    private volatile @Nullable RoomPolicies policies;
    private volatile BooleanSupplier planCounts = () -> false;

    private RelayClient(ClientSettings settings, LongSupplier nanoClock, RandomGenerator random, Reports reports)
            throws IOException {
        this.settings = settings;
        this.reports = reports;
        this.nanoClock = nanoClock;
        this.random = random;
        this.loops = Sockets.loops(0, "relay-client");
        parents = new Parents(
                settings.parents(),
                loops,
                new LinkTerms(
                        settings.id(),
                        settings.tls(),
                        settings.links(),
                        linkCounters,
                        new WindowBudget(settings.links().windowBudgetBytes()),
                        nanoClock,
                        random));
        try {
            viewers = new ViewerPort(
                    settings.viewers(),
                    loops,
                    settings.server(),
                    settings.rooms(),
                    roomCounters,
                    nanoClock,
                    room -> new LinkedRoom(room, this),
                    reports,
                    settings.viewerTls());
        } catch (IOException e) {
            parents.close();
            loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS);
            throw e;
        }
        watch = new LinkWatch(this);
        int everyMs = settings.moves().everyMs();
        loops.next().scheduleWithFixedDelay(this::look, everyMs, everyMs, TimeUnit.MILLISECONDS);
        if (!reports.silent()) {
            loops.next().scheduleAtFixedRate(watch::tell, reports.legMs(), reports.legMs(), TimeUnit.MILLISECONDS);
        }
    }

    /** Follows the plan, and lets rooms that should be elsewhere begin to move: a few at each look, so that not all come at once. */
    private void look() {
        try {
            RoomPolicies said = policies;
            if (said != null) {
                viewers.obey(said);
            }
            parents.follow(plan, planCounts.getAsBoolean());
            parents.sweep();
            if (parents.planCounts()) {
                AtomicInteger left = new AtomicInteger(settings.moves().mostRooms());
                rooms.forEach(room -> room.reconsider(left));
            }
        } catch (RuntimeException e) {
            LOG.error("a look at where rooms should be has failed", e);
        }
    }

    /**
     * Takes a plan in; rooms follow it softly. Any thread.
     *
     * @param next replaces the one before
     */
    public void follow(ParentPlan next) {
        plan = next;
    }

    /** Lets rooms follow what is said of them, those that are open within a second. */
    public void obey(RoomPolicies said) {
        policies = said;
    }

    /** Says how it is known whether plans count; asked about every second. Before that none does. */
    public void followWhile(BooleanSupplier counts) {
        planCounts = counts;
    }

    /** Whether rooms are taken from relay servers as planned. */
    public boolean planCounts() {
        return parents.planCounts();
    }

    /** Rooms that are linked now. */
    Set<LinkedRoom> rooms() {
        return rooms;
    }

    MoveSettings moves() {
        return settings.moves();
    }

    /**
     * Starts one; its links come up by themselves.
     *
     * @param random safe for use by several threads
     * @param reports who is told of viewers and legs
     * @throws IOException if the address for viewers can't be bound; nothing is left behind
     */
    public static RelayClient start(
            ClientSettings settings, LongSupplier nanoClock, RandomGenerator random, Reports reports)
            throws IOException {
        return new RelayClient(settings, nanoClock, random, reports);
    }

    /** Where viewers connect. */
    public InetSocketAddress address() {
        return viewers.address();
    }

    /** Relay servers to which there is a link now. */
    public int reachableParents() {
        return parents.reachable();
    }

    public LongLinkCounters linkCounters() {
        return linkCounters;
    }

    public RoomCounters roomCounters() {
        return roomCounters;
    }

    public ServerCounters counters() {
        return viewers.counters();
    }

    /** Shows all that is counted. */
    public void bindTo(MeterRegistry registry) {
        viewers.bindTo(registry);
        roomCounters.bindTo(registry);
        linkCounters.bindTo(registry);
        Gauge.builder("fairlead.relay.parents.reachable", this, RelayClient::reachableParents)
                .description("Relay servers to which there is a link")
                .register(registry);
        Gauge.builder("fairlead.relay.plan.counts", this, client -> client.planCounts() ? 1 : 0)
                .description("Whether relay servers are taken as planned, not as the settings say")
                .register(registry);
    }

    String id() {
        return settings.id();
    }

    Reports reports() {
        return reports;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    Parents parents() {
        return parents;
    }

    RoomSettings roomSettings() {
        return settings.rooms();
    }

    /** Before a stream is asked for again, after so many failures: half of it by chance. */
    long pauseMs(int failures) {
        long most = Math.min(
                (long) settings.links().firstPauseMs() << Math.min(failures, 20),
                settings.links().mostPauseMs());
        return most / 2 + random.nextLong(most / 2 + 1);
    }

    /** A room for one viewer, on the loop of the one it asked for. */
    Room openAlone(Room asked) {
        return new Room(
                asked.name(),
                asked.loop(),
                ByteBufAllocator.DEFAULT,
                asked.settings(),
                roomCounters,
                nanoClock,
                new Alone());
    }

    /** Takes no more viewers, ends those that are there in order, and gives everything back. */
    @Override
    public void close() {
        viewers.close();
        parents.close();
        loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Closes a room when its one viewer has gone. */
    private static final class Alone implements Room.Listener {

        @Override
        public void watched(Room room) {
            // its stream flows already
        }

        @Override
        public void unwatched(Room room) {
            room.close(ViewerEnd.ROOM_ENDED);
        }

        @Override
        public void closed(Room room) {
            // nobody else knows it
        }
    }
}
