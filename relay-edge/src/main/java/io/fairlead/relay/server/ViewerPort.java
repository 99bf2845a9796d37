package io.fairlead.relay.server;

import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where viewers connect who watch rooms that are fed from elsewhere; nobody publishes here. */
public final class ViewerPort implements AutoCloseable {

    private final RoomDirectory rooms;
    private final HlsDesk hls;
    private final ClientPaths paths;
    private final Beacons beacons;
    private final HttpPort port;
    private final ServerCounters counters = new ServerCounters();

    /** @throws IOException if the address can't be bound */
    public ViewerPort(
            InetSocketAddress address,
            EventLoopGroup loops,
            ServerSettings settings,
            RoomSettings roomSettings,
            RoomCounters roomCounters,
            LongSupplier nanoClock,
            Feed.Maker feeds,
            Reports reports,
            @Nullable Supplier<SslContext> tls)
            throws IOException {
        rooms = new RoomDirectory(
                loops, roomSettings, roomCounters, nanoClock, settings.maxRooms(), feeds, closed -> {}, reports);
        hls = new HlsDesk(rooms, rooms::enterToWatch, settings, counters);
        paths = new ClientPaths(reports, settings.maxPaths());
        beacons = new Beacons(reports, settings.maxBeaconsPerSecond(), nanoClock);
        port = new HttpPort(
                address,
                loops,
                settings,
                counters,
                () -> new RequestHandler(rooms, rooms::enterToWatch, null, settings, counters, hls, beacons),
                paths::follow,
                tls);
    }

    /** Lets rooms follow what is said of them now. */
    public void obey(RoomPolicies policies) {
        rooms.obey(policies);
    }

    public InetSocketAddress address() {
        return port.address();
    }

    public ServerCounters counters() {
        return counters;
    }

    /** Shows all that is counted here. */
    public void bindTo(MeterRegistry registry) {
        counters.bindTo(registry);
        paths.bindTo(registry);
        beacons.bindTo(registry);
    }

    /** Takes nobody any more, and ends viewers in order. */
    @Override
    public void close() {
        port.stopListening();
        hls.close();
        rooms.close();
        port.close();
    }
}
