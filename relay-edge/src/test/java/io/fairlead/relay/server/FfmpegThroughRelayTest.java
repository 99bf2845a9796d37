package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.room.Ffmpeg;
import io.fairlead.relay.room.RoomSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ffmpeg publishes at the speed of time, another ffmpeg records what it watches, ffprobe and a decoder look at it. */
class FfmpegThroughRelayTest {

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
}
