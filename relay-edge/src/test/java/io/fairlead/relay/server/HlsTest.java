package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.room.Ffmpeg;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.schemas.telemetry.ViewerClose;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.fairlead.schemas.telemetry.ViewerReport;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A room that is watched by HLS: by requests one after the other, and by ffmpeg. Media come as fast as they are sent, whatever the time. */
@Timeout(180)
class HlsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SECONDS = 12;

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<SpecificRecord> told = new CopyOnWriteArrayList<>();
    private final AtomicReference<Admission.Verdict> verdict = new AtomicReference<>(Admission.Verdict.ADMITTED);
    private RelayServer server;
    private byte[] picture;
    private boolean stopped;

    @BeforeEach
    void start() throws Exception {
        Ffmpeg.demand();
        Path file = directory.resolve("in.flv");
        Ffmpeg.run(Ffmpeg.testPicture(SECONDS, file.toString()));
        picture = Files.readAllBytes(file);
        start(ServerSettings.DEFAULTS);
    }

    private void start(ServerSettings settings) throws Exception {
        server = RelayServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new RoomBook(Map.of("live/a", RoomTerms.ofKey(RoomBook.digest("k")))),
                settings,
                RoomSettings.DEFAULTS.withWaits(3_000, 500, 5_000),
                null,
                request -> CompletableFuture.completedStage(verdict.get()),
                null,
                new Reports((topic, key, record) -> told.add(record), "edge", "", 60_000, 60_000, 60_000),
                System::nanoTime);
    }

    @AfterEach
    void stop() {
        if (!stopped) {
            stopped = true;
            server.close();
        }
    }

    private HttpURLConnection publish() throws Exception {
        HttpURLConnection publishing =
                (HttpURLConnection) at("/live/a?key=k").toURL().openConnection();
        publishing.setRequestMethod("POST");
        publishing.setDoOutput(true);
        publishing.setChunkedStreamingMode(8_192);
        return publishing;
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }

    private HttpResponse<String> get(URI address) throws Exception {
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    /** Enters, and gives the address of the playlist. */
    private URI enter() throws Exception {
        HttpResponse<String> entry = get(at("/live/a.m3u8"));
        assertThat(entry.statusCode()).as(entry.body()).isEqualTo(200);
        assertThat(entry.headers().firstValue("content-type")).hasValue("application/vnd.apple.mpegurl");
        assertThat(entry.headers().firstValue("cache-control")).hasValue("no-store");
        List<String> lines = entry.body().lines().toList();
        assertThat(lines.get(lines.size() - 2)).startsWith("#EXT-X-STREAM-INF:BANDWIDTH=");
        return at("/live/a.m3u8").resolve(lines.get(lines.size() - 1));
    }

    @Test
    void requestsOfOneViewerAreAnsweredToTheRules() throws Exception {
        HttpURLConnection publishing = publish();
        try (OutputStream out = publishing.getOutputStream()) {
            out.write(picture, 0, picture.length / 2);
            out.flush();
            await().atMost(PATIENCE).until(() -> server.counters().published() == 1);
            URI playlist = enter();
            assertThat(server.roomCounters().viewers()).isEqualTo(1);
            HttpResponse<String> first = get(playlist);
            assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
            assertThat(first.headers().firstValue("access-control-allow-origin"))
                    .hasValue("*");
            assertThat(first.body()).contains("#EXTINF:2.000,\n0.ts\n");
            HttpResponse<byte[]> segment =
                    http.send(HttpRequest.newBuilder(playlist.resolve("0.ts")).build(), BodyHandlers.ofByteArray());
            assertThat(segment.headers().firstValue("content-type")).hasValue("video/mp2t");
            assertThat(segment.headers().firstValue("cache-control")).hasValue("max-age=60");
            assertThat(segment.body()).startsWith(0x47).hasSizeGreaterThan(10_000);
            assertThat(get(playlist.resolve("0.1.ts")).statusCode()).isEqualTo(200);
            assertThat(get(playlist.resolve("0.99.ts")).statusCode()).isEqualTo(404);
            assertThat(get(playlist.resolve("99.ts")).statusCode()).isEqualTo(404);
            assertThat(get(URI.create(playlist + "?_HLS_msn=99")).statusCode()).isEqualTo(400);
            assertThat(get(at("/live/a.m3u8/" + "0".repeat(32) + "/index.m3u8")).statusCode())
                    .as("an address that nobody was given")
                    .isEqualTo(404);
            assertThat(get(at("/live/b.m3u8")).statusCode()).isEqualTo(404);
            verdict.set(Admission.Verdict.refused("not you"));
            assertThat(get(at("/live/a.m3u8")).statusCode()).isEqualTo(403);
            verdict.set(Admission.Verdict.ADMITTED);
            assertThat(server.roomCounters().viewers()).isEqualTo(1);
            waitsForWhatIsToCome(playlist, out);
        }
        assertThat(publishing.getResponseCode()).isEqualTo(200);
        stop();
        assertThat(told).hasSize(1);
        ViewerReport report = (ViewerReport) told.get(0);
        assertThat(report.getProtocol()).isEqualTo(ViewerProtocol.HLS);
        assertThat(report.getBytes()).isGreaterThan(10_000);
        assertThat(report.getFirstByteUs()).isPositive();
        assertThat(report.getClose()).isNotEqualTo(ViewerClose.WATCHING);
    }

    @Test
    void oneWhoAsksForNothingHasLeftAndViewersAreBounded() throws Exception {
        server.close();
        start(ServerSettings.DEFAULTS.withHls(1, 500, 30_000));
        HttpURLConnection publishing = publish();
        try (OutputStream out = publishing.getOutputStream()) {
            out.write(picture, 0, picture.length / 2);
            out.flush();
            await().atMost(PATIENCE).until(() -> server.counters().published() == 1);
            URI playlist = enter();
            await().atMost(PATIENCE).until(() -> server.roomCounters().viewers() == 0);
            HttpResponse<String> late = get(playlist);
            assertThat(late.statusCode()).isEqualTo(404);
            assertThat(late.body()).contains("begin again at /live/a.m3u8");
            enter();
        }
        assertThat(publishing.getResponseCode()).isEqualTo(200);
    }

    private void waitsForWhatIsToCome(URI playlist, OutputStream out) throws Exception {
        long newest = newest(get(playlist).body());
        CompletableFuture<HttpResponse<String>> next = http.sendAsync(
                HttpRequest.newBuilder(URI.create(playlist + "?_HLS_msn=" + (newest + 2)))
                        .build(),
                BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> part = http.sendAsync(
                HttpRequest.newBuilder(playlist.resolve((newest + 2) + ".0.ts")).build(), BodyHandlers.ofString());
        out.write(picture, picture.length / 2, picture.length - picture.length / 2);
        out.flush();
        assertThat(newest(next.join().body())).isGreaterThanOrEqualTo(newest + 2);
        assertThat(part.join().statusCode()).isEqualTo(200);
    }

    private static long newest(String playlist) {
        return playlist.lines()
                .filter(line -> line.endsWith(".ts"))
                .mapToLong(line -> Long.parseLong(line.substring(0, line.length() - 3)))
                .max()
                .orElseThrow();
    }

    @Test
    void ffmpegRecordsEveryFrameToTheEnd() throws Exception {
        Path recorded = directory.resolve("recorded.ts");
        HttpURLConnection publishing = publish();
        Process recording = null;
        try {
            try (OutputStream out = publishing.getOutputStream()) {
                out.write(picture, 0, picture.length / 2);
                out.flush();
                await().atMost(PATIENCE).until(() -> server.counters().published() == 1);
                recording = new ProcessBuilder(
                                "ffmpeg",
                                "-nostdin",
                                "-loglevel",
                                "error",
                                "-live_start_index",
                                "0",
                                "-i",
                                at("/live/a.m3u8").toString(),
                                "-c",
                                "copy",
                                recorded.toString())
                        .inheritIO()
                        .start();
                await().atMost(PATIENCE).until(() -> server.roomCounters().bytesOut() > 20_000);
                out.write(picture, picture.length / 2, picture.length - picture.length / 2);
            }
            assertThat(publishing.getResponseCode()).isEqualTo(200);
            assertThat(recording.waitFor()).isZero();
        } finally {
            if (recording != null) {
                recording.destroyForcibly();
            }
        }
        List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
        assertThat(video).hasSizeGreaterThan(SECONDS / 2 * 25);
        for (int each = 1; each < video.size(); each++) {
            assertThat(video.get(each) - video.get(each - 1)).isEqualTo(3_600);
        }
    }
}
