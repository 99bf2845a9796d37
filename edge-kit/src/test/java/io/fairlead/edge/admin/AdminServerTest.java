package io.fairlead.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Health health = new Health();
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = AdminServer.start(ANY, health, metrics);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void readinessNamesItsReasonsUntilThereAreNone() throws Exception {
        AtomicReference<List<String>> reasons = new AtomicReference<>(List.of("decisions.exits has not been read"));
        health.readiness("tables", reasons::get);
        health.note("telemetry", () -> List.of("Kafka takes nothing"));
        HttpResponse<String> unready = get("/ready");
        assertThat(unready.statusCode()).isEqualTo(503);
        JsonNode body = new ObjectMapper().readTree(unready.body());
        assertThat(body.get("ready").asBoolean()).isFalse();
        assertThat(body.at("/reasons/0/part").asText()).isEqualTo("tables");
        assertThat(body.at("/reasons/0/reason").asText()).isEqualTo("decisions.exits has not been read");
        assertThat(body.at("/notes/0/reason").asText()).isEqualTo("Kafka takes nothing");
        assertThat(get("/live").statusCode()).isEqualTo(200);

        reasons.set(List.of());
        assertThat(get("/ready").statusCode()).isEqualTo(200);
        assertThat(get("/ready").body()).contains("\"ready\":true");
    }

    @Test
    void aDeadPartIsNotAlive() throws Exception {
        health.liveness("tables", () -> List.of("the thread has ended"));
        assertThat(get("/live").statusCode()).isEqualTo(503);
        assertThat(get("/live").body()).contains("the thread has ended");
    }

    @Test
    void metricsAreThoseOfTheRegistry() throws Exception {
        metrics.counter("fairlead.test.things", "kind", "good").increment(3);
        HttpResponse<String> scraped = get("/metrics");
        assertThat(scraped.statusCode()).isEqualTo(200);
        assertThat(scraped.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(scraped.body()).contains("fairlead_test_things_total{kind=\"good\"} 3");
    }

    @Test
    void otherPathsAndMethodsAreTurnedAway() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/ready/now").statusCode()).isEqualTo(404);
        assertThat(get("/ready?verbose").statusCode()).isEqualTo(200);
        HttpResponse<String> posted =
                client.send(request("/ready").POST(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("allow")).hasValue("GET, HEAD");
        HttpResponse<String> head = client.send(
                request("/live").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedAndTheEndpointGoesOn() throws Exception {
        HttpResponse<String> refused = client.send(
                request("/ready")
                        .POST(BodyPublishers.ofByteArray(new byte[20_000]))
                        .build(),
                BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void rubbishIsAnsweredWith400AndClosed() throws Exception {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write("\0\1\2 rubbish\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("HTTP/1.1 400");
        }
        assertThat(get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aPartThatThrowsIsAFailureOfTheAnswerAndNotOfTheEndpoint() throws Exception {
        health.readiness("broken", () -> {
            throw new IllegalStateException("broken");
        });
        assertThat(get("/ready").statusCode()).isEqualTo(500);
        assertThat(get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void anAddressThatIsTakenIsASentence() {
        assertThatThrownBy(() -> AdminServer.start(server.address(), health, metrics))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("can't listen on")
                .hasMessageContaining("give it an address that is free");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + path));
    }
}
