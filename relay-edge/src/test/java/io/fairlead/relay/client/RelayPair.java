package io.fairlead.relay.client;

import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.edge.link.PulseSettings;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.PullSettings;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.Reports;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.relay.server.ServerSettings;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Relay servers and clients on loopback, with certificates of one authority. */
final class RelayPair implements AutoCloseable {

    static final String KEY = "a-key-for-tests";
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());
    final List<AutoCloseable> open = new ArrayList<>();

    /** What edges have told, in the order of its telling. */
    final List<SpecificRecord> told = new CopyOnWriteArrayList<>();

    RoomSettings rooms = RoomSettings.DEFAULTS.withWaits(300, 15_000, 5_000).withMergeMs(10);
    LegSettings legs = LegSettings.DEFAULTS.withWaits(300, 100, 400).withMergeMs(5);
    LongLinkSettings links = LongLinkSettings.DEFAULTS
            .withLinksPerParent(1)
            .withPulse(new PulseSettings(10_000, 0.2, 30_000, 60_000, 60_000));
    MoveSettings moves = new MoveSettings(20, 20, 0, 20_000, 20_000);
    ServerSettings server = ServerSettings.DEFAULTS;

    /** For viewers of relay clients; null: they speak none. */
    @Nullable
    Supplier<SslContext> viewerTls;

    Admission admission = Admission.OPEN;
    Predicate<String> mergeable = room -> true;

    private int servers;

    private Reports reports(String edgeId) {
        return new Reports((topic, key, record) -> told.add(record), edgeId, "", 200, 100, 100);
    }

    private static InetSocketAddress anywhere() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Named server-1, server-2 and so on. */
    RelayServer server(@Nullable URI media) throws Exception {
        String id = "server-" + ++servers;
        SslContext tls = MutualTls.listening(
                RelayNames.issueServer(authority, id, Duration.ofHours(1)), authority.certificate());
        RelayServer server = RelayServer.start(
                anywhere(),
                new RoomBook(Map.of("live/a", RoomTerms.ofKey(RoomBook.digest(KEY)))),
                ServerSettings.DEFAULTS,
                rooms,
                media == null ? null : PullSettings.of(media),
                admission,
                new LinkPort(anywhere(), tls, links, legs, mergeable),
                reports(id),
                System::nanoTime);
        open.add(0, server);
        return server;
    }

    SslContext tls(String id) throws Exception {
        return MutualTls.dialling(
                RelayNames.issueClient(authority, id, Duration.ofHours(1)), authority.certificate(), RelayNames.SERVER);
    }

    RelayClient client(String id, InetSocketAddress... parents) throws Exception {
        return client(id, tls(id), parents);
    }

    RelayClient client(String id, SslContext tls, InetSocketAddress... parents) throws Exception {
        RelayClient client = RelayClient.start(
                new ClientSettings(id, anywhere(), viewerTls, List.of(parents), () -> tls, links, server, rooms, moves),
                System::nanoTime,
                ThreadLocalRandom.current(),
                reports(id));
        open.add(0, client);
        return client;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }
}
