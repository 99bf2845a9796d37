package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionHookTest {

    private final AtomicInteger status = new AtomicInteger(200);
    private final AtomicReference<String> asked = new AtomicReference<>("");
    private HttpServer service;

    @BeforeEach
    void start() throws Exception {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
    }

    private Admission.Verdict verdict(URI hook) {
        WatchRequest request = new WatchRequest("live/a", "token=x&y", "192.0.2.1", new EmbeddedChannel());
        return new AdmissionHook(hook, 20_000, 4)
                .judge(request)
                .toCompletableFuture()
                .join();
    }

    private URI hook() {
        return URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/");
    }

    @Test
    void theServiceIsToldTheViewerAndItsAnswerCounts() {
        assertThat(verdict(hook()).admitted()).isTrue();
        assertThat(asked.get()).isEqualTo("room=live%2Fa&query=token%3Dx%26y&address=192.0.2.1");
        status.set(403);
        assertThat(verdict(hook()).status()).isEqualTo(403);
        status.set(500);
        assertThat(verdict(hook()).status()).isEqualTo(503);
    }

    @Test
    void nobodyIsAdmittedWhenTheServiceIsNotThere() {
        URI gone = hook();
        service.stop(0);
        assertThat(verdict(gone).status()).isEqualTo(503);
    }
}
