package io.fairlead.relay.client;

import static io.fairlead.relay.client.RelayPair.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.server.MediaServer;
import io.fairlead.relay.server.ServerSettings;
import io.fairlead.relay.server.Watched;
import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.RttSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.epoll.Epoll;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a relay client tells of the networks that its viewers come from. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // a relay takes seconds to end
class ViewerNetworksTest {

    private static final String BEACON = "0123456789abcdef0123456789abcdef";

    private final RelayPair relays = new RelayPair();
    private MediaServer media;
    private RelayClient client;

    @BeforeAll
    void start() throws Exception {
        relays.server = ServerSettings.DEFAULTS.withNetworks(10, 5);
        media = new MediaServer();
        client = relays.client(
                "client-1",
                Objects.requireNonNull(relays.server(media.address()).linkAddress()));
        await().atMost(PATIENCE).until(() -> client.reachableParents() == 1);
    }

    @AfterAll
    void stop() throws Exception {
        relays.close();
        media.close();
    }

    @BeforeEach
    void forget() {
        relays.told.clear();
    }

    private <T> List<T> told(Class<T> kind) {
        return relays.told.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private String asked(String path, String host) throws Exception {
        try (Socket socket =
                new Socket(client.address().getAddress(), client.address().getPort())) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://page.example\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void roundTripsAndBytesOfViewersAreToldByNetwork() throws Exception {
        Assumptions.assumeTrue(Epoll.isAvailable(), "only epoll asks the kernel");
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI room = URI.create("http://127.0.0.1:" + client.address().getPort() + "/live/a.flv");
        try (InputStream body = http.send(HttpRequest.newBuilder(room).build(), BodyHandlers.ofInputStream())
                .body()) {
            await().atMost(PATIENCE).until(() -> media.clients.stream().anyMatch(MediaServer.Client::flows));
            media.send(1, 200);
            new Watched().reading(body);
            await().atMost(PATIENCE)
                    .until(() -> told(ResolverRtt.class).stream()
                                    .mapToLong(ResolverRtt::getSentBytes)
                                    .sum()
                            > 200);
        }
        assertThat(told(ResolverRtt.class)).allSatisfy(each -> {
            assertThat(each.getSource()).isEqualTo(RttSource.CLIENT);
            assertThat(each.getPrefix()).isEqualTo("127.0.0.0/24");
            assertThat(each.getSamples()).isPositive();
            assertThat(each.getMinUs()).isPositive().isLessThanOrEqualTo(each.getMedianUs());
            assertThat(each.getMedianUs()).as("on the loopback").isLessThan(10_000_000);
        });
    }

    @Test
    void aBeaconIsAnsweredWithNothingAndToldWithItsNetwork() throws Exception {
        // another test may have used up what is told in this second
        await().atMost(PATIENCE).until(() -> {
            String answer = asked("/beacon", BEACON.toUpperCase(java.util.Locale.ROOT) + ".beacon.live.example");
            assertThat(answer)
                    .startsWith("HTTP/1.1 204 ")
                    .containsIgnoringCase("access-control-allow-origin: *")
                    .containsIgnoringCase("cache-control: no-store")
                    .doesNotContainIgnoringCase("set-cookie");
            return !told(BeaconFetched.class).isEmpty();
        });
        assertThat(told(BeaconFetched.class)).allSatisfy(each -> {
            assertThat(each.getBeacon()).isEqualTo(BEACON);
            assertThat(each.getPrefix()).isEqualTo("127.0.0.0/24");
        });
    }

    @Test
    void otherHostsAreNoBeacons() throws Exception {
        assertThat(asked("/beacon", "live.example")).startsWith("HTTP/1.1 204 ");
        assertThat(asked("/beacon/x", BEACON + ".live.example")).startsWith("HTTP/1.1 404 ");
        assertThat(told(BeaconFetched.class)).isEmpty();
    }

    @Test
    void aPageGetsTheScript() throws Exception {
        assertThat(asked("/beacon.js", "live.example"))
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("content-type: text/javascript")
                .contains("crypto.getRandomValues", "credentials: \"omit\"");
    }

    @Test
    void beaconsOverTheBoundAreAnsweredAndCounted() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        client.bindTo(meters);
        for (int i = 0; i < 40; i++) {
            assertThat(asked("/beacon", i % 10 + BEACON.substring(1) + ".live.example"))
                    .startsWith("HTTP/1.1 204 ");
        }
        double told =
                meters.get("fairlead.relay.beacons.told").functionCounter().count();
        double untold =
                meters.get("fairlead.relay.beacons.untold").functionCounter().count();
        assertThat(told + untold).as("with those of other tests").isGreaterThanOrEqualTo(40);
        assertThat(told(BeaconFetched.class)).isNotEmpty();
        assertThat(told).isGreaterThanOrEqualTo(told(BeaconFetched.class).size());
    }
}
