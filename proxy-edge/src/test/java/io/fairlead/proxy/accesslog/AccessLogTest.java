package io.fairlead.proxy.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines are whole, files stay within their bounds, and nobody waits for the disk. */
class AccessLogTest {

    private static final Instant AT = Instant.parse("2026-11-26T12:00:00Z");

    @TempDir
    Path directory;

    private static ProxiedRequest request(String id, String host) {
        return ProxiedRequest.newBuilder()
                .setHeader(new TelemetryHeader("edge-1", 1L, 0, 0L, 1L))
                .setRequestId(id)
                .setTenant("acme")
                .setPool("res1")
                .setProtocol(ClientProtocol.HTTP_FORWARD)
                .setTargetClass("default")
                .setTargetHost(host)
                .setTargetPort(80)
                .setExitIds(List.of("exit-1", "exit-2"))
                .setCandidates(2)
                .setPickPolicy("band")
                .setLocalScoring(false)
                .setQueueUs(1)
                .setConnectUs(2)
                .setFirstByteUs(3)
                .setTotalUs(4)
                .setBytesUp(5)
                .setBytesDown(6)
                .setOutcome(Outcome.OK)
                .setLayer(FaultLayer.NONE)
                .setStatus(200)
                .build();
    }

    @Test
    void aLineIsOneObjectWhateverStandsInIt() throws Exception {
        Path file = directory.resolve("access.log");
        try (AccessLog log = AccessLog.open(AccessLogSettings.of(file))) {
            log.ended(AT, InetAddress.getLoopbackAddress(), "GET", request("r-1", "a\"b\\c\nd"));
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(lines.get(0));
        assertThat(line.get("at").asText()).isEqualTo("2026-11-26T12:00:00Z");
        assertThat(line.get("request").asText()).isEqualTo("r-1");
        assertThat(line.get("client").asText()).isEqualTo("127.0.0.1");
        assertThat(line.get("target").asText()).isEqualTo("a\"b\\c\nd:80");
        assertThat(line.get("exit").asText()).isEqualTo("exit-2");
        assertThat(line.get("attempts").asInt()).isEqualTo(2);
        assertThat(line.get("totalUs").asInt()).isEqualTo(4);
    }

    @Test
    void filesAreRotatedAndTheOldestGoes() throws Exception {
        Path file = directory.resolve("access.log");
        try (AccessLog log = AccessLog.open(new AccessLogSettings(file, 2_000, 3, 1_000))) {
            for (int i = 0; i < 100; i++) {
                log.ended(AT, InetAddress.getLoopbackAddress(), "GET", request("r-" + i, "example.org"));
            }
        }
        List<String> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("access.log", "access.log.1", "access.log.2");
        }
        for (String name : List.of("access.log.2", "access.log.1", "access.log")) {
            assertThat(Files.size(directory.resolve(name))).isLessThanOrEqualTo(2_000);
            all.addAll(Files.readAllLines(directory.resolve(name)));
        }
        assertThat(all.get(all.size() - 1)).contains("\"r-99\"");
        assertThat(all.get(0)).contains("\"r-" + (100 - all.size()) + "\"");
    }

    @Test
    void aDiskThatFailsDropsAndCountsAndIsTriedAgain() throws Exception {
        Path place = Files.createDirectory(directory.resolve("logs"));
        Path file = place.resolve("access.log");
        try (AccessLog log = AccessLog.open(new AccessLogSettings(file, 1, 2, 10))) { // every line needs a new file
            log.ended(AT, InetAddress.getLoopbackAddress(), "GET", request("r-1", "example.org"));
            org.awaitility.Awaitility.await().until(() -> Files.exists(place.resolve("access.log.1")));
            Files.move(place, directory.resolve("gone"));
            log.ended(AT, InetAddress.getLoopbackAddress(), "GET", request("r-2", "example.org"));
            org.awaitility.Awaitility.await().until(() -> log.dropped() == 1);
            Files.createDirectory(place);
            log.ended(AT, InetAddress.getLoopbackAddress(), "GET", request("r-3", "example.org"));
            org.awaitility.Awaitility.await()
                    .until(() -> Files.exists(file) && Files.readString(file).contains("r-3"));
        }
        assertThatThrownBy(() -> AccessLog.open(
                        AccessLogSettings.of(directory.resolve("none").resolve("log"))))
                .hasMessageContaining("can't be written")
                .hasMessageContaining("make its directory");
    }
}
