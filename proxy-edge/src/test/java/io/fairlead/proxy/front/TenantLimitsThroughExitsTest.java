package io.fairlead.proxy.front;

import static io.fairlead.proxy.front.SocksThroughExitsTest.read;
import static io.fairlead.proxy.front.SocksThroughExitsTest.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits of bytes, and changes of a tenant's record while its connections are open. */
@Timeout(90)
class TenantLimitsThroughExitsTest {

    private static final String HASH = SecretHashes.hash("s3cret");
    private static final String SECOND_HASH = SecretHashes.hash("another");
    private static final byte[] BODY = "x".repeat(500_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);

    /** Two seconds and a half for all, of which one is there at once; and what the last read brings is not waited for. */
    private static final int RATE = 200_000;

    private static final Duration LEAST = Duration.ofMillis(600);

    @TempDir
    Path directory;

    private static void acme(FrontRig rig, Consumer<Tenant> change) {
        Tenant tenant = FrontRig.tenant("acme", HASH, FrontRig.POOL);
        change.accept(tenant);
        rig.tenants.put(tenant);
        rig.front.review("acme");
    }

    private static WebSite bigSite() throws Exception {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + BODY.length + "\r\n\r\n"));
        answer.write(BODY);
        return new WebSite(
                (head, body, socket) -> head.startsWith("POST") ? WebSite.ok("" + body.length) : answer.toByteArray());
    }

    @Test
    void bytesASecondHoldForForwardConnectAndSocksInBothDirections() throws Exception {
        Path upload = Files.write(directory.resolve("upload"), BODY);
        try (FrontRig rig = new FrontRig();
                WebSite site = bigSite()) {
            rig.exit("exit-01");
            String url = site.url("/");
            List<List<String>> ways = List.of(
                    List.of("-x", "http://" + rig.address(), url),
                    List.of("-x", "http://" + rig.address(), "-p", url),
                    List.of("-x", "socks5h://" + rig.address(), url),
                    List.of("-x", "http://" + rig.address(), "--data-binary", "@" + upload, url),
                    List.of("-x", "socks5h://" + rig.address(), "--data-binary", "@" + upload, url));
            for (List<String> way : ways) {
                acme(rig, tenant -> tenant.setMaxBytesPerSecond(0));
                acme(rig, tenant -> tenant.setMaxBytesPerSecond(RATE));
                long begun = System.nanoTime();
                List<String> arguments = new java.util.ArrayList<>(List.of("-U", FrontRig.USER));
                arguments.addAll(way);
                Curl.Result result = Curl.run(arguments);
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                assertThat(result.body().length).as(way + "").isIn(BODY.length, ("" + BODY.length).length());
                assertThat(took).as(way + "").isGreaterThan(LEAST);
            }
            assertThat(rig.tenants.counters().heldReads()).isPositive();
            await().until(() -> rig.requests.size() == ways.size());
            assertThat(rig.requests).extracting(ProxiedRequest::getOutcome).containsOnly(Outcome.OK);
        }
    }

    @Test
    void aTenantWhoIsHeldBackHoldsNobodyElseAndALiftedLimitLetsItGoAtOnce() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = bigSite()) {
            rig.exit("exit-01");
            rig.tenants.put(FrontRig.tenant("other", SECOND_HASH, FrontRig.POOL));
            acme(rig, tenant -> tenant.setMaxBytesPerSecond(10_000));
            CompletableFuture<Curl.Result> slow = CompletableFuture.supplyAsync(() -> {
                try {
                    return rig.curl(site.url("/"));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            await().until(() -> rig.tenants.find("acme").traffic().isHeldBack());
            assertThat(rig.curlAs("other:another", site.url("/")).body()).hasSize(BODY.length);
            assertThat(slow).isNotDone();
            acme(rig, tenant -> tenant.setMaxBytesPerSecond(0));
            assertThat(slow.get().body()).hasSize(BODY.length);
        }
    }

    @Test
    void overTheBytesOfADayWhatIsOpenEndsAndNothingBegins() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = bigSite()) {
            rig.exit("exit-01");
            rig.tenants.whenDayUsedUp(rig.front::review);
            acme(rig, tenant -> tenant.setMaxBytesPerDay(BODY.length + 200_000L));
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200);
            assertThat(rig.tenants.find("acme").traffic().bytesToday())
                    .isBetween(BODY.length + 0L, BODY.length + 2_000L);
            try (Raw tunnel = new Raw(rig.front.address())) {
                tunnel.send(
                        "CONNECT 127.0.0.1:" + site.port() + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n");
                assertThat(tunnel.head()).startsWith("HTTP/1.1 200");
                tunnel.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(tunnel.rest()).endsWith("<reset>").hasSizeLessThan(BODY.length);
            }
            Curl.Result refused = rig.curl(site.url("/"));
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.proxyStatus())
                    .contains(
                            "error=limit_exceeded",
                            "its " + (BODY.length + 200_000) + " bytes of this day",
                            "T00:00:00Z");
            try (Raw socks = new Raw(rig.front.address())) {
                send(
                        socks,
                        SocksThroughExitsTest.GREETING
                                + SocksThroughExitsTest.SECRET
                                + SocksThroughExitsTest.connect(site.port()));
                assertThat(read(socks, 14)).endsWith("05020001000000000000");
            }
            assertThat(rig.requests)
                    .extracting(ProxiedRequest::getOutcome)
                    .containsOnlyOnce(Outcome.OK)
                    .contains(Outcome.LIMIT_EXCEEDED);
            acme(rig, tenant -> tenant.setMaxBytesPerDay(0));
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200);
        }
    }

    /** Each change of the record that takes something away, and what becomes of a tunnel that stands on it. */
    @Test
    void whatARecordTakesAwayIsTakenFromOpenTunnelsToo() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01", agent -> agent.withPools(List.of(FrontRig.POOL, "res2")));
            Consumer<Tenant> full = tenant -> {
                tenant.setPools(List.of(FrontRig.POOL, "res2"));
                tenant.setSecretHashes(List.of(HASH, SECOND_HASH));
                tenant.setSources(List.of("127.0.0.0/8"));
            };
            assertCut(
                    rig,
                    site,
                    full,
                    "acme:s3cret",
                    tenant -> tenant.setEnabled(false),
                    Outcome.AUTHENTICATION_REQUIRED);
            assertCut(
                    rig,
                    site,
                    full,
                    "acme:another",
                    tenant -> tenant.setSecretHashes(List.of(HASH)),
                    Outcome.AUTHENTICATION_REQUIRED);
            assertCut(
                    rig, site, full, "acme:", tenant -> tenant.setSources(List.of()), Outcome.AUTHENTICATION_REQUIRED);
            assertCut(
                    rig,
                    site,
                    full,
                    "acme-pool-res2:s3cret",
                    tenant -> tenant.setPools(List.of(FrontRig.POOL)),
                    Outcome.POOL_UNKNOWN);
            assertCut(rig, site, full, "acme:s3cret", tenant -> tenant.setMaxBytesPerDay(1), Outcome.LIMIT_EXCEEDED);

            // What does not concern a tunnel leaves it alone.
            acme(rig, full);
            try (Raw tunnel = tunnel(rig, site, "acme:s3cret")) {
                acme(rig, tenant -> {
                    tenant.setSecretHashes(List.of(HASH));
                    tenant.setMaxInFlightRequests(1);
                    tenant.setMaxRequestsPerSecond(1);
                    tenant.setMaxBytesPerSecond(RATE);
                    tenant.setMaxBytesPerDay(1_000_000);
                });
                tunnel.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(tunnel.head()).startsWith("HTTP/1.1 200");
                assertThat(rig.curl(site.url("/")).proxyStatus()).contains("1 requests in flight");
            }
        }
    }

    @Test
    void anAllowedDestinationThatIsTakenBackEndsItsTunnels() throws Exception {
        try (FrontRig rig = new FrontRig(FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS, List.of());
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            assertCut(
                    rig,
                    site,
                    tenant -> tenant.setAllowedDestinations(List.of("127.0.0.0/8")),
                    "acme:s3cret",
                    tenant -> tenant.setAllowedDestinations(List.of("10.0.0.0/8")),
                    Outcome.DESTINATION_FORBIDDEN);
        }
    }

    private static void assertCut(
            FrontRig rig, WebSite site, Consumer<Tenant> full, String user, Consumer<Tenant> change, Outcome outcome)
            throws Exception {
        acme(rig, full);
        int before = rig.requests.size();
        try (Raw tunnel = tunnel(rig, site, user)) {
            acme(rig, full.andThen(change));
            assertThat(tunnel.rest()).as(user + " " + outcome).isEqualTo("<reset>");
        }
        await().until(() -> rig.requests.size() == before + 1);
        assertThat(rig.requests.get(before).getOutcome()).isEqualTo(outcome);
    }

    private static Raw tunnel(FrontRig rig, WebSite site, String user) throws Exception {
        Raw tunnel = new Raw(rig.front.address());
        tunnel.send("CONNECT 127.0.0.1:" + site.port() + " HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic "
                + java.util.Base64.getEncoder().encodeToString(user.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                + "\r\n\r\n");
        assertThat(tunnel.head()).startsWith("HTTP/1.1 200");
        return tunnel;
    }
}
