package io.fairlead.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.front.Raw;
import io.fairlead.proxy.front.WebSite;
import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.BenchmarkPolicy;
import io.fairlead.schemas.config.BenchmarkTarget;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import io.fairlead.schemas.pools.PoolTypes;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams from their record to its end. */
@Timeout(120)
class UpstreamLifeTest {

    @TempDir
    private Path directory;

    private static Upstream.Builder of(PlainProxy proxy) {
        return UpstreamRig.upstream(proxy.kind, proxy.port());
    }

    /** Opens a tunnel to an echo and makes sure that it stands. */
    private static Raw tunnel(UpstreamRig rig, Site echo) throws IOException {
        Raw user = new Raw(rig.supernode.userAddress());
        user.send("CONNECT 127.0.0.1:" + echo.address().getPort() + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION
                + "\r\n");
        assertThat(user.head()).startsWith("HTTP/1.1 200");
        return user;
    }

    @Test
    void itsLifeIsToldAsThatOfAnyExit() throws Exception {
        try (UpstreamRig rig = new UpstreamRig()) {
            try (PlainProxy proxy = new PlainProxy(UpstreamKind.SOCKS5)) {
                rig.online(
                        "up-1",
                        of(proxy)
                                .setPoolType("datacenter")
                                .setCountry("DE")
                                .setAsn(64500)
                                .setCapacityRequests(9)
                                .build());
                await().until(() -> rig.told(ExitHeartbeat.class).size() >= 3);
            }
            rig.awaitOnline("up-1", false);
            ExitConnected connected = rig.told(ExitConnected.class).get(0);
            assertThat(connected.getExitId()).isEqualTo("up-1");
            assertThat(connected.getPoolType()).isEqualTo(PoolTypes.write(PoolType.DATACENTER));
            assertThat(connected.getCountry()).isEqualTo("de");
            assertThat(connected.getDeclaredCapacityRequests()).isEqualTo(9);
            assertThat(connected.getObservedPrefix()).isEqualTo("127.0.0.0/24");
            assertThat(connected.getConsent()).isTrue();
            ExitHeartbeat heartbeat = rig.told(ExitHeartbeat.class).get(0);
            assertThat(heartbeat.getLinkId()).isEqualTo(connected.getLinkId());
            assertThat(heartbeat.getPingUs()).isBetween(1L, 5_000_000L);
            await().until(() -> !rig.told(ExitDisconnected.class).isEmpty());
            assertThat(rig.told(ExitDisconnected.class).get(0).getReason()).isEqualTo(DisconnectReason.LINK_LOST);
        }
    }

    @Test
    void oneThatIsAwayIsTriedAgainUntilItAnswers() throws Exception {
        int port = ProxyProgram.freePort();
        try (UpstreamRig rig = new UpstreamRig()) {
            rig.say("up-1", UpstreamRig.upstream(UpstreamKind.SOCKS5, port).build(), UnaryOperator.identity());
            await().until(() -> rig.supernode.upstreams().counters().checks() >= 3);
            assertThat(rig.isOnline("up-1")).isFalse();
            assertThat(rig.supernode.unreadiness()).anyMatch(reason -> reason.contains("no exit is online"));
            assertThat(rig.told).isEmpty();
        }
    }

    @Test
    void killedItIsCutAtOnceAndAdmittedItServesAgain() throws Exception {
        try (PlainProxy proxy = new PlainProxy(UpstreamKind.HTTP);
                Site echo = new Site(Site::echo);
                WebSite site = WebSite.saying("found");
                UpstreamRig rig = new UpstreamRig()) {
            rig.online("up-1", of(proxy).build());
            try (Raw user = tunnel(rig, echo)) {
                rig.say("up-1", of(proxy).build(), record -> record.setKilled(true));
                assertThat(user.rest()).isEqualTo("<reset>");
            }
            assertThat(rig.request(1).getOutcome()).isEqualTo(Outcome.EXIT_LINK_LOST);
            rig.awaitOnline("up-1", false);
            assertThat(rig.told(ExitDisconnected.class).get(0).getReason()).isEqualTo(DisconnectReason.REVOKED);
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(503);
            await().until(() -> proxy.openConnections() == 0);
            rig.online("up-1", of(proxy).build());
            assertThat(rig.curl(site.url("/")).text()).isEqualTo("found");
        }
    }

    @Test
    void withoutConsentOrPoolItIsOnlineAndNeverPicked() throws Exception {
        try (PlainProxy proxy = new PlainProxy(UpstreamKind.HTTP);
                WebSite site = WebSite.saying("found");
                UpstreamRig rig = new UpstreamRig()) {
            rig.online("up-1", of(proxy).build());
            rig.say("up-1", of(proxy).build(), record -> record.setConsentWithdrawn(true));
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(503);
            rig.say("up-1", of(proxy).build(), record -> record.setPools(List.of("other")));
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(503);
            rig.say("up-1", of(proxy).build(), record -> record.setExclusiveTenant("somebody"));
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(503);
            rig.say("up-1", of(proxy).build(), UnaryOperator.identity());
            await().untilAsserted(
                            () -> assertThat(rig.curl(site.url("/")).status()).isEqualTo(200));
            assertThat(rig.isOnline("up-1")).isTrue();
        }
    }

    @Test
    void throughAnotherDoorItIsAnotherProxy() throws Exception {
        try (PlainProxy former = new PlainProxy(UpstreamKind.HTTP);
                PlainProxy latter = new PlainProxy(UpstreamKind.SOCKS5);
                Site echo = new Site(Site::echo);
                WebSite site = WebSite.saying("found");
                UpstreamRig rig = new UpstreamRig()) {
            rig.online("up-1", of(former).build());
            try (Raw user = tunnel(rig, echo)) {
                rig.say("up-1", of(latter).build(), UnaryOperator.identity());
                assertThat(user.rest()).isEqualTo("<reset>");
            }
            await().until(() -> rig.told(ExitConnected.class).size() == 2 && rig.isOnline("up-1"));
            former.asked.clear();
            assertThat(rig.curl(site.url("/")).text()).isEqualTo("found");
            assertThat(former.asked).isEmpty();
            assertThat(latter.asked).containsExactly("127.0.0.1");
        }
    }

    @Test
    void itRunsNoMoreThanItsCapacity() throws Exception {
        try (PlainProxy proxy = new PlainProxy(UpstreamKind.HTTP);
                Site echo = new Site(Site::echo);
                WebSite site = WebSite.saying("found");
                UpstreamRig rig = new UpstreamRig()) {
            rig.online("up-1", of(proxy).setCapacityRequests(1).build());
            try (Raw user = tunnel(rig, echo)) {
                assertThat(rig.curl(site.url("/")).status()).isEqualTo(503);
            }
            rig.request(2);
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200);
        }
    }

    @Test
    void benchmarksGoThroughItsTunnels() throws Exception {
        try (PlainProxy proxy = new PlainProxy(UpstreamKind.SOCKS5);
                WebSite site = WebSite.saying("found");
                UpstreamRig rig = new UpstreamRig()) {
            rig.supernode.benchmarkPolicy(BenchmarkPolicy.newBuilder()
                    .setScope("default")
                    .setAuthorship(new Authorship("test", "test", 0L, 1L))
                    .setEffectiveAtMs(0)
                    .setTargets(List.of(BenchmarkTarget.newBuilder()
                            .setTargetClass("default")
                            .setUrl(site.url("/probe"))
                            .setHosts(List.of())
                            .build()))
                    .setIntervalMs(60_000)
                    .setJitterShare(0.2)
                    .setTimeoutMs(10_000)
                    .setRetryMs(1_000)
                    .setSkipAfterRequests(10)
                    .setConcurrency(4)
                    .setMaxResponseBytes(65_536)
                    .build());
            rig.online("up-1", of(proxy).build());
            await().until(() -> !rig.told(ExitBenchmarked.class).isEmpty());
            ExitBenchmarked told = rig.told(ExitBenchmarked.class).get(0);
            assertThat(told.getExitId()).isEqualTo("up-1");
            assertThat(told.getOutcome()).isEqualTo(Outcome.OK);
            assertThat(proxy.asked).containsExactly("127.0.0.1");
        }
    }

    @Test
    void withoutItsPasswordItIsAwayUntilThatIsThere() throws Exception {
        try (PlainProxy proxy = new PlainProxy(UpstreamKind.HTTP);
                UpstreamRig rig = new UpstreamRig(UpstreamRig.withSecrets(directory))) {
            rig.say(
                    "up-1",
                    of(proxy)
                            .setUserName("bob")
                            .setSecretReference("file:later")
                            .build(),
                    UnaryOperator.identity());
            await().until(() -> proxy.openConnections() == 0 && rig.told.isEmpty());
            Files.writeString(directory.resolve("later"), "op3n\n");
            rig.awaitOnline("up-1", true);
        }
    }

    @Test
    void anUpstreamThatIsThisEdgeItselfIsNeverDialled() throws Exception {
        try (UpstreamRig rig = new UpstreamRig();
                PlainProxy other = new PlainProxy(UpstreamKind.HTTP)) {
            int own = rig.supernode.userAddress().getPort();
            rig.say("up-1", UpstreamRig.upstream(UpstreamKind.HTTP, own).build(), UnaryOperator.identity());
            rig.online("up-2", of(other).build());
            await().until(() -> rig.told(ExitHeartbeat.class).size() >= 3);
            assertThat(rig.isOnline("up-1")).isFalse();
            assertThat(rig.supernode.userCounters().openConnections()).isZero();
        }
    }

    @Test
    void thePlaceOfItsAddressCountsAndBothAreTold() throws Exception {
        ObservedLocations inTexas =
                address -> new ObservedLocations.Seen(new Location("us", "texas", "austin", 64500), "tx");
        try (PlainProxy proxy = new PlainProxy(UpstreamKind.HTTP);
                UpstreamRig rig = new UpstreamRig(UnaryOperator.identity(), inTexas)) {
            rig.online("up-1", of(proxy).setCountry("de").setAsn(64500).build());
            await().until(() -> !rig.told(ExitConnected.class).isEmpty());
            ExitConnected connected = rig.told(ExitConnected.class).get(0);
            assertThat(connected.getCountry()).isEqualTo("us");
            assertThat(connected.getCity()).isEqualTo("austin");
            assertThat(connected.getDeclaredCountry()).isEqualTo("de");
            assertThat(connected.getDeclaredAsn()).isEqualTo(64500);
        }
    }
}
