package io.fairlead.lab.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** mpegts.js and hls.js play behind a relay client while the master leaves; one player at the relay server shows what the machine does meanwhile. */
@Timeout(240)
class BrowserAcrossPromotionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int BEARABLE_WAIT_MS = 300;
    private static final double BEFORE_S = 2;
    private static final double AFTER_S = 3;
    private static final int FRAMES_A_SECOND = 25;

    @TempDir
    Path directory;

    @Test
    void playersGoOnWhenTheMasterLeaves() throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (LivePair pair = new LivePair(directory)) {
            await().atMost(PATIENCE).until(() -> pair.server.counters().published() == 1);
            await().atMost(PATIENCE).until(() -> pair.client.reachableParents() == 1);
            HttpResponse<InputStream> master = http.send(
                    HttpRequest.newBuilder(URI.create(pair.behindClient(".flv")))
                            .build(),
                    BodyHandlers.ofInputStream());
            assertThat(master.statusCode()).isEqualTo(200);
            Map<String, String> played = new LinkedHashMap<>();
            played.put("control", "flv:" + pair.atServer(".flv"));
            played.put("flv", "flv:" + pair.behindClient(".flv"));
            played.put("ts", "mpegts:" + pair.behindClient(".ts"));
            played.put("hls", "hls:" + pair.behindClient(".m3u8"));
            try (Players players = new Players(directory, played)) {
                plays(players, played, BEFORE_S);
                long carried = pair.client.linkCounters().mediaStreams();
                master.body().close();
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(pair.client.linkCounters().mediaStreams())
                            .as("streams that have carried")
                            .isGreaterThan(carried);
                    assertThat(Objects.requireNonNull(pair.server.legCounters()).viewers())
                            .as("viewers behind the relay client")
                            .isEqualTo(3);
                });
                double reached = played.keySet().stream()
                        .mapToDouble(each -> players.state(each).timeS())
                        .max()
                        .orElseThrow();
                plays(players, played, reached + AFTER_S);
                int machineWaitsMs = players.state("control").longestWaitMs();
                for (String each : List.of("flv", "ts", "hls")) {
                    Players.State state = players.state(each);
                    assertThat(state.errors()).as(each).isEmpty();
                    assertThat(state.ranges())
                            .as(each + " has holes: " + players.all())
                            .isEqualTo(1);
                    assertThat(state.frames()).as(players.all()).isGreaterThan((int) (AFTER_S * FRAMES_A_SECOND));
                    assertThat(state.longestWaitMs())
                            .as("%s has waited; the player that nothing happens to: %d ms", each, machineWaitsMs)
                            .isLessThanOrEqualTo(Math.max(BEARABLE_WAIT_MS, 2 * machineWaitsMs));
                }
            }
        }
    }

    private static void plays(Players players, Map<String, String> all, double toS) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(all.keySet())
                .as("all play to %.1f s: %s", toS, players.all())
                .allMatch(each -> players.state(each).timeS() >= toS));
    }
}
