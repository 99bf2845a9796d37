package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.relay.server.ServerCounters.Turned;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
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
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayServerTest {

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RoomBook KEYS = new RoomBook(Map.of(
            "live/a",
            RoomTerms.ofKey(RoomBook.digest("secret")),
            "live/b",
            RoomTerms.ofKey(RoomBook.digest("secret"))));

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private RelayServer server;

    @BeforeEach
    void start() throws Exception {
        start(ServerSettings.DEFAULTS, RoomSettings.DEFAULTS.withSlowViewers(6_000, 5, 1_000));
    }

    private void start(ServerSettings settings, RoomSettings rooms) throws IOException {
        server = RelayServer.start(ANY, KEYS, settings, rooms, null, System::nanoTime);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Publisher publisher(String path) throws IOException {
        return new Publisher(server.address(), path);
    }

    @Test
    void whatIsPublishedIsWatchedOverHttpAndWebSocket() throws Exception {
        try (Publisher publisher = publisher("/live/a?key=secret")) {
            publisher.send(0, 30);
            await().atMost(PATIENCE).until(() -> server.roomCounters().rooms() == 1);
            HttpResponse<InputStream> watching = client.send(get("/live/a.flv"), BodyHandlers.ofInputStream());
            assertThat(watching.statusCode()).isEqualTo(200);
            assertThat(watching.headers().firstValue("content-type")).hasValue("video/x-flv");
            assertThat(watching.headers().firstValue("access-control-allow-origin"))
                    .hasValue("*");
            Watched overHttp = new Watched();
            Watched overSocket = new Watched();
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + server.address().getPort() + "/live/a.flv"), overSocket)
                    .join();
            overHttp.reading(watching.body());
            await().atMost(PATIENCE).until(() -> overSocket.frames() > 0);
            publisher.send(30, 60);
            await().atMost(PATIENCE).until(() -> overHttp.last() == 59 && overSocket.last() == 59);
            assertThat(overHttp.numbers.get(0) % 25).isZero();
            assertThat(overHttp.isWhole()).isTrue();
            socket.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
            await().atMost(PATIENCE).until(() -> overSocket.ponged);
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 1);
            assertThat(publisher.endInOrder()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aPublisherWithoutTheKeyIsRefusedAndASecondOneToo() throws Exception {
        assertThat(post("/live/a").statusCode()).isEqualTo(401);
        HttpResponse<String> wrong = post("/live/a.flv?key=wrong");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.body()).contains("the key for the room live/a is missing or wrong");
        assertThat(post("/live/unknown?key=secret").statusCode()).isEqualTo(401);
        assertThat(server.counters().turnedAway(Turned.DENIED)).isEqualTo(3);
        try (Publisher first = publisher("/live/a?key=secret")) {
            first.send(0, 5);
            await().atMost(PATIENCE).until(() -> server.counters().published() == 1);
            assertThat(post("/live/a?key=secret").statusCode()).isEqualTo(409);
            first.send(5, 10);
            assertThat(first.endInOrder()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aPublisherWhoseKeyIsWithdrawnIsEnded() throws Exception {
        server.close();
        RoomBook book = new RoomBook(Map.of());
        book.put("live/a", RoomTerms.ofKey(RoomBook.digest("secret")));
        server = RelayServer.start(ANY, book, ServerSettings.DEFAULTS, RoomSettings.DEFAULTS, null, System::nanoTime);
        try (Publisher publisher = publisher("/live/a?key=secret")) {
            publisher.send(0, 5);
            await().atMost(PATIENCE).until(() -> server.counters().published() == 1);
            book.removed("live/a");
            assertThat(publisher.answer()).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void whatCannotBeReadIsToldWithItsPlace() throws Exception {
        HttpResponse<String> answer = post("/live/a?key=secret");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("does not begin with 'FLV'").contains("at byte 0");
        assertThat(server.counters().malformedMedia()).isEqualTo(1);
    }

    @Test
    void otherPathsMethodsAndRoomsAreTurnedAway() throws Exception {
        assertThat(status("GET", "/live/a.flv")).isEqualTo(404);
        assertThat(status("GET", "/live/a")).isEqualTo(404);
        assertThat(status("GET", "/live/../etc.flv")).isEqualTo(404);
        assertThat(status("GET", "/%zz.flv")).isIn(400, 404);
        assertThat(status("DELETE", "/live/a.flv")).isEqualTo(405);
        assertThat(status("OPTIONS", "/live/a.flv")).isEqualTo(204);
        assertThat(raw("GET /live/a.flv HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 505");
        assertThat(raw("\0\1\2 rubbish\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET /live/a.flv HTTP/1.1\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void aPublisherThatVanishesLeavesItsViewersWaitingForTheNext() throws Exception {
        Publisher first = publisher("/live/a?key=secret");
        first.send(0, 30);
        await().atMost(PATIENCE).until(() -> server.roomCounters().rooms() == 1);
        Watched watched = new Watched();
        HttpResponse<InputStream> watching = client.send(get("/live/a.flv"), BodyHandlers.ofInputStream());
        watched.reading(watching.body());
        await().atMost(PATIENCE).until(() -> watched.frames() > 0);
        first.breakOff();
        await().atMost(PATIENCE).until(() -> server.counters().connections() == 1);
        try (Publisher second = publisher("/live/a?key=secret")) {
            second.send(100, 130);
            await().atMost(PATIENCE).until(() -> watched.last() == 129);
            assertThat(watched.timesRise()).isTrue();
            assertThat(server.roomCounters().ended(ViewerEnd.LEFT)).isZero();
        }
    }

    @Test
    void oneThatReadsNothingIsClosedAndNobodyWaits() throws Exception {
        try (Publisher publisher = publisher("/live/a?key=secret");
                Socket stuck = new Socket()) {
            publisher.send(0, 30);
            await().atMost(PATIENCE).until(() -> server.roomCounters().rooms() == 1);
            stuck.setReceiveBufferSize(4_096);
            stuck.connect(server.address());
            stuck.getOutputStream()
                    .write("GET /live/a.flv HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 1);
            int number = 30;
            while (server.roomCounters().viewers() == 1) {
                publisher.send(number, number + 25, 40_000);
                number += 25;
            }
            assertThat(server.roomCounters().ended(ViewerEnd.STALLED)
                            + server.roomCounters().ended(ViewerEnd.TOO_SLOW))
                    .isEqualTo(1);
        }
    }

    @Test
    void oneThatReadsAByteNowAndThenIsClosedAndNobodyWaits() throws Exception {
        try (Publisher publisher = publisher("/live/a?key=secret");
                Socket slow = new Socket()) {
            publisher.send(0, 30);
            await().atMost(PATIENCE).until(() -> server.roomCounters().rooms() == 1);
            Watched other = new Watched();
            other.reading(client.send(get("/live/a.flv"), BodyHandlers.ofInputStream())
                    .body());
            slow.setReceiveBufferSize(4_096);
            slow.connect(server.address());
            slow.getOutputStream()
                    .write("GET /live/a.flv HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 2);
            int number = 30;
            while (server.roomCounters().viewers() == 2) {
                publisher.send(number, number + 25, 40_000);
                number += 25;
                int last = number - 1;
                await().atMost(PATIENCE)
                        .until(() ->
                                other.last() == last || server.roomCounters().viewers() < 2);
                readAByte(slow);
            }
            int last = number - 1;
            await().atMost(PATIENCE).until(() -> other.last() == last);
            assertThat(other.isWhole()).isTrue();
            assertThat(server.roomCounters().ended(ViewerEnd.STALLED)
                            + server.roomCounters().ended(ViewerEnd.TOO_SLOW))
                    .isEqualTo(1);
        }
    }

    /** It may be closed already. */
    private static void readAByte(Socket socket) {
        try {
            socket.getInputStream().read();
        } catch (IOException e) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void connectionsAndRoomsAreBounded() throws Exception {
        server.close();
        start(ServerSettings.DEFAULTS.withMost(2, 1), RoomSettings.DEFAULTS.withMaxViewers(1));
        try (Publisher publisher = publisher("/live/a?key=secret")) {
            publisher.send(0, 30);
            await().atMost(PATIENCE).until(() -> server.roomCounters().rooms() == 1);
            assertThat(post("/live/b?key=secret").statusCode()).isEqualTo(503);
            await().atMost(PATIENCE).until(() -> server.counters().connections() == 1);
            HttpResponse<InputStream> watching = client.send(get("/live/a.flv"), BodyHandlers.ofInputStream());
            assertThat(watching.statusCode()).isEqualTo(200);
            await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 1);
            try (Socket third =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                third.setSoTimeout((int) PATIENCE.toMillis());
                assertThat(ended(third)).isTrue();
            }
            assertThat(server.counters().refused()).isEqualTo(1);
            watching.body().close();
        }
    }

    @Test
    void headsThatDoNotComeAndPublishersThatSendNothingAreEnded() throws Exception {
        server.close();
        start(ServerSettings.DEFAULTS.withTimeouts(300, 300), RoomSettings.DEFAULTS);
        try (Socket quiet = new Socket(
                        server.address().getAddress(), server.address().getPort());
                Publisher publisher = publisher("/live/a?key=secret")) {
            quiet.setSoTimeout((int) PATIENCE.toMillis());
            assertThat(ended(quiet)).isTrue();
            assertThat(publisher.answer()).startsWith("HTTP/1.1 408");
        }
    }

    // ---- clients

    private static boolean ended(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return !(e instanceof java.net.SocketTimeoutException);
        }
    }

    private HttpRequest get(String path) {
        return request(path).GET().build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + path));
    }

    /** With a body that is no FLV. */
    private HttpResponse<String> post(String path) throws Exception {
        return client.send(
                request(path)
                        .POST(HttpRequest.BodyPublishers.ofString("this is no stream"))
                        .build(),
                BodyHandlers.ofString());
    }

    private int status(String method, String path) throws Exception {
        String answer = raw(method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return Integer.parseInt(answer.substring(9, 12));
    }

    private String raw(String request) throws Exception {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void oneWhoAsksForATransportStreamOfMediaThatHaveNoPlaceInItIsToldSo() throws Exception {
        try (Publisher publisher = publisher("/live/a?key=secret")) {
            ByteBuf tags = Unpooled.buffer();
            FlvWriter.tag(tags, TagKind.VIDEO, 0, new byte[] {(byte) 0x90, 'a', 'v', '0', '1', (byte) 0x81});
            FlvWriter.tag(tags, TagKind.VIDEO, 0, new byte[] {(byte) 0x93, 'a', 'v', '0', '1', 0x12, 0});
            publisher.chunk(tags);
            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> refused = client.send(get("/live/a.ts"), BodyHandlers.ofString());
                assertThat(refused.statusCode()).isEqualTo(406);
                assertThat(refused.body()).contains("AV1").contains(".flv");
            });
            assertThat(server.counters().turnedAway(Turned.NOT_CARRIED)).isEqualTo(1);
        }
    }
}
