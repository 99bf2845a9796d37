package io.fairlead.lab.relay;

import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.client.RelayClient;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.Reports;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.relay.server.ServerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/** A relay server, a relay client linked to it, and ffmpeg that publishes a recording again and again at the speed of time. */
final class LivePair implements AutoCloseable {

    static final String ROOM = "live/a";
    private static final String KEY = "a-key-for-tests";

    /** Players may take their time on a machine that is busy. */
    private static final int HLS_IDLE_MS = 120_000;

    final RelayServer server;
    final RelayClient client;
    private final Process publishing;

    LivePair(Path directory) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());
        Duration hour = Duration.ofHours(1);
        Path recording = Recording.encode(directory);
        server = RelayServer.start(
                anywhere(),
                new RoomBook(Map.of(ROOM, RoomTerms.ofKey(RoomBook.digest(KEY)))),
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                null,
                Admission.OPEN,
                new LinkPort(
                        anywhere(),
                        MutualTls.listening(
                                RelayNames.issueServer(authority, "server-1", hour), authority.certificate()),
                        LongLinkSettings.DEFAULTS,
                        LegSettings.DEFAULTS,
                        room -> true),
                Reports.NONE,
                System::nanoTime);
        client = RelayClient.start(
                new ClientSettings(
                        "client-1",
                        anywhere(),
                        List.of(Objects.requireNonNull(server.linkAddress())),
                        MutualTls.dialling(
                                RelayNames.issueClient(authority, "client-1", hour),
                                authority.certificate(),
                                RelayNames.SERVER),
                        LongLinkSettings.DEFAULTS,
                        ServerSettings.DEFAULTS.withHls(100, HLS_IDLE_MS, 10_000),
                        RoomSettings.DEFAULTS),
                System::nanoTime,
                ThreadLocalRandom.current(),
                Reports.NONE);
        publishing = Recording.publish(
                recording, "http://127.0.0.1:" + server.address().getPort() + "/" + ROOM + "?key=" + KEY);
    }

    private static InetSocketAddress anywhere() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Address of the room at the relay client. */
    String behindClient(String suffix) {
        return "http://127.0.0.1:" + client.address().getPort() + "/" + ROOM + suffix;
    }

    /** Address of the room at the relay server. */
    String atServer(String suffix) {
        return "http://127.0.0.1:" + server.address().getPort() + "/" + ROOM + suffix;
    }

    @Override
    public void close() throws Exception {
        publishing.destroyForcibly().waitFor();
        client.close();
        server.close();
    }
}
