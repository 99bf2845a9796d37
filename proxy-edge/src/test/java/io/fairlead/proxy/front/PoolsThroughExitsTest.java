package io.fairlead.proxy.front;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.pick.PickSettings;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExclusiveDomain;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolHealth;
import io.fairlead.schemas.decisions.PoolMembership;
import io.fairlead.schemas.pools.PoolTypes;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Curated pools as users meet them: curl, the front, real links and agents, and the choice of the product. */
@Timeout(180)
class PoolsThroughExitsTest {

    private static final String MAIN = FrontRig.POOL;
    private static final String SIBLING = "spare";
    private static final double LEAST_HEALTH = 0.6;
    private static final Bounded ANY = new Bounded(0.9, 0.8, 1.0, 50.0);

    private final ExitTable table =
            new ExitTable(PickSettings.DEFAULTS, InstantSource.system(), System::nanoTime, new SplittableRandom(1));
    private final CountDownLatch released = new CountDownLatch(1);
    private long counter;

    @BeforeEach
    void theJobIsHeard() {
        table.jobSilent(false);
    }

    @Test
    void whoJoinsServesTheNextRequestAndWhoLeavesFinishesWhatRuns() throws Exception {
        try (FrontRig rig = FrontRig.choosingBy(table);
                WebSite site = new WebSite((head, body, socket) -> {
                    if (head.contains("/held")) {
                        quietly(() -> released.await(30, TimeUnit.SECONDS));
                    }
                    return WebSite.ok("x");
                })) {
            define(MAIN, "", "", false);
            link(rig, "exit-01", "exit-02");
            assertThat(rig.curl(site.url("/quick")).status())
                    .as("nobody is in it yet")
                    .isEqualTo(503);
            assign("exit-01", "", MAIN);
            assertThat(exitOf(rig.curl(site.url("/quick")))).isEqualTo("exit-01");
            CompletableFuture<Curl.Result> running =
                    CompletableFuture.supplyAsync(() -> quietly(() -> rig.curl(site.url("/held"))));
            await().until(() -> requireNonNull(table.standing("exit-01")).runningRequests() == 1);
            assign("exit-01", "");
            assign("exit-02", "", MAIN);
            assertThat(exitOf(rig.curl(site.url("/quick")))).isEqualTo("exit-02");
            released.countDown();
            assertThat(running.get().status()).isEqualTo(200);
            assertThat(exitOf(running.get())).isEqualTo("exit-01");
        }
    }

    @Test
    void sessionsOfALeaverMoveWithTheirNextRequest() throws Exception {
        try (FrontRig rig = FrontRig.choosingBy(table);
                WebSite site = WebSite.saying("x")) {
            define(MAIN, "", "", false);
            link(rig, "exit-01", "exit-02");
            assign("exit-01", "", MAIN);
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            assign("exit-02", "", MAIN);
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .as("who is still a member keeps its sessions")
                    .isEqualTo("exit-01");
            assign("exit-01", "");
            for (int i = 0; i < 3; i++) {
                assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                        .isEqualTo("exit-02");
            }
        }
    }

    @Test
    void noRequestLeavesItsPoolButForTheSiblingWhileItIsForecastToFallShort() throws Exception {
        try (FrontRig rig = FrontRig.choosingBy(table);
                WebSite site = WebSite.saying("x")) {
            define(SIBLING, "", "", false);
            define(MAIN, SIBLING, "", false);
            define("other", "", "", false);
            link(rig, "exit-01", "exit-02");
            assign("exit-01", "", SIBLING);
            assign("exit-02", "", "other");
            assertThat(rig.curl(site.url("/")).status()).as("it is not short").isEqualTo(503);
            foresee(MAIN, true);
            for (int i = 0; i < 5; i++) {
                assertThat(exitOf(rig.curl(site.url("/")))).isEqualTo("exit-01");
            }
            assertThat(table.counters().borrowed()).isEqualTo(5);
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            foresee(MAIN, false);
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(503);
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .as("a session stays where it was placed")
                    .isEqualTo("exit-01");
        }
    }

    @Test
    void whoIsExclusiveToSomebodyElseLendsNothingWhateverTheDefinitionSays() throws Exception {
        try (FrontRig rig = FrontRig.choosingBy(table);
                WebSite site = WebSite.saying("x")) {
            define(SIBLING, "", "globex", true);
            define(MAIN, SIBLING, "", false);
            link(rig, "exit-01");
            assign("exit-01", SIBLING, SIBLING);
            foresee(MAIN, true);
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(503);
            define(MAIN, SIBLING, "globex", false);
            assertThat(exitOf(rig.curl(site.url("/")))).isEqualTo("exit-01");
        }
    }

    @Test
    void whatOnePoolHasForADomainAloneServesOthersForAnythingElse() throws Exception {
        try (FrontRig rig = FrontRig.choosingBy(table);
                WebSite site = WebSite.saying("x")) {
            String kept = site.url("/").replace("127.0.0.1", "localhost");
            define(MAIN, "", "", false);
            link(rig, "exit-01", "exit-02");
            assign("exit-01", "", MAIN);
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", kept))).isEqualTo("exit-01");
            keep("exit-01", "localhost", "tickets", MAIN, "tickets");
            Curl.Result refused = rig.curl(kept);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.fields().get("proxy-status"))
                    .contains("those that have room are exclusive to another pool for this target");
            assertThat(rig.curlAs("acme-session-a:s3cret", kept).status()).isEqualTo(503);
            assertThat(exitOf(rig.curl(site.url("/")))).isEqualTo("exit-01");
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .as("for others the session stays")
                    .isEqualTo("exit-01");
            assertThat(exitOf(rig.curlAs("acme-session-h-mode-hard:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            Curl.Result hard = rig.curlAs("acme-session-h-mode-hard:s3cret", kept);
            assertThat(hard.status()).isEqualTo(503);
            assertThat(hard.fields().get("proxy-status"))
                    .contains("the exit of this hard session is not for this target");
            assign("exit-02", "", MAIN);
            assertThat(exitOf(rig.curl(kept))).isEqualTo("exit-02");
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", kept)))
                    .as("it moves to one that may")
                    .isEqualTo("exit-02");
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .as("and stays there")
                    .isEqualTo("exit-02");
            keep("exit-01", "localhost", MAIN, MAIN);
            keep("exit-02", "localhost", "tickets", MAIN);
            assertThat(exitOf(rig.curl(kept))).as("now it has one itself").isEqualTo("exit-01");
        }
    }

    @Test
    void newSessionsAvoidWeakMembersWhileThePoolIsForecastToFallShort() throws Exception {
        try (FrontRig rig = FrontRig.choosingBy(table);
                WebSite site = WebSite.saying("x")) {
            define(SIBLING, "", "", false);
            define(MAIN, SIBLING, "", false);
            link(rig, "exit-01", "exit-02");
            assign("exit-01", "", MAIN);
            score("exit-01", 55);
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .isEqualTo("exit-01");
            foresee(MAIN, true);
            assertThat(exitOf(rig.curlAs("acme-session-b:s3cret", site.url("/"))))
                    .as("better a weak member than none")
                    .isEqualTo("exit-01");
            assign("exit-02", "", SIBLING);
            score("exit-02", 50);
            assertThat(exitOf(rig.curlAs("acme-session-c:s3cret", site.url("/"))))
                    .isEqualTo("exit-02");
            assertThat(exitOf(rig.curl(site.url("/"))))
                    .as("single requests stay at home")
                    .isEqualTo("exit-01");
            assertThat(exitOf(rig.curlAs("acme-session-a:s3cret", site.url("/"))))
                    .as("so do sessions that are placed")
                    .isEqualTo("exit-01");
            score("exit-01", 65);
            assertThat(exitOf(rig.curlAs("acme-session-d:s3cret", site.url("/"))))
                    .as("it is weak no more")
                    .isEqualTo("exit-01");
        }
    }

    private void link(FrontRig rig, String... exits) throws IOException {
        for (String exit : exits) {
            rig.exit(exit);
            await().until(() -> table.standing(exit) != null
                    && requireNonNull(table.standing(exit)).online());
        }
    }

    private void define(String pool, String sibling, String owner, boolean exclusive) {
        table.defined(PoolDefinition.newBuilder()
                .setPoolId(pool)
                .setAuthorship(new Authorship("ann", "a test", 1L, 1L))
                .setMinMembers(1)
                .setWantedMembers(2)
                .setMaxMembers(3)
                .setMinHealth(LEAST_HEALTH)
                .setHorizonMs(900_000)
                .setSibling(sibling)
                .setOwner(owner)
                .setExclusive(exclusive)
                .setRelaxable(List.of())
                .build());
    }

    private void assign(String exitId, String owner, String... pools) {
        table.assigned(assignment(exitId, owner, pools).build());
    }

    private void keep(String exitId, String domain, String forPool, String... pools) {
        table.assigned(assignment(exitId, "", pools)
                .setExclusiveDomains(List.of(new ExclusiveDomain(domain, forPool, 0L, true)))
                .build());
    }

    private PoolAssignment.Builder assignment(String exitId, String owner, String... pools) {
        return PoolAssignment.newBuilder()
                .setExitId(exitId)
                .setVersion(new DecisionVersion(1L, ++counter))
                .setIssuedAtMs(System.currentTimeMillis())
                .setPolicyVersion(-1)
                .setMemberships(Stream.of(pools)
                        .map(pool -> new PoolMembership(pool, 0.9, 1L, "forming"))
                        .toList())
                .setOwnerPool(owner)
                .setExclusiveDomains(List.of())
                .setChanges(List.of());
    }

    private void foresee(String pool, boolean fallsShort) {
        table.foreseen(PoolForecast.newBuilder()
                .setPoolId(pool)
                .setVersion(new DecisionVersion(1L, ++counter))
                .setIssuedAtMs(System.currentTimeMillis())
                .setPolicyVersion(-1)
                .setState(PoolHealth.HEALTHY)
                .setReason("")
                .setMissing("")
                .setHealth(0.7)
                .setHealthForeseen(0.6)
                .setMinHealth(LEAST_HEALTH)
                .setMembers(1)
                .setMembersOnline(1)
                .setMembersWanted(2)
                .setCapacityRequests(16)
                .setChangesInHour(0)
                .setForecastAtMs(1)
                .setAhead(List.of())
                .setColdStart(true)
                .setBasis("survival")
                .setFallsShort(fallsShort)
                .setOutcomes(List.of())
                .setForeseen(List.of())
                .build());
    }

    private void score(String exitId, double quality) {
        table.decided(ExitScore.newBuilder()
                .setExitId(exitId)
                .setVersion(new DecisionVersion(1L, ++counter))
                .setIssuedAtMs(1)
                .setPolicyVersion(-1)
                .setState(ExitState.ONLINE)
                .setQuality(quality)
                .setLowConfidence(false)
                .setBenchmarkTerm(0.5)
                .setPingTerm(0.5)
                .setBenchmarkMs(100)
                .setPingMs(20)
                .setDisconnect(ANY)
                .setSuccess(ANY)
                .setCapacityRequests(16)
                .setRunningRequests(0)
                .setAvailableRequests(16)
                .setClasses(List.of())
                .setReasons(List.of())
                .setStays(List.of())
                .setTrigger("quality")
                .setTriggerObservedAtMs(1)
                .setTriggerEdgeId("edge-1")
                .setPoolType(PoolTypes.write(PoolType.RESIDENTIAL))
                .setAsn(64_500)
                .build());
    }

    private interface Task<T> {
        T run() throws Exception;
    }

    private static <T> T quietly(Task<T> task) {
        try {
            return task.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String exitOf(Curl.Result result) {
        return result.fields().getOrDefault("x-fairlead-exit", "none: " + result.status());
    }
}
