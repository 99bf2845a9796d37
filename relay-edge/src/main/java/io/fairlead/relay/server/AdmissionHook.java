package io.fairlead.relay.server;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * Asks a service of the operator about each viewer: POST of a form with {@code room}, {@code query} and {@code address}. 2xx admits, 401,
 * 403 and 404 refuse, anything else, no answer in time and too many questions at once are 503: nobody watches unasked.
 */
public final class AdmissionHook implements Admission {

    private final URI address;
    private final Duration timeout;
    private final HttpClient client;
    private final Semaphore places;

    /**
     * @param address {@code http} or {@code https}
     * @param timeoutMs a question without an answer for so long is given up
     * @param maxAsking questions at once
     */
    public AdmissionHook(URI address, int timeoutMs, int maxAsking) {
        if (!"http".equals(address.getScheme()) && !"https".equals(address.getScheme())) {
            throw new IllegalArgumentException("the admission hook is \"" + address + "\"; say http://… or https://…");
        }
        if (timeoutMs < 1 || maxAsking < 1) {
            throw new IllegalArgumentException(
                    "the hook's time is " + timeoutMs + " ms, its places " + maxAsking + "; both must be at least 1");
        }
        this.address = address;
        this.timeout = Duration.ofMillis(timeoutMs);
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
        this.places = new Semaphore(maxAsking);
    }

    /** One that answers within 2 s, with 256 questions at once. */
    public static AdmissionHook of(URI address) {
        return new AdmissionHook(address, 2_000, 256);
    }

    @Override
    public CompletionStage<Verdict> judge(WatchRequest request) {
        if (!places.tryAcquire()) {
            return CompletableFuture.completedStage(unavailable("too many viewers are being asked about; try again"));
        }
        HttpRequest question = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("room=" + escaped(request.room()) + "&query="
                        + escaped(request.query()) + "&address=" + escaped(request.address())))
                .build();
        return client.sendAsync(question, BodyHandlers.discarding()).handle((answer, failure) -> {
            places.release();
            return answer == null
                    ? unavailable("the service that says who may watch does not answer; try again")
                    : verdict(answer);
        });
    }

    private static Verdict verdict(HttpResponse<Void> answer) {
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return Verdict.ADMITTED;
        }
        if (status == 401 || status == 403 || status == 404) {
            return new Verdict(status, "the service that says who may watch refuses this viewer");
        }
        return unavailable("the service that says who may watch answers " + status + "; try again");
    }

    private static Verdict unavailable(String sentence) {
        return new Verdict(503, sentence);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
