package io.fairlead.model.exit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.BenchmarkPolicy;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.QualityPolicy;
import org.junit.jupiter.api.Test;

class ExitStateTest {

    private static final QualityPolicy QUALITY = QualityPolicy.defaults();
    private static final CapacityPolicy CAPACITY = CapacityPolicy.defaults();
    private static final long START = 1_700_000_000_000L;
    private static final String EDGE = "edge-1";
    private static final long TARGET = 42;

    private final ExitState exit = new ExitState();

    // ---- links

    @Test
    void anExitIsOnlineWhileOneOfItsLinksIsHeardOf() {
        assertThat(exit.presence(START, QUALITY)).isEqualTo(Presence.OFFLINE);
        apply(connected(START, 1, "a"));
        apply(connected(START, 1, "b"));
        apply(new ExitEvent.Disconnected(START + 1_000, EDGE, 1, "a", true));
        assertThat(exit.presence(START + 1_000, QUALITY)).isEqualTo(Presence.ONLINE);
        apply(new ExitEvent.Disconnected(START + 2_000, EDGE, 1, "b", true));
        assertThat(exit.presence(START + 2_000, QUALITY)).isEqualTo(Presence.OFFLINE);
    }

    @Test
    void aLinkThatIsNotHeardOfIsSilentNotOffline() {
        apply(connected(START, 1, "a"));
        assertThat(exit.presence(START + QUALITY.exitSilenceMs() - 1, QUALITY)).isEqualTo(Presence.ONLINE);
        assertThat(exit.presence(START + QUALITY.exitSilenceMs(), QUALITY)).isEqualTo(Presence.SILENT);
        apply(heartbeat(START + QUALITY.exitSilenceMs(), 20, 1, 0));
        assertThat(exit.presence(START + QUALITY.exitSilenceMs(), QUALITY)).isEqualTo(Presence.ONLINE);
    }

    @Test
    void linksOfAnEdgesFormerLifeEndedWithItThoughNobodySaidSo() {
        apply(connected(START, 1, "a"));
        apply(connected(START + 1_000, 2, "b"));
        assertThat(exit.links).containsOnlyKeys(EDGE + "/b");
    }

    @Test
    void linksAtAnotherEdgeStayWhenOneEdgeIsStartedAnew() {
        apply(new ExitEvent.Connected(START, "edge-2", 1, "a", PoolType.RESIDENTIAL, 1, 8));
        apply(connected(START + 1_000, 9, "b"));
        assertThat(exit.links).hasSize(2);
    }

    @Test
    void theLinkNotHeardOfForLongestGoesWhenThereAreTooMany() {
        for (int i = 0; i <= ExitState.MAX_LINKS; i++) {
            apply(connected(START + i, 1, "link-" + i));
        }
        assertThat(exit.links).hasSize(ExitState.MAX_LINKS).doesNotContainKey(EDGE + "/link-0");
    }

    // ---- disconnections

    @Test
    void onlyTheLossOfTheLastLinkIsADisconnection() {
        apply(connected(START, 1, "a"));
        apply(connected(START, 1, "b"));
        double before = exit.disconnections.probability(START, QUALITY);
        apply(new ExitEvent.Disconnected(START, EDGE, 1, "a", true));
        assertThat(exit.disconnections.probability(START, QUALITY)).isEqualTo(before);
        apply(new ExitEvent.Disconnected(START, EDGE, 1, "b", true));
        assertThat(exit.disconnections.probability(START, QUALITY)).isEqualTo(before);
        exit.settle(exit.nextSettlementMs(QUALITY), QUALITY, TargetFaults.NONE);
        assertThat(exit.disconnections.probability(START, QUALITY)).isGreaterThan(before);
    }

    @Test
    void aLinkThatItsEdgeLostTogetherWithManyIsNoDisconnection() {
        apply(connected(START, 1, "a"));
        double before = exit.disconnections.probability(START, QUALITY);
        apply(new ExitEvent.Disconnected(START + 1_000, EDGE, 1, "a", true));
        assertThat(exit.presence(START + 1_000, QUALITY)).isEqualTo(Presence.OFFLINE);
        exit.settle(START + 60_000, QUALITY, new TargetFaults() {
            @Override
            public boolean covers(long target, long atMs) {
                return false;
            }

            @Override
            public boolean coversLoss(String edge, long atMs) {
                return edge.equals(EDGE) && atMs == START + 1_000;
            }
        });
        assertThat(exit.pending).isEmpty();
        assertThat(exit.disconnections.probability(START, QUALITY)).isLessThanOrEqualTo(before);
    }

    @Test
    void linksOfAnEdgeThatFellSilentCountForNothingUntilTheyAreHeardAgain() {
        apply(connected(START, 1, "a"));
        apply(new ExitEvent.Connected(START, "edge-2", 1, "a", PoolType.RESIDENTIAL, 1, 8));
        assertThat(exit.edgeSilent("edge-2", 1)).isTrue();
        assertThat(exit.presence(START + 1, QUALITY)).isEqualTo(Presence.ONLINE);
        assertThat(exit.edgeSilent(EDGE, 0)).as("a later life of the edge").isFalse();
        assertThat(exit.edgeSilent(EDGE, 1)).isTrue();
        assertThat(exit.presence(START + 1, QUALITY)).isEqualTo(Presence.SILENT);
        assertThat(exit.pending).isEmpty();
        apply(heartbeat(START + 20_000, 20, 1, 0));
        assertThat(exit.presence(START + 20_000, QUALITY)).isEqualTo(Presence.ONLINE);
        assertThat(exit.upSinceMs).isEqualTo(START + 20_000);
    }

    @Test
    void aDisconnectionThatWasAnnouncedIsNotHeldAgainstTheExit() {
        apply(connected(START, 1, "a"));
        double before = exit.disconnections.probability(START, QUALITY);
        apply(new ExitEvent.Disconnected(START, EDGE, 1, "a", false));
        assertThat(exit.disconnections.probability(START, QUALITY)).isLessThanOrEqualTo(before);
    }

    // ---- capacity

    @Test
    void anAttemptThatIsReadBeforeTheConnectionLeavesTheDeclaredCapacity() {
        apply(attempted(START, Verdict.CARRIED));
        apply(attempted(START + 1, Verdict.OVERLOADED));
        apply(connected(START + 2, 1, "a"));
        assertThat(exit.capacity.capacityRequests).isEqualTo(8);
    }

    @Test
    void aSecondLinkDoesNotStartCapacityAnew() {
        apply(connected(START, 1, "a"));
        for (int i = 0; i < CAPACITY.failuresToShrink(); i++) {
            apply(attempted(START + 1, Verdict.OVERLOADED));
        }
        int learnt = exit.capacity.capacityRequests;
        assertThat(learnt).isLessThan(8);
        apply(connected(START + 2, 1, "b"));
        assertThat(exit.capacity.capacityRequests).isEqualTo(learnt);
    }

    @Test
    void whatTheAgentAcceptsNowBoundsWhatWasLearnt() {
        apply(connected(START, 1, "a"));
        apply(heartbeat(START + 1, 20, 2, 3));
        ExitRating rating = rating(START + 1);
        assertThat(rating.capacityRequests()).isEqualTo(3);
        assertThat(rating.availableRequests()).isEqualTo(1);
    }

    @Test
    void anOlderHeartbeatDoesNotTellWhatRunsNow() {
        apply(connected(START, 1, "a"));
        apply(heartbeat(START + 5_000, 20, 7, 0));
        apply(heartbeat(START + 4_000, 20, 1, 0));
        assertThat(exit.runningRequests).isEqualTo(7);
    }

    // ---- whose fault

    @Test
    void anAmbiguousFailureCountsOnlyWhenTheTargetIsNotToBlame() {
        apply(connected(START, 1, "a"));
        apply(attempted(START + 1_000, Verdict.AMBIGUOUS));
        double before = rating(START + 1_000).success();
        assertThat(exit.nextSettlementMs(QUALITY)).isEqualTo(START + 1_000 + QUALITY.verdictWaitMs());
        assertThat(exit.settle(START + 1_000, QUALITY, TargetFaults.NONE)).isFalse();
        assertThat(exit.settle(START + 60_000, QUALITY, (target, atMs) -> target == TARGET))
                .isFalse();
        assertThat(exit.pending).isEmpty();
        assertThat(rating(START + 1_000).success()).isEqualTo(before);

        apply(attempted(START + 61_000, Verdict.AMBIGUOUS));
        assertThat(exit.settle(START + 120_000, QUALITY, TargetFaults.NONE)).isTrue();
        assertThat(rating(START + 120_000).success()).isLessThan(before);
        assertThat(exit.nextSettlementMs(QUALITY)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void moreFailuresThanMayWaitCountAgainstTheExit() {
        apply(connected(START, 1, "a"));
        for (int i = 0; i < 10 * ExitState.MAX_PENDING; i++) {
            apply(attempted(START + i, Verdict.AMBIGUOUS));
        }
        assertThat(exit.pending).hasSize(ExitState.MAX_PENDING);
        assertThat(rating(START).success()).isLessThan(0.2);
    }

    @Test
    void whatIsNobodysFaultChangesNothing() {
        apply(connected(START, 1, "a"));
        ExitRating before = rating(START);
        assertThat(apply(attempted(START, Verdict.NOTHING))).isFalse();
        assertThat(rating(START)).isEqualTo(before);
    }

    @Test
    void aBlockIsCarriedThroughAndSeenInItsClass() {
        apply(connected(START, 1, "a"));
        apply(attempted(START, Verdict.BLOCKED));
        ClassRating shop = rating(START).classes().get(0);
        assertThat(shop.blockRate()).isGreaterThan(0.4);
        assertThat(shop.success()).isGreaterThan(0.5);
    }

    @Test
    void blocksLowerTheQualityOfTheirClassAndNotThatOfTheExit() {
        apply(connected(START, 1, "a"));
        apply(heartbeat(START, 40, 1, 8));
        for (int i = 0; i < 50; i++) {
            apply(attempted(START + i, Verdict.CARRIED));
        }
        ExitRating before = rating(START + 1_000);
        for (int i = 0; i < 50; i++) {
            apply(new ExitEvent.ToldBlocked(START + i, "shop"));
        }
        ExitRating after = rating(START + 1_000);
        assertThat(after.quality()).isEqualTo(before.quality());
        assertThat(after.classes().get(0).quality())
                .isLessThan(0.05 * before.classes().get(0).quality());
    }

    @Test
    void aNetworkThatFailsLowersItsExitsWithoutBeingHeldAgainstThem() {
        apply(connected(START, 1, "a"));
        apply(heartbeat(START, 40, 1, 8));
        apply(new ExitEvent.Benchmarked(START, "shop", TARGET, Verdict.CARRIED, 20, 100));
        apply(attempted(START, Verdict.CARRIED));
        ExitRating sound = rating(START);
        ExitRating cut = ExitRating.of(exit, START, name -> QUALITY, name -> 1, FleetTerms.of(0.9, 0.1));
        assertThat(cut.quality()).isCloseTo(0.1 * sound.quality(), within(1e-9));
        assertThat(cut.success()).isCloseTo(0.1 * sound.success(), within(1e-9));
        assertThat(Shortfalls.of(cut, QUALITY))
                .anyMatch(reason -> reason.startsWith("its network fails: 90 % of requests"))
                .noneMatch(reason -> reason.matches("fails: \\d\\d % .*"));
    }

    @Test
    void whatATargetFailsIsToldAndMovesNoQuality() {
        apply(connected(START, 1, "a"));
        apply(heartbeat(START, 40, 1, 8));
        ExitRating before = rating(START + 1_000);
        for (int i = 0; i < 5; i++) {
            apply(new ExitEvent.Spared(START + i, "shop"));
        }
        ExitRating after = rating(START + 1_000);
        assertThat(after.failingTargets()).containsExactly("shop");
        assertThat(after.success()).isEqualTo(before.success());
        assertThat(Shortfalls.of(after, QUALITY))
                .contains("a target of shop fails whatever the exit: not held against it");
        assertThat(rating(START + 120_000).failingTargets()).isEmpty();
    }

    @Test
    void anExitThatSeveralEdgesFillTogetherGrows() {
        apply(connected(START, 1, "a"));
        for (int i = 0; i < 8; i++) { // each of two edges runs four of eight
            apply(heartbeat(START + i * 100L, 40, 8, 0));
            apply(new ExitEvent.Attempted(START + i * 100L, "shop", TARGET, Verdict.CARRIED, 20, 4));
        }
        assertThat(exit.capacity.capacityRequests).isEqualTo(9);
    }

    // ---- bounds

    @Test
    void anEventThatIsTooLateIsLeftToHistory() {
        apply(connected(START, 1, "a"));
        ExitRating before = rating(START);
        assertThat(apply(attempted(START - QUALITY.maxLatenessMs() - 1, Verdict.AT_FAULT)))
                .isFalse();
        assertThat(rating(START)).isEqualTo(before);
    }

    @Test
    void classesOverTheLimitCountAsOther() {
        for (int i = 0; i < 3 * ExitState.MAX_CLASSES; i++) {
            apply(new ExitEvent.Attempted(START, "class-" + i, TARGET, Verdict.CARRIED, 20, 1));
        }
        assertThat(exit.classes).hasSize(ExitState.MAX_CLASSES).containsKey(BenchmarkPolicy.OTHER_CLASS);
    }

    // ----

    private boolean apply(ExitEvent event) {
        return exit.apply(event, QUALITY, CAPACITY);
    }

    private ExitRating rating(long nowMs) {
        return ExitRating.of(exit, nowMs, name -> QUALITY, name -> 1, 0.9);
    }

    private static ExitEvent connected(long atMs, long epochMs, String link) {
        return new ExitEvent.Connected(atMs, EDGE, epochMs, link, PoolType.RESIDENTIAL, 64_500, 8);
    }

    private static ExitEvent heartbeat(long atMs, double pingMs, int running, int accepted) {
        return new ExitEvent.Heartbeat(atMs, EDGE, 1, "a", PoolType.RESIDENTIAL, 64_500, pingMs, running, accepted, "");
    }

    private static ExitEvent attempted(long atMs, Verdict verdict) {
        return new ExitEvent.Attempted(atMs, "shop", TARGET, verdict, 20, 1);
    }
}
