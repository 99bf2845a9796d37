package io.fairlead.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.ServerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both relay edges as processes have them, without Kafka and with one that is away. */
class RelayEdgesTest {

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());

    private RelayServerEdge server(@Nullable EdgeKitSettings kit, Instant ends) throws Exception {
        RoomBook book = new RoomBook(Map.of());
        return RelayServerEdge.start(new RelayServerEdgeSettings(
                ANY,
                ANY,
                book,
                Admission.OPEN,
                null,
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                new LinkPort(
                        ANY,
                        MutualTls.listening(
                                RelayNames.issueServer(authority, "rs-1", Duration.ofHours(1)),
                                authority.certificate()),
                        LongLinkSettings.DEFAULTS,
                        LegSettings.DEFAULTS,
                        book::mergeable),
                "",
                new CertificateWatch("rs-1.crt", ends),
                kit));
    }

    private RelayClientEdge client(InetSocketAddress parent) throws Exception {
        return RelayClientEdge.start(new RelayClientEdgeSettings(
                new ClientSettings(
                        "rc-1",
                        ANY,
                        List.of(parent),
                        MutualTls.dialling(
                                RelayNames.issueClient(authority, "rc-1", Duration.ofHours(1)),
                                authority.certificate(),
                                RelayNames.SERVER),
                        LongLinkSettings.DEFAULTS,
                        ServerSettings.DEFAULTS,
                        RoomSettings.DEFAULTS),
                ANY,
                "",
                "",
                new CertificateWatch("rc-1.crt", Instant.now().plus(Duration.ofDays(2))),
                null));
    }

    private String admin(InetSocketAddress address, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + address.getPort() + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    @Test
    void withoutKafkaARelayClientIsReadyWhenItReachesARelayServerByName() throws Exception {
        try (RelayServerEdge server = server(null, Instant.now().plusSeconds(60));
                RelayClientEdge client = client(InetSocketAddress.createUnresolved(
                        "localhost", server.linkAddress().getPort()))) {
            await().atMost(PATIENCE)
                    .until(() -> admin(client.adminAddress(), "/ready").contains("\"ready\":true"));
            assertThat(admin(server.adminAddress(), "/ready"))
                    .contains("\"ready\":true")
                    .contains("the certificate rs-1.crt ends at");
            assertThat(admin(server.adminAddress(), "/metrics")).contains("fairlead_relay_links 2.0");
            assertThat(admin(client.adminAddress(), "/metrics"))
                    .contains("fairlead_relay_parents_reachable 1.0", "fairlead_relay_certificate_left_seconds");
        }
    }

    @Test
    void aRelayClientThatReachesNobodySaysSo() throws Exception {
        try (RelayClientEdge client = client(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))) {
            assertThat(admin(client.adminAddress(), "/ready"))
                    .contains("\"ready\":false", "there is a long link to none of the relay servers");
            assertThat(admin(client.adminAddress(), "/live")).contains("\"live\":true");
        }
    }

    @Test
    void withAKafkaThatIsAwayARelayServerServesAndSaysWhatIsMissing(@TempDir Path data) throws Exception {
        EdgeKitSettings kit = EdgeKitSettings.of("rs-1", RelayServerEdgeSettings.KIND, "test", "127.0.0.1:1", data);
        try (RelayServerEdge server = server(kit, Instant.now().plus(Duration.ofDays(2)))) {
            assertThat(admin(server.adminAddress(), "/ready"))
                    .contains("\"ready\":false", "fairlead.config.rooms has not been read to its end");
            URI room = URI.create("http://127.0.0.1:" + server.address().getPort() + "/live/a.flv");
            assertThat(http.send(HttpRequest.newBuilder(room).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
        }
    }
}
