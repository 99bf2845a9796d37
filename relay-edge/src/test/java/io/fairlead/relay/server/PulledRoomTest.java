package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.ViewerEnd;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PulledRoomTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private MediaServer media;
    private RelayServer relay;

    @BeforeEach
    void start() throws Exception {
        media = new MediaServer();
        relay = RelayServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new RoomBook(Map.of()),
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS.withWaits(200, 15_000, 5_000),
                PullSettings.of(media.address()),
                System::nanoTime);
    }

    @AfterEach
    void stop() throws Exception {
        relay.close();
        media.close();
    }

    @Test
    void howeverManyComeAtOnceTheMediaServerIsAskedOnceAndOnceForASpare() throws Exception {
        List<CompletableFuture<HttpResponse<InputStream>>> joining = new ArrayList<>();
        for (int each = 0; each < 40; each++) {
            joining.add(client.sendAsync(request(), BodyHandlers.ofInputStream()));
        }
        List<Watched> watched = new ArrayList<>();
        for (CompletableFuture<HttpResponse<InputStream>> each : joining) {
            assertThat(each.get().statusCode()).isEqualTo(200);
            watched.add(new Watched());
            watched.get(watched.size() - 1).reading(each.get().body());
        }
        await().atMost(PATIENCE).until(() -> media.clients.size() == 2);
        media.send(0, 50);
        await().atMost(PATIENCE).until(() -> watched.stream().allMatch(each -> each.last() == 49));
        assertThat(media.requests()).isEqualTo(2);
        assertThat(relay.roomCounters().viewers()).isEqualTo(40);
    }

    @Test
    void aStreamThatBreaksIsFollowedByTheSpareAndNoFrameIsLost() throws Exception {
        Watched watched = watch();
        await().atMost(PATIENCE).until(() -> media.clients.size() == 2);
        media.send(0, 60);
        await().atMost(PATIENCE).until(() -> watched.last() == 59);
        long sent = media.clients.get(1).sentBytes();
        await().atMost(PATIENCE)
                .until(() -> relay.roomCounters().bytesSpare() >= sent); // else there is nothing to align
        media.clients.get(0).breakOff();
        await().atMost(PATIENCE).until(() -> media.clients.size() == 3);
        media.send(60, 120);
        await().atMost(PATIENCE).until(() -> watched.last() == 119);
        assertThat(watched.isWhole()).isTrue();
        assertThat(watched.timesRise()).isTrue();
        assertThat(relay.roomCounters().splicesAligned()).isEqualTo(1);
        assertThat(relay.roomCounters().ended(ViewerEnd.LEFT)).isZero();
    }

    @Test
    void aStreamThatIsSilentIsFollowedByTheSpareAndNoFrameIsLost() throws Exception {
        Watched watched = watch();
        await().atMost(PATIENCE).until(() -> media.clients.size() == 2);
        media.send(0, 60);
        await().atMost(PATIENCE).until(() -> watched.last() == 59);
        media.clients.get(0).silence();
        int[] next = {60};
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            media.send(next[0], next[0] + 1);
            next[0]++;
            return relay.roomCounters().silences() > 0;
        });
        media.send(next[0], next[0] + 20);
        await().atMost(PATIENCE).until(() -> watched.last() == next[0] + 19);
        assertThat(watched.isWhole()).isTrue();
        assertThat(watched.timesRise()).isTrue();
    }

    @Test
    void whatTheMediaServerRefusesTheViewerIsRefused() throws Exception {
        media.status = "403 Forbidden";
        HttpResponse<String> refused = client.send(request(), BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(403);
        media.status = "404 Not Found";
        assertThat(client.send(request(), BodyHandlers.ofString()).statusCode()).isEqualTo(404);
        media.status = "500 Broken";
        assertThat(client.send(request(), BodyHandlers.ofString()).statusCode()).isEqualTo(502);
        await().atMost(PATIENCE).until(() -> relay.roomCounters().rooms() == 0);
    }

    @Test
    void streamsThatNobodyWatchesAreEndedAfterLingering() throws Exception {
        HttpResponse<InputStream> watching = client.send(request(), BodyHandlers.ofInputStream());
        await().atMost(PATIENCE).until(() -> media.clients.size() == 2);
        watching.body().close();
        assertThat(media.clients).allMatch(MediaServer.Client::left);
        await().atMost(PATIENCE).until(() -> relay.roomCounters().rooms() == 0);
    }

    private Watched watch() throws Exception {
        Watched watched = new Watched();
        watched.reading(client.send(request(), BodyHandlers.ofInputStream()).body());
        return watched;
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + relay.address().getPort() + "/live/a.flv"))
                .build();
    }
}
