package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CurlThroughExitsTest {

    @Test
    void plainHttpGoesThroughAnExitAndSaysWhich() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("hello")) {
            rig.exit("exit-01");
            Curl.Result result = rig.curl(site.url("/a?b=c"));
            assertThat(result.text()).isEqualTo("hello");
            assertThat(result.status()).isEqualTo(200);
            assertThat(result.fields()).containsEntry("x-fairlead-exit", "exit-01");
            assertThat(site.lastHead())
                    .startsWith("GET /a?b=c HTTP/1.1\r\n")
                    .contains("Host: 127.0.0.1:" + site.port(), "User-Agent: curl")
                    .doesNotContainIgnoringCase("proxy-")
                    .doesNotContainIgnoringCase("via:");
            ProxiedRequest request = rig.onlyRequest();
            assertThat(request.getOutcome()).isEqualTo(Outcome.OK);
            assertThat(request.getStatus()).isEqualTo(200);
            assertThat(request.getProtocol()).isEqualTo(ClientProtocol.HTTP_FORWARD);
            assertThat(request.getTenant()).isEqualTo("acme");
            assertThat(request.getExitIds()).containsExactly("exit-01");
            assertThat(request.getConnectUs()).isPositive();
            assertThat(request.getFirstByteUs()).isPositive();
            assertThat(request.getBytesDown()).isGreaterThan(5);
            ProxiedAttempt attempt = rig.completed().get(0);
            assertThat(attempt.getRunningAtReservationRequests()).isEqualTo(1);
            assertThat(attempt.getScoreJobEpoch()).isEqualTo(7);
        }
    }

    @Test
    void connectIsATunnelAndTellsOfItself() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("tunnelled")) {
            rig.exit("exit-01");
            Curl.Result result = rig.curl("-p", site.url("/"));
            assertThat(result.text()).isEqualTo("tunnelled");
            assertThat(result.head())
                    .startsWith("HTTP/1.1 200 Connection established\r\n")
                    .contains("\r\nx-fairlead-exit: exit-01\r\n", "\r\nx-fairlead-request: ");
            ProxiedRequest request = rig.onlyRequest();
            assertThat(request.getOutcome()).isEqualTo(Outcome.OK);
            assertThat(request.getProtocol()).isEqualTo(ClientProtocol.HTTP_CONNECT);
            assertThat(rig.attempts)
                    .extracting(ProxiedAttempt::getPhase)
                    .filteredOn(phase -> phase != AttemptPhase.SETTLED) // the agent tells it when it likes
                    .containsExactly(AttemptPhase.CONNECTED, AttemptPhase.COMPLETED);
            assertThat(rig.attempts.get(1).getBytesDown()).isGreaterThan(9);
            assertThat(rig.attempts.get(1).getFirstByteUs()).isPositive();
        }
    }

    @Test
    void bigBodiesArriveWholeBothWays(@TempDir Path dir) throws Exception {
        byte[] big = new byte[5_000_000];
        new Random(1).nextBytes(big);
        Path file = Files.write(dir.resolve("big"), big);
        try (FrontRig rig = new FrontRig();
                WebSite site = new WebSite((head, body, socket) -> {
                    byte[] start = WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                    socket.getOutputStream().write(start);
                    return body;
                })) {
            rig.exit("exit-01");
            for (String[] how : new String[][] {
                {"-T", file.toString()},
                {"-T", file.toString(), "-H", "Transfer-Encoding: chunked"},
                {"-p", "-T", file.toString()},
                {"--data-binary", "@" + file, "-H", "Expect: 100-continue"}
            }) {
                String[] all = java.util.Arrays.copyOf(how, how.length + 1);
                all[how.length] = site.url("/echo");
                Curl.Result result = rig.curl(all);
                assertThat(result.body()).as(String.join(" ", how)).isEqualTo(big);
            }
            assertThat(rig.exits.mostRunning("exit-01")).isEqualTo(1);
        }
    }

    @Test
    void oneConnectionServesManyRequestsOverOneKeptTunnel() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            Curl.Result result = rig.curl(site.url("/1"), site.url("/2"), site.url("/3"), site.url("/4"));
            assertThat(result.text()).isEqualTo("xxxx");
            assertThat(site.heads).hasSize(4);
            assertThat(site.connections).hasValue(1);
            assertThat(rig.front.counters().reusedTunnels()).isEqualTo(3);
            assertThat(rig.exits.picks).hasValue(4);
        }
    }

    @Test
    void secretIsVerifiedOnceAndWrongOnesAreChallenged() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            Curl.Result wrong = rig.curlAs("acme:wrong", site.url("/"));
            Curl.Result unknown = rig.curlAs("nobody:s3cret", site.url("/"));
            assertThat(wrong.status()).isEqualTo(407);
            assertThat(wrong.fields().get("proxy-authenticate")).startsWith("Basic ");
            assertThat(wrong.proxyStatus()).contains("error=authentication_required");
            assertThat(unknown.head()).isEqualTo(wrong.head());
            assertThat(unknown.body()).isEqualTo(wrong.body());
            assertThat(Curl.run(java.util.List.of("-x", "http://" + rig.address(), site.url("/")))
                            .status())
                    .isEqualTo(407);
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200);
            assertThat(site.heads).hasSize(1);
        }
    }

    @Test
    void poolInTheUserNameDecidesAndWhatIsNotUnderstoodIsNamed() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            assertThat(rig.curlAs("acme-pool-res1:s3cret", site.url("/")).status())
                    .isEqualTo(200);
            Curl.Result unknownPool = rig.curlAs("acme-pool-other:s3cret", site.url("/"));
            assertThat(unknownPool.status()).isEqualTo(400);
            assertThat(unknownPool.proxyStatus()).contains("error=pool_unknown", "'other'");
            Curl.Result unknownKey = rig.curlAs("acme-county-us:s3cret", site.url("/"));
            assertThat(unknownKey.status()).isEqualTo(400);
            assertThat(unknownKey.proxyStatus()).contains("'county'");
            assertThat(site.heads).hasSize(1);
            assertThat(rig.requests)
                    .extracting(ProxiedRequest::getOutcome)
                    .containsExactly(Outcome.OK, Outcome.POOL_UNKNOWN, Outcome.BAD_REQUEST);
        }
    }
}
