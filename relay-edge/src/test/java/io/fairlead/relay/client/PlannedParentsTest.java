package io.fairlead.relay.client;

import static io.fairlead.relay.client.RelayPair.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.server.MediaServer;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.Watched;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.LinkReport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rooms that run and rooms that begin, while a plan says from which relay server they are to be taken. */
@Timeout(180)
class PlannedParentsTest {

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final RelayPair relays = new RelayPair();
    private MediaServer media;
    private RelayServer one;
    private RelayServer two;
    private RelayClient client;
    private int next;

    @BeforeEach
    void start() throws Exception {
        media = new MediaServer();
    }

    @AfterEach
    void stop() throws Exception {
        relays.close();
        media.close();
    }

    private static InetSocketAddress linkOf(RelayServer of) {
        return Objects.requireNonNull(of.linkAddress());
    }

    private static LegCounters legs(RelayServer of) {
        return Objects.requireNonNull(of.legCounters());
    }

    private void begin(RelayServer... settled) throws Exception {
        client = relays.client(
                "client-1", Stream.of(settled).map(PlannedParentsTest::linkOf).toArray(InetSocketAddress[]::new));
        await().atMost(PATIENCE).until(() -> client.reachableParents() == settled.length);
    }

    private void plan(boolean counts, RelayServer... servers) {
        List<ParentPlan.Server> parents = Stream.of(servers)
                .map(server -> new ParentPlan.Server(server == one ? "server-1" : "server-2", linkOf(server)))
                .toList();
        client.follow(new ParentPlan(parents, Map.of()));
        client.followWhile(() -> counts);
    }

    private Watched watch() throws Exception {
        HttpResponse<InputStream> answer = http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + client.address().getPort() + "/live/a.flv"))
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        Watched watched = new Watched();
        watched.reading(answer.body());
        return watched;
    }

    /** Frames go on, one every few milliseconds, until that is so. */
    private void goOnUntil(BooleanSupplier so) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            media.send(next, ++next);
            return so.getAsBoolean();
        });
    }

    private void allWhole(List<Watched> all) {
        await().atMost(PATIENCE).until(() -> all.stream().allMatch(each -> each.last() == next - 1));
        for (Watched each : all) {
            assertThat(each.isWhole())
                    .as("frames %s without a gap", each.numbers)
                    .isTrue();
            assertThat(each.timesRise()).isTrue();
        }
    }

    @Test
    void aRunningRoomGoesOverToThePlannedRelayServerAndNobodyMissesAFrame() throws Exception {
        one = relays.server(media.address());
        two = relays.server(media.address());
        begin(one, two);
        List<Watched> all = List.of(watch(), watch(), watch());
        goOnUntil(() -> all.stream().allMatch(each -> each.last() > 20));
        plan(true, two, one);
        goOnUntil(() -> client.linkCounters().moves() == 1
                && legs(two).viewers() == 3
                && legs(one).viewers() == 0);
        int after = next;
        goOnUntil(() -> all.stream().allMatch(each -> each.last() > after + 30));
        allWhole(all);
        assertThat(client.linkCounters().movesGivenUp()).isZero();
        assertThat(legs(two).carriers()).isEqualTo(1);
    }

    @Test
    void aRoomStaysWhereItIsWhenThePlannedRelayServerLacksIt() throws Exception {
        one = relays.server(null);
        two = relays.server(null);
        try (Publisher publisher = new Publisher(one)) {
            begin(one, two);
            publisher.send(30);
            Watched viewer = watch();
            await().atMost(PATIENCE).until(() -> viewer.last() == 29);
            plan(true, two, one);
            await().atMost(PATIENCE).until(() -> client.linkCounters().movesGivenUp() > 0);
            publisher.send(30);
            await().atMost(PATIENCE).until(() -> viewer.last() == 59);
            assertThat(viewer.isWhole()).isTrue();
            assertThat(client.linkCounters().moves()).isZero();
            await().atMost(PATIENCE).until(() -> relays.told.stream()
                    .anyMatch(each -> each instanceof LegReport leg
                            && leg.getEnd() == LegEnd.RELAY_SERVER
                            && leg.getPublished()));
        }
    }

    @Test
    void aRoomIsFoundAtTheOneRelayServerThatItIsPublishedAt() throws Exception {
        one = relays.server(null);
        two = relays.server(null);
        try (Publisher publisher = new Publisher(two)) {
            begin(one, two);
            publisher.send(30);
            Watched viewer = watch();
            await().atMost(PATIENCE).until(() -> viewer.last() == 29);
            assertThat(client.rooms()).singleElement().satisfies(room -> assertThat(room.server())
                    .isEqualTo("server-2"));
            assertThat(http.send(
                                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                                    + client.address().getPort() + "/live/none.flv"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void whenThePlannersAreSilentTheSettingsCountAndNobodyMoves() throws Exception {
        one = relays.server(media.address());
        two = relays.server(media.address());
        begin(one);
        Watched viewer = watch();
        plan(true, two);
        goOnUntil(() -> client.linkCounters().moves() == 1);
        plan(false, two);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(client.parents().all())
                .extracting(Parent::address)
                .containsExactly(Parent.address(linkOf(one)), Parent.address(linkOf(two))));
        int after = next;
        goOnUntil(() -> viewer.last() > after + 30);
        assertThat(legs(two).viewers()).isEqualTo(1);
        assertThat(client.linkCounters().moves()).isEqualTo(1);
    }

    @Test
    void linksOfARelayServerThatIsPlannedNoMoreAreClosedWhenNothingComesOverThem() throws Exception {
        one = relays.server(media.address());
        two = relays.server(media.address());
        begin(one);
        plan(true, two, one);
        await().atMost(PATIENCE).until(() -> client.reachableParents() == 2);
        Watched viewer = watch();
        goOnUntil(() -> viewer.last() > 10);
        assertThat(legs(two).viewers()).isEqualTo(1);
        plan(true, one);
        goOnUntil(() -> legs(one).viewers() == 1 && two.linkCounters().up() == 0);
        int after = next;
        goOnUntil(() -> viewer.last() > after);
        allWhole(List.of(viewer));
    }

    @Test
    void linksAreToldOfWhetherRoomsComeOverThemOrNot() throws Exception {
        one = relays.server(media.address());
        two = relays.server(media.address());
        begin(one, two);
        watch();
        await().atMost(PATIENCE)
                .until(() -> links().anyMatch(each -> each.getPlace() == 0 && each.getRooms() == 1)
                        && links().anyMatch(each -> each.getPlace() == 1 && each.getLinks() == 1));
        assertThat(links()).allSatisfy(each -> {
            assertThat(each.getRelayClientId()).isEqualTo("client-1");
            assertThat(each.getLost()).isZero();
        });
    }

    /** Publishes live/a, a frame every 40 ms of its time. */
    private static final class Publisher implements AutoCloseable {

        private final Socket socket;
        private final OutputStream out;
        private int number;

        private Publisher(RelayServer server) throws Exception {
            socket = new Socket(server.address().getAddress(), server.address().getPort());
            out = socket.getOutputStream();
            out.write(
                    ("POST /live/a?key=" + RelayPair.KEY + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            ByteBuf head = Unpooled.buffer();
            FlvWriter.fileHeader(head, false, true);
            FlvWriter.tag(head, TagKind.VIDEO, 0, Flv.avcHeader(1));
            chunk(head);
        }

        private void send(int frames) throws IOException {
            ByteBuf tags = Unpooled.buffer();
            for (int each = 0; each < frames; each++, number++) {
                byte[] payload = number % 25 == 0 ? Flv.key(number, 100) : Flv.frame(number, 100);
                FlvWriter.tag(tags, TagKind.VIDEO, number * 40L, payload);
            }
            chunk(tags);
        }

        private void chunk(ByteBuf bytes) throws IOException {
            out.write((Integer.toHexString(bytes.readableBytes()) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            bytes.readBytes(out, bytes.readableBytes());
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Stream<LinkReport> links() {
        return relays.told.stream().filter(LinkReport.class::isInstance).map(LinkReport.class::cast);
    }
}
