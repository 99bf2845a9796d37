package io.fairlead.relay.client;

import static io.fairlead.relay.client.RelayPair.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.relay.server.MediaServer;
import io.fairlead.relay.server.ServerSettings;
import io.fairlead.relay.server.Watched;
import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.RttSource;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
        LinkIdentity site = relays.authority.issueServer("localhost", "localhost", Duration.ofHours(1));
        SslContext tls = SslContextBuilder.forServer(site.key(), site.chain().toArray(X509Certificate[]::new))
                .build();
        relays.viewerTls = () -> tls;
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

    /** As a page over HTTPS fetches it, at the port at which others speak HTTP. */
    @Test
    void aBeaconOverTlsIsToldToo(@TempDir Path directory) throws Exception {
        Path authority = Files.writeString(
                directory.resolve("authority.pem"), LinkIdentity.pem(List.of(relays.authority.certificate())));
        int port = client.address().getPort();
        await().atMost(PATIENCE).until(() -> {
            Process curl = new ProcessBuilder(
                            "curl",
                            "-sS",
                            "-m",
                            "10",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_code} %{ssl_verify_result}",
                            "--cacert",
                            authority.toString(),
                            "-H",
                            "Host: " + BEACON + ".beacon.live.example",
                            "https://localhost:" + port + "/beacon")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).isEqualTo("204 0");
            return told(BeaconFetched.class).stream()
                    .anyMatch(each -> each.getBeacon().equals(BEACON));
        });
    }

    @Test
    void aRoomIsWatchedOverTlsAndByWebSocketOverTls() throws Exception {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(relays.authority.certificate()))
                .build();
        String room = "//localhost:" + client.address().getPort() + "/live/tls.flv";
        CompletableFuture<HttpResponse<InputStream>> answer = http.sendAsync(
                HttpRequest.newBuilder(URI.create("https:" + room)).build(), BodyHandlers.ofInputStream());
        BlockingQueue<ByteBuffer> heard = new LinkedBlockingQueue<>();
        CompletableFuture<WebSocket> socket = http.newWebSocketBuilder()
                .buildAsync(URI.create("wss:" + room), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                        heard.add(data);
                        from.request(1);
                        return null;
                    }
                });
        int[] sent = {0};
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            if (media.clients.stream().anyMatch(MediaServer.Client::flows)) {
                media.send(sent[0] + 1, sent[0] + 50); // as it comes, whoever of the two is here already
                sent[0] += 50;
            }
            return answer.isDone() && !heard.isEmpty();
        });
        assertThat(Objects.requireNonNull(heard.poll()).get(0)).isEqualTo((byte) 'F');
        try (InputStream body = answer.get().body()) {
            assertThat(body.readNBytes(3)).isEqualTo(new byte[] {'F', 'L', 'V'});
        }
        socket.get().abort();
    }

    /** A site's page with the snippet in it, and a browser whose names all lead here: each page draws a name of its own. */
    @Test
    void aPageInABrowserFetchesABeaconOverTls(@TempDir Path directory) throws Exception {
        Path chromium = Path.of("/usr/bin/chromium");
        Assumptions.assumeTrue(Files.isExecutable(chromium), "chromium is not installed");
        String page = "<!doctype html><p>a page</p><script async src=\"https://watch.live.example:"
                + client.address().getPort() + "/beacon.js\" data-zone=\"beacon.live.example\"></script>";
        HttpServer site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("content-type", "text/html");
            exchange.sendResponseHeaders(200, page.length());
            exchange.getResponseBody().write(page.getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        site.start();
        Process browser = new ProcessBuilder(
                        chromium.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--remote-debugging-port=0",
                        "--ignore-certificate-errors",
                        "--host-resolver-rules=MAP *.live.example 127.0.0.1",
                        "--user-data-dir=" + directory.resolve("chromium"),
                        "http://127.0.0.1:" + site.getAddress().getPort() + "/")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("chromium.log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(90)).until(() -> told(BeaconFetched.class).stream()
                    .anyMatch(each -> !each.getBeacon().equals(BEACON)));
            BeaconFetched fetched = told(BeaconFetched.class).stream()
                    .filter(each -> !each.getBeacon().equals(BEACON))
                    .findFirst()
                    .orElseThrow();
            assertThat(fetched.getBeacon()).matches("[0-9a-f]{32}");
            assertThat(fetched.getPrefix()).isEqualTo("127.0.0.0/24");
        } finally {
            List<ProcessHandle> children = browser.descendants().toList();
            browser.destroy();
            if (!browser.waitFor(10, TimeUnit.SECONDS)) {
                browser.destroyForcibly().waitFor();
            }
            children.forEach(ProcessHandle::destroyForcibly);
            for (ProcessHandle child : children) {
                child.onExit().get(10, TimeUnit.SECONDS); // it writes into its profile until then
            }
            site.stop(0);
        }
    }

    /** It begins as a handshake does, and is none. */
    @Test
    void whatIsNoHandshakeIsClosedAndCounted() throws Exception {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        client.bindTo(metrics);
        FunctionCounter failed = metrics.get("fairlead.relay.http.tls.failed").functionCounter();
        double before = failed.count();
        try (Socket socket =
                new Socket(client.address().getAddress(), client.address().getPort())) {
            socket.setSoTimeout(20_000);
            byte[] nonsense = new byte[200];
            nonsense[0] = 22;
            nonsense[1] = 3;
            nonsense[2] = 1;
            nonsense[4] = 100;
            socket.getOutputStream().write(nonsense);
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(answer.length).as("an alert at most").isLessThan(64);
        }
        await().atMost(PATIENCE).until(() -> failed.count() == before + 1);
    }

    private static SSLContext trusting(X509Certificate authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
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

    /** It lasts for a moment, and nobody else ever comes to a group that he is not sent to. */
    @Test
    void theRoundTripOfABeaconIsToldThoughItsConnectionIsClosedAtOnce() throws Exception {
        Assumptions.assumeTrue(Epoll.isAvailable(), "only epoll asks the kernel");
        assertThat(asked("/beacon", BEACON + ".beacon.live.example")).startsWith("HTTP/1.1 204 ");
        await().atMost(PATIENCE).until(() -> !told(ResolverRtt.class).isEmpty());
        assertThat(told(ResolverRtt.class)).allSatisfy(each -> {
            assertThat(each.getPrefix()).isEqualTo("127.0.0.0/24");
            assertThat(each.getSamples()).isPositive();
            assertThat(each.getMinUs()).isPositive();
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
