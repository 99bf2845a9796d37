package io.fairlead.relay;

import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.leg.Standing;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.RoomPolicies;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * A relay server put together with what all edges share: rooms as {@code config.rooms} has them, applied while they run, health and metrics.
 * Without Kafka it goes on with the rooms of its settings and of the snapshot on its disk.
 */
public final class RelayServerEdge implements AutoCloseable {

    private final RelayKit kit;
    private final RelayServer server;
    private final String announced;
    private final RelayCertificate certificate;
    private final DeliveredRate delivered = new DeliveredRate(System::nanoTime);

    private RelayServerEdge(RelayServerEdgeSettings settings, RelayKit kit) throws IOException {
        this.kit = kit;
        this.announced = settings.announced();
        this.certificate = settings.certificate();
        kit.config(Topics.CONFIG_ROOMS, RoomTerms::of, settings.book());
        RoomPolicies policies = kit.roomPolicies();
        kit.watch("certificate", settings.certificate());
        server = RelayServer.start(
                settings.address(),
                settings.book(),
                settings.server(),
                settings.rooms(),
                settings.pull(),
                settings.admission(),
                settings.links(),
                kit.reports(),
                System::nanoTime);
        try {
            server.bindTo(kit.metrics());
            server.obey(policies);
            kit.start(this::load);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Starts one.
     *
     * @throws IOException if an address can't be bound or the data directory not be used; nothing is left behind
     */
    public static RelayServerEdge start(RelayServerEdgeSettings settings) throws IOException {
        RelayKit kit = RelayKit.open(settings.kit(), settings.adminAddress());
        try {
            return new RelayServerEdge(settings, kit);
        } catch (IOException | RuntimeException e) {
            kit.close(e);
            throw e;
        }
    }

    private EdgeLoad load() {
        return new EdgeLoad(
                server.counters().connections(),
                Math.toIntExact(server.roomCounters().viewers()),
                server.linkCounters().up(),
                0,
                server.counters().accepted(),
                server.counters().turnedAway(),
                false,
                kit.draining(),
                "",
                delivered.bitsPerSecond(server.roomCounters().bytesOut()),
                announced(),
                "");
    }

    /** What relay clients are told by way of reports: as the settings say, else where it listens, if that is an address that others can dial. */
    private String announced() {
        return announced.isEmpty() ? RelayKit.dialable(linkAddress()) : announced;
    }

    /** Who is behind that relay client in a room, and with which role now; nobody if it has none of that room. */
    public CompletableFuture<List<Standing>> standings(String room, String relayClientId) {
        return server.standings(room, relayClientId);
    }

    /** Of the legs to relay clients. */
    public LegCounters legCounters() {
        return Objects.requireNonNull(server.legCounters(), "the relay server was started without long links");
    }

    /** Where publishers connect, and viewers who are behind no relay client. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** Where relay clients dial in. */
    public InetSocketAddress linkAddress() {
        InetSocketAddress links = server.linkAddress();
        if (links == null) {
            throw new IllegalStateException("the relay server was started without long links");
        }
        return links;
    }

    public InetSocketAddress adminAddress() {
        return kit.adminAddress();
    }

    /** Says that it goes, sends relay clients elsewhere, ends publishers and viewers in order, and gives everything back. */
    @Override
    public void close() throws IOException {
        kit.drain();
        server.close();
        certificate.close();
        kit.close();
    }
}
