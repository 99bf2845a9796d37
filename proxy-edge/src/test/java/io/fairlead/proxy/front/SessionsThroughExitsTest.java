package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.lease.LeaseSettings;
import io.fairlead.schemas.telemetry.Outcome;
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
