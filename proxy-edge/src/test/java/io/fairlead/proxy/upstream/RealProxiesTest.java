package io.fairlead.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.front.Curl;
import io.fairlead.proxy.front.WebSite;
import io.fairlead.proxy.link.Bytes;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** curl through Fairlead through tinyproxy and microsocks. */
@Timeout(300)
class RealProxiesTest {

    /** By hand, more: {@code -Dfairlead.test.mebibytes=100}. */
    private static final int MEBIBYTES = Integer.getInteger("fairlead.test.mebibytes", 4);

    @TempDir
    private Path directory;

    private ProxyProgram program(String which, String user, String password) throws Exception {
        return which.equals("tinyproxy")
                ? ProxyProgram.tinyproxy(directory, user, password)
                : ProxyProgram.microsocks(user, password);
    }

    @Test
    void everyWayInGoesThroughEveryWayOut() throws Exception {
        for (String which : List.of("tinyproxy", "microsocks")) {
            try (ProxyProgram proxy = program(which, "", "");
                    UpstreamRig rig = new UpstreamRig();
                    WebSite site = WebSite.saying("found")) {
                rig.online("up-1", UpstreamRig.upstream(proxy.kind, proxy.port).build());
                assertThat(rig.curl(site.url("/")).text()).as(which).isEqualTo("found");
                assertThat(rig.curl("-p", site.url("/")).text()).as(which).isEqualTo("found");
                assertThat(rig.curlBy("socks5h", site.url("/")).text())
                        .as(which)
                        .isEqualTo("found");
                rig.request(3);
                assertThat(rig.requests).extracting(ProxiedRequest::getOutcome).containsOnly(Outcome.OK);
                assertThat(rig.requests).extracting(ProxiedRequest::getExitIds).containsOnly(List.of("up-1"));
            }
        }
    }

    @Test
    void passwordsAreFoundByReferenceAndAWrongOneIsTheExitsFault() throws Exception {
        Files.writeString(directory.resolve("upstreams"), "right=op3n\nwrong=shut\n");
        for (String which : List.of("tinyproxy", "microsocks")) {
            try (ProxyProgram proxy = program(which, "bob", "op3n");
                    UpstreamRig rig = new UpstreamRig(UpstreamRig.withSecrets(directory));
                    WebSite site = WebSite.saying("found")) {
                rig.online(
                        "up-1",
                        UpstreamRig.upstream(proxy.kind, proxy.port)
                                .setUserName("bob")
                                .setSecretReference("file:upstreams#wrong")
                                .build());
                Curl.Result denied = rig.curl(site.url("/"));
                assertThat(denied.status()).as(which).isEqualTo(502);
                assertThat(denied.proxyStatus()).contains("did not take this edge's log-in");
                assertThat(rig.completed()).singleElement().satisfies(attempt -> {
                    assertThat(attempt.getOutcome()).isEqualTo(Outcome.EXIT_ERROR);
                    assertThat(attempt.getLayer()).isEqualTo(FaultLayer.EXIT);
                });
                rig.online(
                        "up-2",
                        UpstreamRig.upstream(proxy.kind, proxy.port)
                                .setUserName("bob")
                                .setSecretReference("file:upstreams#right")
                                .build());
                for (String way : List.of("-g", "-p")) {
                    assertThat(rig.curl(way, site.url("/")).text()).as(which).isEqualTo("found");
                }
            }
        }
    }

    @Test
    void upstreamKilledBeforeTheAnswerMeansAnotherExit() throws Exception {
        for (String which : List.of("tinyproxy", "microsocks")) {
            CountDownLatch reached = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            AtomicInteger seen = new AtomicInteger();
            try (ProxyProgram first = program(which, "", "");
                    ProxyProgram second = program(which, "", "");
                    UpstreamRig rig = new UpstreamRig();
                    WebSite site = new WebSite((head, body, socket) -> {
                        if (seen.incrementAndGet() == 1) {
                            reached.countDown();
                            awaitQuietly(end);
                            return null;
                        }
                        return WebSite.ok("second");
                    })) {
                rig.online("up-1", UpstreamRig.upstream(first.kind, first.port).build());
                Process curl =
                        Curl.start(List.of("-x", "http://" + rig.address(), "-U", UpstreamRig.USER, site.url("/")));
                assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
                rig.online(
                        "up-2", UpstreamRig.upstream(second.kind, second.port).build());
                first.kill();
                assertThat(curl.getInputStream().readAllBytes()).asString().isEqualTo("second");
                assertThat(rig.request(1).getExitIds()).containsExactly("up-1", "up-2");
                rig.awaitOnline("up-1", false);
                end.countDown();
            }
        }
    }

    @Test
    void bigBodiesArriveWholeBothWays() throws Exception {
        byte[] big = Bytes.from(0, MEBIBYTES << 20);
        Path file = Files.write(directory.resolve("big"), big);
        for (String which : List.of("tinyproxy", "microsocks")) {
            try (ProxyProgram proxy = program(which, "", "");
                    UpstreamRig rig = new UpstreamRig();
                    WebSite site = new WebSite((head, body, socket) -> {
                        socket.getOutputStream()
                                .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n"));
                        return body;
                    })) {
                rig.online("up-1", UpstreamRig.upstream(proxy.kind, proxy.port).build());
                for (String way : List.of("-g", "-p")) {
                    Curl.Result back = rig.curl(way, "--max-time", "100", "-T", file.toString(), site.url("/echo"));
                    assertThat(Arrays.equals(back.body(), big))
                            .as(
                                    "%s %s: %s of %s bytes, curl %s",
                                    which, way, back.body().length, big.length, back.exit())
                            .isTrue();
                    ProxiedRequest told = rig.request(1);
                    assertThat(told.getBytesDown()).isGreaterThan(big.length);
                    assertThat(told.getBytesUp()).isGreaterThan(big.length);
                    rig.requests.clear();
                }
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
