package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Reads what the console and the fleet answer. */
final class ConsoleReader {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Duration patience;
    private final HttpClient client;
    private final ObjectMapper json = new ObjectMapper();

    ConsoleReader() {
        this(PATIENCE);
    }

    /** @param patience for each answer */
    ConsoleReader(Duration patience) {
        this.patience = patience;
        this.client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    }

    JsonNode get(URI url) throws IOException, InterruptedException {
        return json.readTree(text(HttpRequest.newBuilder(url).timeout(patience).build()));
    }

    String getText(URI url) throws IOException, InterruptedException {
        return text(HttpRequest.newBuilder(url).timeout(patience).build());
    }

    /** Sends JSON; {@code DELETE} where there is none. */
    JsonNode change(URI url, Object value) throws IOException, InterruptedException {
        return json.readTree(text(HttpRequest.newBuilder(url)
                .timeout(patience)
                .PUT(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(value)))
                .build()));
    }

    JsonNode delete(URI url) throws IOException, InterruptedException {
        return json.readTree(
                text(HttpRequest.newBuilder(url).timeout(patience).DELETE().build()));
    }

    private String text(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 400) {
            JsonNode problem =
                    answer.body().startsWith("{") ? json.readTree(answer.body()).get("problem") : null;
            throw new IOException(
                    problem == null ? request.uri() + " answered " + answer.statusCode() : problem.asText());
        }
        return answer.body();
    }
}
