package io.fairlead.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.edge.link.PemIdentity;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.ServerSettings;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
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
        SslContext tls = MutualTls.listening(
                RelayNames.issueServer(authority, "rs-1", Duration.ofHours(1)), authority.certificate());
        return server(kit, () -> tls, new FixedCertificate("rs-1.crt", ends));
    }

    private RelayServerEdge server(
            @Nullable EdgeKitSettings kit, Supplier<SslContext> tls, RelayCertificate certificate) throws Exception {
        RoomBook book = new RoomBook(Map.of());
        return RelayServerEdge.start(new RelayServerEdgeSettings(
                ANY,
                ANY,
                book,
                Admission.OPEN,
                null,
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                new LinkPort(ANY, tls, LongLinkSettings.DEFAULTS, LegSettings.DEFAULTS, book::mergeable),
                "",
                certificate,
                kit));
    }

    private RelayClientEdge client(InetSocketAddress parent) throws Exception {
        return client(parent, null);
    }

    private RelayClientEdge client(InetSocketAddress parent, @Nullable FollowedCertificate forViewers)
            throws Exception {
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
                                RoomSettings.DEFAULTS)
                        .withViewerTls(forViewers),
                ANY,
                "",
                "",
                new FixedCertificate("rc-1.crt", Instant.now().plus(Duration.ofDays(2))),
                forViewers,
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

    /** A link that comes up after a new certificate was written is shown that one; files that can't be used change nothing, and are told. */
    @Test
    void aNewCertificateIsTakenWhileTheRelayServerRuns(@TempDir Path files) throws Exception {
        RelayNames.issueServer(authority, "rs-1", Duration.ofHours(1)).save(files, "rs");
        Path ca = files.resolve("ca.crt");
        LinkIdentity.write(ca, LinkIdentity.pem(List.of(authority.certificate())), "rw-r--r--");
        FollowedCertificate certificate = FollowedCertificate.ofServer(
                "rs-1", files.resolve("rs.crt"), files.resolve("rs.key"), ca, InstantSource.system());
        BigInteger before = shown(certificate);
        try (RelayServerEdge server = server(null, certificate, certificate)) {
            assertThat(shownBy(server.linkAddress())).isEqualTo(before);
            Files.writeString(files.resolve("rs.key"), "no key at all");
            await().atMost(PATIENCE).until(() -> admin(server.adminAddress(), "/metrics")
                    .contains("fairlead_relay_certificates_total{reason=\"refused\",use=\"link\"} 1.0"));
            assertThat(admin(server.adminAddress(), "/ready"))
                    .contains("the new certificate of the long link is not taken", "holds no private key", "rs.key");
            assertThat(shownBy(server.linkAddress())).isEqualTo(before);

            RelayNames.issueServer(authority, "rs-1", Duration.ofHours(2)).save(files, "rs");
            await().atMost(PATIENCE).until(() -> !shownBy(server.linkAddress()).equals(before));
            assertThat(admin(server.adminAddress(), "/metrics"))
                    .contains("fairlead_relay_certificates_total{reason=\"taken\",use=\"link\"} 1.0");
            assertThat(admin(server.adminAddress(), "/ready")).doesNotContain("is not taken");
        }
    }

    /** The same of the certificate for viewers, which are not asked for one of theirs. */
    @Test
    void aNewCertificateForViewersIsTakenWhileTheRelayClientRuns(@TempDir Path files) throws Exception {
        authority.issueServer("localhost", "localhost", Duration.ofHours(1)).save(files, "site");
        FollowedCertificate certificate = FollowedCertificate.ofViewers(
                files.resolve("site.crt"), files.resolve("site.key"), InstantSource.system());
        BigInteger before = shown(certificate);
        try (RelayClientEdge client = client(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), certificate)) {
            assertThat(shownBy(client.address())).isEqualTo(before);
            authority.issueServer("localhost", "localhost", Duration.ofHours(2)).save(files, "other");
            Files.copy(files.resolve("other.key"), files.resolve("site.key"), StandardCopyOption.REPLACE_EXISTING);
            await().atMost(PATIENCE).until(() -> admin(client.adminAddress(), "/metrics")
                    .contains("fairlead_relay_certificates_total{reason=\"refused\",use=\"viewers\"} 1.0"));
            assertThat(admin(client.adminAddress(), "/ready"))
                    .contains("the new certificate for viewers is not taken", "does not belong to the certificate");
            assertThat(shownBy(client.address())).isEqualTo(before);

            authority
                    .issueServer("localhost", "localhost", Duration.ofMinutes(30))
                    .save(files, "site");
            await().atMost(PATIENCE).until(() -> !shownBy(client.address()).equals(before));
            assertThat(admin(client.adminAddress(), "/metrics"))
                    .contains("fairlead_relay_certificates_total{reason=\"taken\",use=\"viewers\"} 1.0");
            assertThat(admin(client.adminAddress(), "/ready"))
                    .contains("site.crt ends at", "no viewer who speaks TLS gets in after that")
                    .doesNotContain("is not taken");
        }
    }

    @Test
    void aCertificateOfAnotherRelayClientIsNotTaken(@TempDir Path files) throws Exception {
        RelayNames.issueClient(authority, "rc-2", Duration.ofHours(1)).save(files, "rc");
        Path ca = files.resolve("ca.crt");
        LinkIdentity.write(ca, LinkIdentity.pem(List.of(authority.certificate())), "rw-r--r--");
        assertThatThrownBy(() -> FollowedCertificate.ofClient(
                        "rc-1", files.resolve("rc.crt"), files.resolve("rc.key"), ca, InstantSource.system()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was issued to the relay client rc-2, but --edge-id is rc-1");
    }

    private static BigInteger shown(FollowedCertificate certificate) throws Exception {
        return PemIdentity.chain(Path.of(certificate.name()), Files.readAllBytes(Path.of(certificate.name())))
                .get(0)
                .getSerialNumber();
    }

    /** Number of the certificate that a connection is shown which comes up now, by the JDK's TLS. */
    private BigInteger shownBy(InetSocketAddress listening) throws Exception {
        LinkIdentity own = RelayNames.issueClient(authority, "rc-1", Duration.ofHours(1));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
        keys.setCertificateEntry("ca", authority.certificate());
        KeyManagerFactory shows = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        shows.init(keys, new char[0]);
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(keys);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(shows.getKeyManagers(), trusts.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(listening.getAddress(), listening.getPort())) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
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
