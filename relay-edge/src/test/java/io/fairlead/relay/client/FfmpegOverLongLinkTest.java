package io.fairlead.relay.client;

import static io.fairlead.relay.client.RelayPair.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.room.Ffmpeg;
import io.fairlead.relay.server.RelayServer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ffmpeg publishes at a relay server; of a hundred viewers behind one relay client the master leaves, and another ffmpeg records on. */
@Timeout(180)
class FfmpegOverLongLinkTest {

    private static final int VIEWERS = 98;

    @TempDir
    Path directory;

    @Test
    void whatASlaveRecordsHasNoGapWhenTheMasterLeaves() throws Exception {
        Ffmpeg.demand();
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (RelayPair relays = new RelayPair()) {
            relays.rooms = relays.rooms.withWaits(3_000, 500, 5_000);
            RelayServer server = relays.server(null);
            RelayClient client = relays.client("client-1", Objects.requireNonNull(server.linkAddress()));
            await().atMost(PATIENCE).until(() -> client.reachableParents() == 1);
            String room = "http://127.0.0.1:" + client.address().getPort() + "/live/a.flv";
            String publish = "http://127.0.0.1:" + server.address().getPort() + "/live/a.flv?key=" + RelayPair.KEY;
            List<String> line = new ArrayList<>(Ffmpeg.testPicture(10, publish));
            line.addAll(line.indexOf("-f"), List.of("-re"));
            Process publishing = new ProcessBuilder(line).inheritIO().start();
            Process recording = null;
            try {
                await().atMost(PATIENCE).until(() -> server.counters().published() == 1);
                HttpRequest request = HttpRequest.newBuilder(URI.create(room)).build();
                HttpResponse<InputStream> master = http.send(request, BodyHandlers.ofInputStream());
                assertThat(master.statusCode()).isEqualTo(200);
                List<CompletableFuture<HttpResponse<Void>>> others = new ArrayList<>();
                for (int each = 0; each < VIEWERS; each++) {
                    others.add(http.sendAsync(request, BodyHandlers.discarding()));
                }
                Path recorded = directory.resolve("recorded.flv");
                recording = new ProcessBuilder(
                                "ffmpeg",
                                "-nostdin",
                                "-loglevel",
                                "error",
                                "-i",
                                room,
                                "-c",
                                "copy",
                                "-flush_packets",
                                "1",
                                recorded.toString())
                        .inheritIO()
                        .start();
                await().atMost(PATIENCE)
                        .until(() ->
                                Objects.requireNonNull(server.legCounters()).viewers() == VIEWERS + 2
                                        && Files.exists(recorded)
                                        && Files.size(recorded) > 20_000);
                assertThat(client.linkCounters().mediaStreams()).isEqualTo(1);
                master.body().close();
                assertThat(publishing.waitFor()).isZero();
                assertThat(recording.waitFor()).isZero();
                assertThat(others)
                        .as("viewers who stayed, ended in order with the room")
                        .allMatch(each -> each.join().statusCode() == 200);
                assertThat(client.linkCounters().mediaStreams()).isEqualTo(2);
                List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
                assertThat(video).hasSizeGreaterThan(25);
                for (int each = 1; each < video.size(); each++) {
                    assertThat(video.get(each) - video.get(each - 1)).isEqualTo(40);
                }
            } finally {
                publishing.destroyForcibly();
                if (recording != null) {
                    recording.destroyForcibly();
                }
            }
        }
    }
}
