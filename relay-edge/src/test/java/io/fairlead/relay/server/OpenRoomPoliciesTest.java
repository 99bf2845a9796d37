package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.model.policy.RelayPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a policy says of lingering, of how viewers begin and of slow ones counts for a room that was open before. Spares: {@code LongLinkTest}. */
class OpenRoomPoliciesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KEY = "secret";
    private static final int GOP = 25;

    /** Of frames by which a connection's buffers are full soon. */
    private static final int LARGE = 500_000;

    /** Of frames of which a connection's buffers hold one or two seconds at most, and {@link #BACKLOG} of them four. */
    private static final int HEAVY = 100_000;

    private static final int BACKLOG = 100;
    private static final int FEW_BYTES = 10_000;
    private static final Duration TICK = Duration.ofMillis(10);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final RoomPolicies policies = new RoomPolicies(InstantSource.system());
    private RelayServer server;
    private Publisher publisher;

    @BeforeEach
    void start() throws Exception {
        server = RelayServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new RoomBook(Map.of("live/a", RoomTerms.ofKey(RoomBook.digest(KEY)))),
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                null,
                System::nanoTime);
        server.obey(policies);
        publisher = new Publisher(server.address(), "/live/a.flv?key=" + KEY);
        publisher.send(0, 2 * GOP + 10);
        await().atMost(PATIENCE).until(() -> server.roomCounters().bytesIn() > 0);
    }

    @AfterEach
    void stop() throws Exception {
        publisher.close();
        server.close();
    }

    private void say(long lingerMs, long slowLagMs, long stallMs, long burstAgeMs) {
        say(lingerMs, slowLagMs, RoomSettings.DEFAULTS.maxSkips(), stallMs, burstAgeMs);
    }

    private void say(long lingerMs, long slowLagMs, int slowSkips, long stallMs, long burstAgeMs) {
        RelayPolicy policy = new RelayPolicy(
                Scope.ofRoom("live/a"),
                0,
                lingerMs,
                slowLagMs,
                slowSkips,
                stallMs,
                1,
                burstAgeMs,
                65_536,
                10,
                30_000,
                0.2);
        policies.put("relay/room:live/a", PolicyRecords.write(policy, new Authorship("ada", "tried out", 7L, 1L)));
    }

    /** The frame that a viewer who comes now begins with. */
    private int firstFrame() throws Exception {
        HttpRequest asked = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + "/live/a.flv"))
                .build();
        try (InputStream body = http.send(asked, BodyHandlers.ofInputStream()).body()) {
            Watched watched = new Watched();
            watched.reading(body);
            await().atMost(PATIENCE).until(() -> watched.frames() > 0);
            return watched.numbers.get(0);
        }
    }

    @Test
    void viewersBeginAsFarBackAsThePolicySays() throws Exception {
        assertThat(firstFrame()).isEqualTo(GOP); // the newest group is younger than half a second
        say(3_000, 6_000, 20_000, 0);
        await().atMost(PATIENCE).until(() -> firstFrame() == 2 * GOP);
        policies.removed("relay/room:live/a");
        await().atMost(PATIENCE).until(() -> firstFrame() == GOP);
    }

    @Test
    void aRoomLingersAsThePolicySays() throws Exception {
        say(0, 6_000, 20_000, 500);
        firstFrame();
        await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 0);
        say(600_000, 6_000, 20_000, 500);
        firstFrame();
        await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 0);
        publisher.endInOrder();
        await().during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() -> server.roomCounters().rooms() == 1);
    }

    @Test
    void withoutAPolicyAnEmptyRoomWhosePublisherHasGoneIsOverSoon() throws Exception {
        say(0, 6_000, 20_000, 500);
        firstFrame();
        await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 0);
        publisher.endInOrder();
        await().atMost(PATIENCE).until(() -> server.roomCounters().rooms() == 0);
    }

    @Test
    void oneWhoTakesNothingIsClosedWhenThePolicySays() throws Exception {
        try (Socket idle = viewerOfFewBytes()) {
            assertThat(idle.isConnected()).isTrue();
            int[] next = {2 * GOP + 10};
            say(3_000, 600, 1_000, 500);
            long begunNs = System.nanoTime();
            await().atMost(PATIENCE).until(() -> {
                publisher.send(next[0], ++next[0], LARGE);
                return server.roomCounters().ended(ViewerEnd.STALLED) == 1;
            });
            assertThat(Duration.ofNanos(System.nanoTime() - begunNs))
                    .as("sooner than without a policy")
                    .isLessThan(Duration.ofMillis(RoomSettings.DEFAULTS.stallMs()));
        }
    }

    /** Who reads a tenth of what comes is two seconds behind, which is borne; not when a policy says otherwise. Another viewer gets all of it. */
    @Test
    void slowViewersSkipAndAreClosedWhenThePolicySays() throws Exception {
        Watched other = watching();
        try (Socket slow = viewerOfFewBytes()) {
            int[] next = {2 * GOP + 10};
            publisher.send(next[0], next[0] += BACKLOG, HEAVY);
            int[] read = {0};
            await().pollInterval(TICK).atMost(PATIENCE).until(() -> {
                read[0] += slow.getInputStream().read(new byte[FEW_BYTES]);
                return read[0] > 4 * HEAVY;
            });
            assertThat(server.roomCounters().skips()).isZero();

            say(3_000, 600, 20_000, 500);
            await().pollInterval(TICK).atMost(PATIENCE).until(() -> {
                assertThat(slow.getInputStream().read(new byte[FEW_BYTES])).isPositive();
                publisher.send(next[0], ++next[0], HEAVY);
                return server.roomCounters().skips() == 1;
            });
            assertThat(server.roomCounters().skippedTags()).isGreaterThan(600 / 40);
            assertThat(server.roomCounters().viewers()).isEqualTo(2);

            say(3_000, 600, 0, 20_000, 500);
            await().pollInterval(TICK).atMost(PATIENCE).until(() -> {
                publisher.send(next[0], ++next[0], HEAVY);
                return slow.getInputStream().read(new byte[FEW_BYTES]) < 0
                        || server.roomCounters().ended(ViewerEnd.TOO_SLOW) == 1;
            });
            await().atMost(PATIENCE).until(() -> server.roomCounters().ended(ViewerEnd.TOO_SLOW) == 1);
            assertThat(server.roomCounters().skips())
                    .as("sooner than without a policy")
                    .isLessThanOrEqualTo(RoomSettings.DEFAULTS.maxSkips());
            await().atMost(PATIENCE).until(() -> other.last() == next[0] - 1);
            assertThat(other.isWhole()).isTrue();
        }
    }

    private Watched watching() throws Exception {
        HttpRequest asked = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + "/live/a.flv"))
                .build();
        Watched watched = new Watched();
        watched.reading(http.send(asked, BodyHandlers.ofInputStream()).body());
        return watched;
    }

    /** Has little room for what it does not read. */
    private Socket viewerOfFewBytes() throws Exception {
        long before = server.roomCounters().viewers();
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(server.address());
        socket.getOutputStream()
                .write("GET /live/a.flv HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == before + 1);
        return socket;
    }
}
