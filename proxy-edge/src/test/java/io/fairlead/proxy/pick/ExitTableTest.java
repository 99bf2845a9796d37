package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static io.fairlead.proxy.pick.Exits.load;
import static io.fairlead.proxy.pick.Exits.override;
import static io.fairlead.proxy.pick.Exits.rating;
import static io.fairlead.proxy.pick.Exits.request;
import static io.fairlead.proxy.pick.Exits.score;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.proxy.exit.Location;
import io.fairlead.schemas.telemetry.DisconnectReason;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExitTableTest {

    private static final PickSettings BEST = PickSettings.DEFAULTS.withPolicy(PickPolicy.BEST);
    private static final int MANY = 20_000;

    private long nowMs = 1_000_000;
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);

    // ---- who may be chosen

    @Test
    void anUnknownPoolHasNobody() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 4, "mobile"));
        assertThat(table.pick(request())).isNull();
        assertThat(table.counters().unserved()).isEqualTo(1);
    }

    @Test
    void anExitThatWentOfflineIsNotChosenAndItsSlotMayStillBeGivenBack() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 4, POOL));
        Slot slot = requireNonNull(table.pick(request()));
        table.offline("exit-1", DisconnectReason.LINK_LOST);
        assertThat(table.pick(request())).isNull();
        slot.release();
        assertThat(standing(table, "exit-1").runningRequests()).isZero();
        assertThat(table.onlineExits()).isZero();
    }

    @Test
    void anExitThatHasFailedTheRequestIsNotChosenAgain() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 4, POOL));
        table.online(info("exit-2", 4, POOL));
        assertThat(table.pick(request("exit-1"))).extracting(Slot::exitId).isEqualTo("exit-2");
        assertThat(table.pick(request("exit-1", "exit-2"))).isNull();
    }

    @Test
    void withoutTheOwnersConsentNothingIsSentThere() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 4, POOL));
        table.heartbeat(load("exit-1", 0, 0, 0, false));
        assertThat(table.pick(request())).isNull();
        table.heartbeat(load("exit-1", 0, 0, 0, true));
        table.overridden(override("exit-1").setConsentWithdrawn(true).build());
        assertThat(table.pick(request())).isNull();
        table.overrideRemoved("exit-1");
        assertThat(table.pick(request())).isNotNull();
    }

    @Test
    void anExitThatTheOperatorTookOutStaysOutWhenItComesBack() {
        ExitTable table = table(BEST);
        table.overridden(override("exit-1").setKilled(true).build());
        table.online(info("exit-1", 4, POOL));
        assertThat(table.pick(request())).isNull();
    }

    @Test
    void anExclusiveExitServesItsTenantAlone() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 4, POOL));
        table.overridden(override("exit-1").setExclusiveTenant("umbrella").build());
        assertThat(table.pick(request())).isNull();
        assertThat(table.pick(new PickRequest("umbrella", POOL, "shop", List.of())))
                .isNotNull();
    }

    @Test
    void theOperatorsPoolsCountInPlaceOfTheAgents() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 4, POOL));
        table.overridden(override("exit-1").setPools(List.of("mobile")).build());
        assertThat(table.pick(request())).isNull();
        assertThat(table.pick(new PickRequest("acme", "mobile", "shop", List.of())))
                .isNotNull();
    }

    // ---- where

    @Test
    void aPlaceIsFoundBeforeAndAfterPoolsAreParted() {
        for (PickPolicy policy : PickPolicy.values()) {
            ExitTable table = table(PickSettings.DEFAULTS.withPolicy(policy));
            for (int i = 0; i < 500; i++) {
                table.online(info("de-" + i, new Location("de", "Bayern", "München", 3320), 4, POOL));
            }
            table.online(info("us-1", new Location("us", "Texas", "Austin", 7018), 4, POOL));
            table.online(info("us-2", new Location("us", "Texas", "Fort Worth", 7018), 4, POOL));
            table.online(info("us-3", new Location("us", "New York", "New York", 701), 4, POOL));
            table.online(info("unknown", Location.ANYWHERE, 4, POOL));
            for (int round = 0; round < 3; round++) { // pools are parted by the first tick after somebody asked
                assertThat(found(table, new Location("us", "", "Fort-Worth", 0)))
                        .containsOnly("us-2");
                assertThat(found(table, new Location("us", "texas", "", 0))).containsOnly("us-1", "us-2");
                assertThat(found(table, new Location("", "", "", 7018))).containsOnly("us-1", "us-2");
                assertThat(found(table, new Location("us", "", "", 701))).containsOnly("us-3");
                assertThat(found(table, new Location("us", "", "", 0))).containsOnly("us-1", "us-2", "us-3");
                assertThat(found(table, new Location("us", "new york", "", 7018)))
                        .isEmpty();
                assertThat(found(table, new Location("fr", "", "", 0))).isEmpty();
                table.tick();
            }
            table.online(info("us-1", new Location("us", "Texas", "Dallas", 7018), 4, POOL));
            assertThat(found(table, new Location("us", "", "Austin", 0))).isEmpty();
            assertThat(found(table, new Location("us", "", "Dallas", 0))).containsOnly("us-1");
            table.offline("us-1", DisconnectReason.ANNOUNCED);
            assertThat(found(table, new Location("us", "", "Dallas", 0))).isEmpty();
            assertThat(found(table, new Location("us", "texas", "", 0))).containsOnly("us-2");
        }
    }

    /** All exits that have room there: takes every slot, and gives them back. */
    private static Set<String> found(ExitTable table, Location where) {
        List<Slot> slots = new ArrayList<>();
        PickRequest request = new PickRequest("acme", POOL, "shop", List.of(), where, "");
        for (Slot slot = table.pick(request); slot != null; slot = table.pick(request)) {
            slots.add(slot);
        }
        Set<String> exitIds = slots.stream().map(Slot::exitId).collect(Collectors.toSet());
        slots.forEach(Slot::release);
        return exitIds;
    }

    @Test
    void onlyTheExitThatIsNamedWillDo() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 1, POOL));
        table.online(info("exit-2", 1, POOL));
        Slot slot = table.pick(request().onlyOf("exit-2"));
        assertThat(slot.exitId()).isEqualTo("exit-2");
        assertThat(table.pick(request().onlyOf("exit-2"))).isNull();
        slot.release();
        assertThat(table.pick(request("exit-2").onlyOf("exit-2"))).isNull();
        assertThat(table.pick(request().onlyOf("exit-3"))).isNull();
        assertThat(table.pick(new PickRequest("acme", "mobile", "shop", List.of()).onlyOf("exit-2")))
                .isNull();
    }

    // ---- how many at once

    @Test
    void aSlotReleasedTwiceIsGivenBackOnce() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 2, POOL));
        Slot first = requireNonNull(table.pick(request()));
        requireNonNull(table.pick(request()));
        assertThat(table.pick(request())).isNull();
        first.release();
        first.release();
        assertThat(table.pick(request())).isNotNull();
        assertThat(table.pick(request())).isNull();
    }

    @Test
    void theLeastOfAllWhoSayACapacityCounts() {
        ExitTable table = heard(BEST);
        table.online(info("exit-1", 8, POOL));
        table.decided(score("exit-1", 1, 1, 80, 6));
        assertThat(standing(table, "exit-1").capacityRequests()).isEqualTo(6);
        table.heartbeat(load("exit-1", 0, 0, 5, true));
        assertThat(standing(table, "exit-1").capacityRequests()).isEqualTo(5);
        table.overridden(override("exit-1").setCapacityRequests(3).build());
        assertThat(standing(table, "exit-1").capacityRequests()).isEqualTo(3);
        table.overrideRemoved("exit-1");
        table.decided(score("exit-1", 1, 2, 80, 20));
        table.heartbeat(load("exit-1", 0, 0, 0, true));
        assertThat(standing(table, "exit-1").capacityRequests()).isEqualTo(8);
    }

    @Test
    void whatOtherEdgesRunThroughAnExitIsNotGivenHereOnceItIsToldTwice() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 8, POOL));
        table.heartbeat(load("exit-1", 6, 1, 0, true));
        assertThat(standing(table, "exit-1").capacityRequests()).isEqualTo(8);
        table.heartbeat(load("exit-1", 6, 1, 0, true));
        assertThat(standing(table, "exit-1").capacityRequests()).isEqualTo(3);
    }

    @Test
    void aLimitThatFallsUnderWhatRunsGivesNoSlotUntilEnoughHaveEnded() {
        ExitTable table = heard(BEST);
        table.online(info("exit-1", 4, POOL));
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            slots.add(requireNonNull(table.pick(request())));
        }
        table.decided(score("exit-1", 1, 1, 80, 2));
        slots.get(0).release();
        slots.get(1).release();
        assertThat(table.pick(request())).isNull();
        slots.get(2).release();
        assertThat(table.pick(request())).isNotNull();
    }

    @Test
    void anExitThatComesBackStillRunsWhatItRan() {
        ExitTable table = table(BEST);
        table.online(info("exit-1", 2, POOL));
        requireNonNull(table.pick(request()));
        table.offline("exit-1", DisconnectReason.LINK_LOST);
        table.online(info("exit-1", 2, POOL));
        assertThat(table.pick(request())).isNotNull();
        assertThat(table.pick(request())).isNull();
    }

    // ---- the better ones

    @Test
    void bestIsTheBestForTheClassOfTheTargetThatHasRoom() {
        ExitTable table = heard(BEST);
        for (int i = 1; i <= 3; i++) {
            table.online(info("exit-" + i, 1, POOL));
        }
        table.decided(score("exit-1", 1, 1, 90, 1, rating("shop", 40)));
        table.decided(score("exit-2", 1, 2, 50, 1, rating("shop", 70)));
        table.decided(score("exit-3", 1, 3, 60, 1));
        assertThat(picked(table)).isEqualTo("exit-2");
        assertThat(picked(table)).isEqualTo("exit-3");
        assertThat(picked(table)).isEqualTo("exit-1");
        assertThat(table.pick(request())).isNull();
    }

    @Test
    void bandSpreadsOverThoseNearTheBestByTheirRoomAndLeavesTheRest() {
        ExitTable table = heard(PickSettings.DEFAULTS);
        table.online(info("exit-1", 100, POOL));
        table.online(info("exit-2", 300, POOL));
        table.online(info("exit-3", 300, POOL));
        table.decided(score("exit-1", 1, 1, 90, 100));
        table.decided(score("exit-2", 1, 2, 86, 300));
        table.decided(score("exit-3", 1, 3, 80, 300));
        Map<String, Integer> picks = shares(table, MANY);
        assertThat(picks.getOrDefault("exit-3", 0)).isZero();
        assertThat(picks.get("exit-1") / (double) MANY).isCloseTo(0.25, within(0.03));
    }

    @Test
    void bandReachesDownWhenTheBestAreFull() {
        ExitTable table = heard(PickSettings.DEFAULTS);
        table.online(info("exit-1", 1, POOL));
        table.online(info("exit-2", 1, POOL));
        table.decided(score("exit-1", 1, 1, 90, 1));
        table.decided(score("exit-2", 1, 2, 20, 1));
        assertThat(picked(table)).isEqualTo("exit-1");
        assertThat(picked(table)).isEqualTo("exit-2");
        assertThat(table.pick(request())).isNull();
    }

    @Test
    void aShareOfPicksGoesToThoseOfWhichTooLittleIsKnown() {
        ExitTable table = heard(BEST);
        table.policy(QualityPolicy.defaults().withExplorationShare(0.1));
        table.online(info("exit-1", 10, POOL));
        table.online(info("new", 10, POOL));
        table.decided(score("exit-1", 1, 1, 90, 10));
        Map<String, Integer> picks = shares(table, MANY);
        assertThat(picks.get("new") / (double) MANY).isCloseTo(0.1, within(0.02));
        assertThat(table.counters().explorations()).isEqualTo((long) picks.get("new"));
    }

    @Test
    void anExitWithoutADecisionNeverOutranksThoseThatProvedThemselves() {
        ExitTable table = heard(BEST);
        table.online(info("new", 4, POOL));
        for (int i = 0; i < 100; i++) {
            table.heartbeat(load("new", 0, 0, 0, true));
            table.observed("new", true);
        }
        assertThat(standing(table, "new").quality())
                .isLessThanOrEqualTo(QualityPolicy.defaults().lowConfidenceCap());
    }

    // ---- decisions

    @Test
    void anOlderDecisionChangesNothing() {
        ExitTable table = heard(BEST);
        table.online(info("exit-1", 8, POOL));
        table.decided(score("exit-1", 2, 5, 80, 8));
        table.decided(score("exit-1", 2, 5, 10, 8));
        table.decided(score("exit-1", 1, 99, 10, 8));
        assertThat(standing(table, "exit-1").quality()).isCloseTo(80, within(0.01));
        assertThat(table.counters().staleDecisions()).isEqualTo(2);
        table.decided(score("exit-1", 3, 0, 30, 8));
        assertThat(standing(table, "exit-1").quality()).isCloseTo(30, within(0.01));
    }

    @Test
    void whatWasDecidedBeforeAnExitCameCountsFromItsFirstMoment() {
        ExitTable table = heard(BEST);
        table.decided(score("exit-1", 1, 1, 77, 3));
        assertThat(table.knownExits()).isEqualTo(1);
        table.online(info("exit-1", 8, POOL));
        assertThat(standing(table, "exit-1").quality()).isCloseTo(77, within(0.01));
        assertThat(standing(table, "exit-1").capacityRequests()).isEqualTo(3);
    }

    @Test
    void aSlotSaysOnWhichDecisionItStands() {
        ExitTable table = heard(BEST);
        table.online(info("exit-1", 8, POOL));
        table.decided(score("exit-1", 7, 42, 80, 8));
        Slot slot = requireNonNull(table.pick(request()));
        assertThat(slot.scoreJobEpoch()).isEqualTo(7);
        assertThat(slot.scoreCounter()).isEqualTo(42);
        assertThat(slot.running()).isEqualTo(1);
        assertThat(slot.capacity()).isEqualTo(8);
        assertThat(slot.local()).isFalse();
    }

    // ---- the job falls silent

    @Test
    void whenTheJobIsSilentWhatTheEdgeSawItselfTakesOverAndGivesWayAgain() {
        ExitTable table = heard(BEST);
        table.online(info("told-good", 8, POOL));
        table.online(info("seen-good", 8, POOL));
        table.decided(score("told-good", 1, 1, 90, 8));
        table.decided(score("seen-good", 1, 2, 30, 8));
        for (int i = 0; i < 60; i++) {
            table.heartbeat(load("told-good", 0, 0, 0, true));
            table.heartbeat(load("seen-good", 0, 0, 0, true));
            table.observed("told-good", false);
            table.observed("seen-good", true);
        }
        assertThat(picked(table)).isEqualTo("told-good");

        table.jobSilent(true);
        assertThat(table.localShare()).isZero();
        nowMs += PickSettings.DEFAULTS.blendMs() / 2;
        table.tick();
        assertThat(table.localShare()).isCloseTo(0.5, within(0.01));
        nowMs += PickSettings.DEFAULTS.blendMs();
        table.tick();
        assertThat(table.localShare()).isEqualTo(1);
        Slot slot = requireNonNull(table.pick(request()));
        assertThat(slot.exitId()).isEqualTo("seen-good");
        assertThat(slot.local()).isTrue();
        assertThat(slot.scoreJobEpoch()).isZero();

        table.jobSilent(false);
        assertThat(table.localShare()).isZero();
        assertThat(picked(table)).isEqualTo("told-good");
    }

    // ---- limits

    @Test
    void exitsOverTheLimitAreCountedAndNotKept() {
        ExitTable table = heard(BEST.withMaxExits(2));
        table.decided(score("exit-1", 1, 1, 80, 8));
        table.decided(score("exit-2", 1, 2, 80, 8));
        table.decided(score("exit-3", 1, 3, 80, 8));
        table.online(info("exit-4", 8, POOL));
        assertThat(table.knownExits()).isEqualTo(2);
        assertThat(table.counters().exitsNotKept()).isEqualTo(2);
        assertThat(table.pick(request())).isNull();
    }

    @Test
    void poolsOverTheLimitAreCountedAndNotJoined() {
        ExitTable table = table(BEST.withMaxPools(1));
        table.online(info("exit-1", 8, POOL));
        table.online(info("exit-2", 8, "mobile"));
        assertThat(table.pools()).isEqualTo(1);
        assertThat(table.counters().poolsNotJoined()).isEqualTo(1);
        table.offline("exit-1", DisconnectReason.ANNOUNCED);
        assertThat(table.pools()).isZero();
    }

    @Test
    void anExitIsForgottenOnlyWhenNothingHoldsItAnyMore() {
        ExitTable table = table(BEST.withKeepOfflineMs(60_000));
        table.online(info("exit-1", 8, POOL));
        Slot slot = requireNonNull(table.pick(request()));
        table.offline("exit-1", DisconnectReason.LINK_LOST);
        nowMs += 120_000;
        table.tick();
        assertThat(table.knownExits()).isEqualTo(1);
        slot.release();
        nowMs += 120_000;
        table.tick();
        assertThat(table.knownExits()).isZero();
    }

    @Test
    void settingsOutOfTheirBoundsAreRefusedWithTheirValue() {
        assertThatThrownBy(() -> BEST.withBandPoints(101)).hasMessageContaining("101");
        assertThatThrownBy(() -> BEST.withMaxExits(0)).hasMessageContaining("maxExits is 0");
        assertThatThrownBy(() -> BEST.withBlendMs(-1)).hasMessageContaining("blendMs is -1");
    }

    // ----

    private ExitTable table(PickSettings settings) {
        ExitTable table = new ExitTable(settings, clock, () -> nowMs * 1_000_000, new SplittableRandom(7));
        table.policy(QualityPolicy.defaults().withExplorationShare(0));
        return table;
    }

    /** A table whose job is heard. */
    private ExitTable heard(PickSettings settings) {
        ExitTable table = table(settings);
        table.jobSilent(false);
        return table;
    }

    private static Standing standing(ExitTable table, String exitId) {
        return requireNonNull(table.standing(exitId));
    }

    private static @Nullable String picked(ExitTable table) {
        return requireNonNull(table.pick(request())).exitId();
    }

    private static Map<String, Integer> shares(ExitTable table, int picks) {
        Map<String, Integer> shares = new HashMap<>();
        for (int i = 0; i < picks; i++) {
            Slot slot = requireNonNull(table.pick(request()));
            shares.merge(slot.exitId(), 1, Integer::sum);
            slot.release();
        }
        return shares;
    }
}
