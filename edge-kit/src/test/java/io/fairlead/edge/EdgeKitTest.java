package io.fairlead.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit without Kafka: it starts, says why it is not ready, keeps its reports in the spool, and ends. */
class EdgeKitTest {

    @TempDir
    Path directory;

    @Test
    void startsAndEndsWithoutKafkaAndSaysSo() throws Exception {
        try (EdgeKit kit = open("edge-1")) {
            kit.decisions(Topics.DECISIONS_EXITS, DecisionReader.exitScores());
            kit.start(EdgeLoad::none);
            assertThat(get(kit, "/live").statusCode()).isEqualTo(200);
            HttpResponse<String> ready = get(kit, "/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("fairlead.decisions.exits has not been read to its end");
            Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> kit.publisher().accounts().stream()
                    .anyMatch(account ->
                            account.topic().equals(Topics.TELEMETRY_EDGES.name()) && account.backlogBytes() > 0));
            assertThat(get(kit, "/metrics").body())
                    .contains("fairlead_telemetry_offered_total")
                    .contains("fairlead_telemetry_spool_bytes")
                    .contains("fairlead_table_entries")
                    .contains("jvm_memory_used_bytes");
            assertThat(kit.jobs().isSilent("quality")).isTrue();
        }
        assertThat(directory.resolve("telemetry/spool")).isNotEmptyDirectory();
    }

    @Test
    void aDirectoryBelongsToOneEdge() throws Exception {
        try (EdgeKit kit = open("edge-1")) {
            assertThat(kit.edgeId()).isEqualTo("edge-1");
            assertThatThrownBy(() -> open("edge-2"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("belongs to another edge that is running");
        }
        open("edge-2").close();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsASentence() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertThatThrownBy(() ->
                        EdgeKit.open(settings("edge-1", file), metrics(), InstantSource.system(), System::nanoTime))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("give one that can be written");
    }

    @Test
    void settingsThatCannotBeMeantAreSentences() {
        assertThatThrownBy(() -> settings("edge 1", directory)).hasMessageContaining("The edge id is \"edge 1\"");
        assertThatThrownBy(() -> EdgeKitSettings.of("edge-1", "supernode", "1", " ", directory))
                .hasMessageContaining("bootstrap.servers");
        assertThatThrownBy(() -> settings("edge-1", directory).withJobSilenceMs(0))
                .hasMessageContaining("jobSilenceMs is 0");
    }

    private EdgeKit open(String edgeId) throws IOException {
        return EdgeKit.open(settings(edgeId, directory), metrics(), InstantSource.system(), System::nanoTime);
    }

    private static PrometheusMeterRegistry metrics() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    private static EdgeKitSettings settings(String edgeId, Path directory) {
        return EdgeKitSettings.of(edgeId, "supernode", "0.1", "127.0.0.1:1", directory);
    }

    private static HttpResponse<String> get(EdgeKit kit, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + kit.adminAddress().getPort() + path))
                                .build(),
                        BodyHandlers.ofString());
    }
}
