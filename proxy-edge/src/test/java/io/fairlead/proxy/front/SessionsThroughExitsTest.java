package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.lease.LeaseSettings;
import io.fairlead.schemas.telemetry.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rig chooses the first exit by name that has room: a session that stays elsewhere is seen to stay. */
@Timeout(60)
class SessionsThroughExitsTest {

    @Test
    void aSessionKeepsItsExitAndTellsHowLong() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-05");
            Curl.Result first = rig.curlAs("acme-session-a1-ttl-2m:s3cret", site.url("/"));
            assertThat(first.fields()).containsEntry("x-fairlead-exit", "exit-05");
            assertThat(first.fields().get("x-fairlead-session-ttl")).isIn("119", "120");
            rig.exit("exit-01");
            assertThat(exitOf(rig.curl(site.url("/")))).isEqualTo("exit-01");
            for (String how : new String[] {"-s", "-p"}) {
                assertThat(exitOf(rig.curlAs("acme-session-a1-ttl-2m:s3cret", how, site.url("/"))))
                        .isEqualTo("exit-05");
            }
            assertThat(exitOf(rig.curlAs("acme-session-a2:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            assertThat(exitOf(rig.curlAs("brd-customer-acme-zone-res1-session-a1:s3cret", site.url("/"))))
                    .isEqualTo("exit-05");
            assertThat(rig.curl(site.url("/")).fields()).doesNotContainKey("x-fairlead-session-ttl");
        }
    }

    @Test
    void aSoftSessionMovesWhenItsExitIsGoneAndAHardOneSaysSo() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            ExitAgent leaving = rig.exit("exit-01");
            assertThat(exitOf(rig.curlAs("acme-session-soft:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            assertThat(exitOf(rig.curlAs("acme-session-hard-mode-hard:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            rig.exit("exit-02");
            leaving.close();
            await().until(() -> !rig.exits.online().contains("exit-01"));
            assertThat(exitOf(rig.curlAs("acme-session-soft:s3cret", site.url("/"))))
                    .isEqualTo("exit-02");
            Curl.Result gone = rig.curlAs("acme-session-hard-mode-hard:s3cret", site.url("/"));
            assertThat(gone.status()).isEqualTo(503);
            assertThat(gone.proxyStatus()).contains("hard session", "next-hop=\"exit-01\"");
            assertThat(rig.requests).last().satisfies(request -> assertThat(request.getOutcome())
                    .isEqualTo(Outcome.NO_EXIT_AVAILABLE));
            rig.exit("exit-01");
            assertThat(exitOf(rig.curlAs("acme-session-hard-mode-hard:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            assertThat(exitOf(rig.curlAs("acme-session-soft:s3cret", site.url("/"))))
                    .isEqualTo("exit-02");
        }
    }

    @Test
    void aSessionWaitsForRoomOnItsExit() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        try (FrontRig rig = new FrontRig(FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS.withSessionWaitMs(60_000));
                WebSite site = new WebSite((head, body, socket) -> {
                    if (head.contains("/slow")) {
                        awaitUninterrupted(free);
                    }
                    return WebSite.ok("x");
                })) {
            rig.exit("exit-01", settings -> settings.withCapacityRequests(1));
            rig.exit("exit-02");
            CompletableFuture<Curl.Result> slow = inSession(rig, site.url("/slow"));
            await().until(() -> rig.exits.running() == 1);
            CompletableFuture<Curl.Result> next = inSession(rig, site.url("/"));
            await().until(() -> rig.lives.counters().sessionWaits() == 1);
            free.countDown();
            assertThat(exitOf(slow.get())).isEqualTo("exit-01");
            assertThat(exitOf(next.get())).isEqualTo("exit-01");
        }
    }

    @Test
    void aSessionThatMayNotWaitGoesToAnotherExit() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        try (FrontRig rig = new FrontRig(FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS.withSessionWaitMs(0));
                WebSite site = new WebSite((head, body, socket) -> {
                    if (head.contains("/slow")) {
                        awaitUninterrupted(free);
                    }
                    return WebSite.ok("x");
                })) {
            rig.exit("exit-01", settings -> settings.withCapacityRequests(1));
            rig.exit("exit-02");
            CompletableFuture<Curl.Result> slow = inSession(rig, site.url("/slow"));
            await().until(() -> rig.exits.running() == 1);
            assertThat(exitOf(inSession(rig, site.url("/")).get())).isEqualTo("exit-02");
            free.countDown();
            assertThat(exitOf(slow.get())).isEqualTo("exit-01");
        }
    }

    private static CompletableFuture<Curl.Result> inSession(FrontRig rig, String url) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return rig.curlAs("acme-session-a1:s3cret", url);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    private static void awaitUninterrupted(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("the site is closed");
        }
    }

    @Test
    void exitsAreAskedForByPlace() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01", settings -> settings.withPlace("de", "", "Berlin", 3320));
            rig.exit("exit-02", settings -> settings.withPlace("us", "Texas", "Austin", 7018));
            assertThat(exitOf(rig.curl(site.url("/")))).isEqualTo("exit-01");
            assertThat(exitOf(rig.curlAs("acme-country-us-city-austin:s3cret", site.url("/"))))
                    .isEqualTo("exit-02");
            Curl.Result nowhere = rig.curlAs("acme-country-us-city-dallas:s3cret", site.url("/"));
            assertThat(nowhere.status()).isEqualTo(503);
            assertThat(nowhere.proxyStatus()).contains("in city dallas, country us");
        }
    }

    @Test
    void oneSessionTooManyIsRefused() throws Exception {
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withSessions(new LeaseSettings(100, 1, 60)), AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            assertThat(rig.curlAs("acme-session-a:s3cret", site.url("/")).status())
                    .isEqualTo(200);
            assertThat(rig.curlAs("acme-session-b:s3cret", site.url("/")).status())
                    .isEqualTo(429);
            assertThat(rig.curlAs("acme-session-a:s3cret", site.url("/")).status())
                    .isEqualTo(200);
            assertThat(rig.curlAs("acme-session-a-ttl-2m:s3cret", site.url("/")).status())
                    .isEqualTo(400);
        }
    }

    private static String exitOf(Curl.Result result) {
        return result.fields().getOrDefault("x-fairlead-exit", "none: " + result.status());
    }
}
