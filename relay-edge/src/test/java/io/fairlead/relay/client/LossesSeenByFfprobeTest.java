package io.fairlead.relay.client;

import static io.fairlead.relay.client.RelayPair.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.leg.Role;
import io.fairlead.relay.leg.Standing;
import io.fairlead.relay.room.Ffmpeg;
import io.fairlead.relay.server.RelayServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * ffmpeg publishes to a media server, of which a relay server asks a stream for each viewer behind a relay client; viewers are processes. One
 * master after the other is lost: it goes in order, it is killed, its stream from the media server is reset, its stream falls silent. What a
 * slave has recorded meanwhile is looked at by ffprobe.
 */
@Timeout(180)
class LossesSeenByFfprobeTest {

    private static final int PUBLISHED_S = 120;
    private static final long FRAME_MS = 40;

    /** A frame of AAC has 1024 samples of 44100 a second; FLV counts whole ms. */
    private static final long SOUND_MS_MAX = 24;

    /** Of the recording between two losses: a second or more. */
    private static final long PART_BYTES = 60_000;

    private static final int END_S = 20;

    @TempDir
    Path directory;

    private final Map<String, Process> viewers = new LinkedHashMap<>();

    @Test
    void whatASlaveRecordsHasNoGapHoweverMastersAreLost() throws Exception {
        Ffmpeg.demand();
        try (RelayPair relays = new RelayPair()) {
            RelayServer media = relays.server(null);
            StallingPath path = new StallingPath(media.address());
            relays.open.add(0, path);
            RelayServer server = relays.server(
                    URI.create("http://127.0.0.1:" + path.address().getPort()));
            RelayClient client = relays.client("client-1", Objects.requireNonNull(server.linkAddress()));
            await().atMost(PATIENCE).until(() -> client.reachableParents() == 1);
            String room = "http://127.0.0.1:" + client.address().getPort() + "/live/a.flv?viewer=";
            Process publishing = publish(media);
            try {
                await().atMost(PATIENCE).until(() -> media.counters().published() == 1);
                for (String name : List.of("leaves", "killed", "reset", "silent")) {
                    watch(server, name, room + name, "-c", "copy", "-f", "null", "-");
                }
                Path recorded = directory.resolve("recorded.flv");
                watch(server, "records", room + "records", "-c", "copy", "-flush_packets", "1", recorded.toString());
                long accepted = client.counters().accepted();
                LegCounters legs = Objects.requireNonNull(server.legCounters());
                goesOn(server, recorded, "leaves", 0);
                viewer("leaves").destroy();
                goesOn(server, recorded, "killed", 1);
                viewer("killed").destroyForcibly();
                goesOn(server, recorded, "reset", 2);
                path.reset("viewer=reset ");
                await().atMost(PATIENCE).until(() -> legs.promotions() == 3);
                String fourth = nameOfMaster(server);
                goesOn(server, recorded, fourth, 3);
                path.stall("viewer=" + fourth + " ");
                await().atMost(PATIENCE).until(() -> server.roomCounters().silences() == 1);
                goesOn(server, recorded, nameOfMaster(server), 4);

                assertThat(nameOfMaster(server)).isNotEqualTo(fourth);
                assertThat(client.counters().accepted())
                        .as("connections of viewers: nobody came again")
                        .isEqualTo(accepted);
                assertThat(viewer("reset").isAlive()).isTrue();
                assertThat(viewer("silent").isAlive()).isTrue();
                Process recording = viewer("records");
                assertThat(recording.isAlive()).isTrue();
                recording.destroy();
                assertThat(recording.waitFor(END_S, TimeUnit.SECONDS)).isTrue();
                continuous(recorded);
            } finally {
                publishing.destroyForcibly();
                viewers.values().forEach(Process::destroyForcibly);
            }
        }
    }

    private static Process publish(RelayServer media) throws IOException {
        String to = "http://127.0.0.1:" + media.address().getPort() + "/live/a.flv?key=" + RelayPair.KEY;
        List<String> line = new ArrayList<>(Ffmpeg.testPicture(PUBLISHED_S, to));
        line.addAll(line.indexOf("-f"), List.of("-re"));
        return new ProcessBuilder(line).inheritIO().start();
    }

    /** One comes after the other, so that it is known whose turn is next. */
    private void watch(RelayServer server, String name, String from, String... to) throws IOException {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "fatal", "-i", from));
        command.addAll(List.of(to));
        viewers.put(name, new ProcessBuilder(command).inheritIO().start());
        await().atMost(PATIENCE)
                .until(() -> Objects.requireNonNull(server.legCounters()).viewers() == viewers.size());
    }

    private Process viewer(String name) {
        return Objects.requireNonNull(viewers.get(name));
    }

    /** Waits until that viewer is the master, a spare stands by, and more is recorded. */
    private static void goesOn(RelayServer server, Path recorded, String master, int promotions) throws Exception {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(Objects.requireNonNull(server.legCounters()).promotions())
                    .isEqualTo(promotions);
            List<Standing> standings = standings(server);
            assertThat(standings)
                    .anyMatch(each -> each.role() == Role.MASTER && each.query().equals("viewer=" + master))
                    .anyMatch(each -> each.role() == Role.SPARE);
        });
        long before = Files.exists(recorded) ? Files.size(recorded) : 0;
        await().atMost(PATIENCE).until(() -> Files.exists(recorded) && Files.size(recorded) > before + PART_BYTES);
    }

    private static String nameOfMaster(RelayServer server) throws Exception {
        return standings(server).stream()
                .filter(each -> each.role() == Role.MASTER)
                .map(each -> each.query().substring("viewer=".length()))
                .findFirst()
                .orElse("nobody");
    }

    private static List<Standing> standings(RelayServer server) throws Exception {
        return server.standings("live/a", "client-1").get(END_S, TimeUnit.SECONDS);
    }

    /** Each frame follows the one before by one interval; so does each sound, by one interval at most. */
    private static void continuous(Path recorded) throws Exception {
        List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
        assertThat(video).hasSizeGreaterThan(100);
        for (int each = 1; each < video.size(); each++) {
            assertThat(video.get(each) - video.get(each - 1))
                    .as("from picture %d to the next", each - 1)
                    .isEqualTo(FRAME_MS);
        }
        List<Long> audio = Ffmpeg.decodingTimes(recorded, "a");
        assertThat(audio).hasSizeGreaterThan(100);
        for (int each = 1; each < audio.size(); each++) {
            assertThat(audio.get(each) - audio.get(each - 1))
                    .as("from sound %d to the next", each - 1)
                    .isBetween(1L, SOUND_MS_MAX);
        }
        assertThat(Ffmpeg.run(List.of("ffmpeg", "-v", "error", "-i", recorded.toString(), "-f", "null", "-")))
                .as("what decoding it has to say")
                .isEmpty();
    }
}
