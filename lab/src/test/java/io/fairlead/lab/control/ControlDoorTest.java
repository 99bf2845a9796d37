package io.fairlead.lab.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The door over real HTTP: what it takes, and what it says of what it does not. */
@Timeout(300)
class ControlDoorTest {

    @Test
    void saysWhatThereIsWhatCantBeDoneAndWhy() throws Exception {
        try (ControlDoor door = new ControlDoor.Plan()
                .on("GET", "/things", asked -> List.of(1, 2))
                .on("PUT", "/things/ID/weight", asked -> Map.of(asked.part(1), asked.body(Integer.class)))
                .on("DELETE", "/networks/ASN", asked -> {
                    throw new IllegalArgumentException("there is no network " + asked.part(1));
                })
                .open("test-door", 0)) {
            assertThat(ask(door, "GET", "/things", "").body()).isEqualTo("[1,2]");
            assertThat(ask(door, "PUT", "/things/a.b-1/weight", "7").body()).isEqualTo("{\"a.b-1\":7}");
            says(ask(door, "PUT", "/things/a/weight", "{broken"), 400, "problem");
            says(ask(door, "DELETE", "/networks/64500", ""), 400, "there is no network 64500");
            says(ask(door, "POST", "/things", ""), 405, "There is GET /things.");
            says(ask(door, "GET", "/other", ""), 404, "PUT /things/ID/weight, DELETE /networks/ASN");
            says(ask(door, "DELETE", "/networks/x", ""), 404, "There is GET /things");
        }
    }

    private static void says(HttpResponse<String> answer, int status, String words) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(words);
    }

    private static HttpResponse<String> ask(ControlDoor door, String method, String path, String body)
            throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + path))
                                .method(method, BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
    }
}
