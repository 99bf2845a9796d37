package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Ffmpeg;
import io.fairlead.relay.room.RingBounds;
import io.fairlead.relay.room.RoomSettings;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ffmpeg publishes at the speed of time, another ffmpeg records what it watches, ffprobe and a decoder look at it. */
class FfmpegThroughRelayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void whatFfmpegPublishesFfmpegRecordsWithoutAGap() throws Exception {
        Ffmpeg.demand();
        try (RelayServer server = RelayServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new RoomBook(Map.of("live/test", RoomTerms.ofKey(RoomBook.digest("k")))),
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS.withWaits(3_000, 500, 5_000),
                null,
                System::nanoTime)) {
            String room = "http://127.0.0.1:" + server.address().getPort() + "/live/test.flv";
            List<String> line = new ArrayList<>(Ffmpeg.testPicture(8, room + "?key=k"));
            line.addAll(line.indexOf("-f"), List.of("-re"));
            Process publishing = new ProcessBuilder(line).inheritIO().start();
            try {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> server.counters().published() == 1);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> server.roomCounters().rooms() == 1);
                Path recorded = directory.resolve("recorded.flv");
                Ffmpeg.run(List.of(
                        "ffmpeg", "-nostdin", "-loglevel", "error", "-i", room, "-c", "copy", recorded.toString()));
                assertThat(publishing.waitFor()).isZero();
                List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
                assertThat(video).hasSizeGreaterThan(50);
                for (int each = 1; each < video.size(); each++) {
                    assertThat(video.get(each) - video.get(each - 1)).isEqualTo(40);
                }
                List<Long> audio = Ffmpeg.decodingTimes(recorded, "a");
                for (int each = 1; each < audio.size(); each++) {
                    assertThat(audio.get(each) - audio.get(each - 1)).isBetween(20L, 30L);
                }
                assertThat(Ffmpeg.run(List.of(
                                "ffmpeg", "-nostdin", "-v", "warning", "-i", recorded.toString(), "-f", "null", "-")))
                        .as("what ffmpeg complains of")
                        .isEmpty();
            } finally {
                publishing.destroyForcibly();
            }
        }
    }

    @Test
    void hevcIsPublishedPulledAndWatchedAsATransportStream() throws Exception {
        Ffmpeg.demand();
        Path picture = directory.resolve("picture.ts");
        List<String> encoding = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi"));
        encoding.addAll(List.of("-i", "testsrc2=size=160x120:rate=25", "-f", "lavfi", "-i", "sine=sample_rate=48000"));
        encoding.addAll(List.of("-t", "6", "-c:v", "libx265", "-preset", "ultrafast", "-g", "25", "-threads", "1"));
        encoding.addAll(List.of("-x265-params", "log-level=none:bframes=2", "-c:a", "aac", picture.toString()));
        Ffmpeg.run(encoding);
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        // Half of it comes at once: nobody is behind by that.
        RoomSettings waits = RoomSettings.DEFAULTS
                .withWaits(3_000, 500, 5_000)
                .withRing(new RingBounds(16_384, 32 << 20, 60_000, 500))
                .withSlowViewers(60_000, 5, 20_000);
        RoomBook book = new RoomBook(Map.of("live/test", RoomTerms.ofKey(RoomBook.digest("k"))));
        try (RelayServer origin = RelayServer.start(any, book, ServerSettings.DEFAULTS, waits, null, System::nanoTime);
                RelayServer puller = RelayServer.start(
                        any,
                        new RoomBook(Map.of()),
                        ServerSettings.DEFAULTS,
                        waits,
                        PullSettings.of(at(origin, ""))
                                .withContainer(Container.TS)
                                .withStreams(1),
                        System::nanoTime)) {
            byte[] stream = Files.readAllBytes(picture);
            HttpURLConnection publishing =
                    (HttpURLConnection) at(origin, "/live/test?key=k").toURL().openConnection();
            publishing.setRequestMethod("POST");
            publishing.setDoOutput(true);
            publishing.setChunkedStreamingMode(8_192);
            Path recorded = directory.resolve("recorded.ts");
            Process recording = null;
            try (OutputStream out = publishing.getOutputStream()) {
                out.write(stream, 0, stream.length / 2);
                out.flush();
                await().atMost(PATIENCE).until(() -> origin.counters().published() == 1);
                recording = new ProcessBuilder(
                                "ffmpeg",
                                "-nostdin",
                                "-loglevel",
                                "error",
                                "-i",
                                at(puller, "/live/test.ts").toString(),
                                "-c",
                                "copy",
                                recorded.toString())
                        .inheritIO()
                        .start();
                // It flows: a viewer is there before what it watches has been pulled.
                await().atMost(PATIENCE).until(() -> puller.roomCounters().bytesOut() > 0);
                out.write(stream, stream.length / 2, stream.length - stream.length / 2);
            }
            try {
                assertThat(publishing.getResponseCode()).isEqualTo(200);
                assertThat(recording.waitFor()).isZero();
                List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
                assertThat(video).hasSizeGreaterThan(50);
                for (int each = 1; each < video.size(); each++) {
                    assertThat(video.get(each) - video.get(each - 1)).isEqualTo(3_600);
                }
                assertThat(Ffmpeg.run(List.of(
                                "ffprobe", "-v", "error", "-show_entries", "stream=codec_name", recorded.toString())))
                        .contains("codec_name=hevc")
                        .contains("codec_name=aac");
                assertThat(Ffmpeg.run(List.of(
                                "ffmpeg", "-nostdin", "-v", "error", "-i", recorded.toString(), "-f", "null", "-")))
                        .as("what the decoder complains of")
                        .isEmpty();
            } finally {
                recording.destroyForcibly();
            }
        }
    }

    private static URI at(RelayServer server, String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }
}
