package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.canary.CanaryArms;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.survival.FleetSurvival;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.telemetry.ToldVerdict;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The scorer on Flink's own harness: its real state, timers and broadcast. */
class ExitScorerTest {

    private static final long START = 1_700_000_000_000L;
    private static final QualityPolicy POLICY = QualityPolicy.defaults();
    private static final String EXIT = "exit-1";

    private long sequence;

    @Test
    void anExitIsToldAsSoonAsItIsSeen() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            ExitScore score = onlyScore(scorer);
            assertThat(score.getExitId()).isEqualTo(EXIT);
            assertThat(score.getTrigger()).isEqualTo("first");
            assertThat(score.getState()).isEqualTo(ExitState.ONLINE);
            assertThat(score.getCapacityRequests()).isEqualTo(8);
            assertThat(score.getPolicyVersion()).isEqualTo(-1);
            assertThat(score.getTriggerObservedAtMs()).isEqualTo(START);
            assertThat(score.getTriggerEdgeId()).isEqualTo("edge-1");
        }
    }

    @Test
    void whyAnExitTakesNoRequestsIsTheFirstReasonAndGoesWithIt() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 1_000, 20));
            scorer.told();
            scorer.signal(objecting(START + 5_000, "its operator lets it serve only at 22:00-06:00 UTC"));
            ExitScore held = onlyScore(scorer);
            assertThat(held.getTrigger()).isEqualTo("state");
            assertThat(held.getReasons().get(0))
                    .isEqualTo("takes no requests: its operator lets it serve only at 22:00-06:00 UTC");
            assertThat(held.getAvailableRequests()).isZero();
            assertThat(held.getCapacityRequests()).isEqualTo(8);
            scorer.signal(heartbeat(START + 10_000, 20));
            ExitScore free = onlyScore(scorer);
            assertThat(free.getReasons()).noneMatch(reason -> reason.startsWith("takes no requests"));
            assertThat(free.getAvailableRequests()).isEqualTo(7);
        }
    }

    @Test
    void aHeartbeatCrossesTheNetworkWithItsObjectionAndWithout() throws Exception {
        for (String objection : List.of("", "the owner of this exit uses the device")) {
            ExitSignal signal = objecting(START, objection);
            DataOutputSerializer out = new DataOutputSerializer(64);
            ExitSignal.Serializer.INSTANCE.serialize(signal, out);
            assertThat(ExitSignal.Serializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                    .isEqualTo(signal);
        }
    }

    @Test
    void aPolicyIsStampedOnWhatItChangesAtOnce() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 1_000, 20));
            scorer.signal(benchmarked(START + 2_000, 400));
            scorer.told();
            scorer.ruling(policy(POLICY.withReferences(40, 10), 17));
            ExitScore score = onlyScore(scorer);
            assertThat(score.getTrigger()).isEqualTo("policy");
            assertThat(score.getPolicyVersion()).isEqualTo(17);
        }
    }

    @Test
    void aPolicyThatIsTakenBackGivesWayToTheDefaults() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 1_000, 20));
            scorer.signal(benchmarked(START + 2_000, 400));
            double before = scorer.last().getQuality();
            scorer.ruling(policy(POLICY.withReferences(40, 10), 17));
            assertThat(scorer.last().getQuality()).isLessThan(before);
            scorer.ruling(new Ruling.PolicySet("quality/default", 18, null));
            assertThat(scorer.last().getQuality()).isEqualTo(before);
        }
    }

    @Test
    void aCanaryDecidesTheExitsOfItsArmWhileItStandsAndOverARestart() throws Exception {
        for (double share : List.of(0.01, 0.5)) {
            long version = 17;
            while (CanaryArms.decides(version, EXIT, share) == share < 0.5) {
                version++;
            }
            boolean drawn = share == 0.5;
            OperatorSubtaskState checkpoint;
            try (Harness scorer = new Harness()) {
                scorer.open();
                scorer.ruling(policy(POLICY.withReferences(150, 40), 3));
                scorer.signal(connected(START));
                scorer.signal(heartbeat(START + 1_000, 20));
                scorer.signal(benchmarked(START + 2_000, 400));
                scorer.told();
                scorer.ruling(canary(share, version));
                scorer.ruling(new Ruling.Canary("quality/default", version, CanaryStage.BASELINE));
                assertThat(scorer.scores()).as("it is only said").isEmpty();
                scorer.ruling(new Ruling.Canary("quality/default", version, CanaryStage.RUNNING));
                List<ExitScore> scores = scorer.scores();
                assertThat(scores).hasSize(drawn ? 1 : 0).allSatisfy(score -> {
                    assertThat(score.getTrigger()).isEqualTo("policy");
                    assertThat(score.getPsiMs()).isEqualTo(40);
                });
                assertThat(scores).extracting(ExitScore::getPolicyVersion).allMatch(Long.valueOf(version)::equals);
                checkpoint = scorer.harness.snapshot(1, START);
            }
            try (Harness scorer = new Harness()) {
                scorer.restore(checkpoint);
                scorer.signal(benchmarked(START + 5_000, 4_000));
                ExitScore after = onlyScore(scorer);
                assertThat(after.getPolicyVersion()).isEqualTo(drawn ? version : 3);
                scorer.ruling(new Ruling.Canary("quality/default", version, CanaryStage.ROLLED_BACK));
                assertThat(scorer.scores()).hasSize(drawn ? 1 : 0).allSatisfy(score -> {
                    assertThat(score.getPsiMs()).isEqualTo(150);
                    assertThat(score.getPolicyVersion()).isEqualTo(3);
                });
                scorer.ruling(new Ruling.Tick(1));
                assertThat(((Finding.Pulse) scorer.told().get(0)).policyVersion())
                        .as("it is known all the same")
                        .isEqualTo(version);
            }
        }
    }

    /** As an older version left it when all telemetry had been silent: event time had jumped to its end. */
    @Test
    void whatWasKeptPastTheEndOfTimeBeginsAnewAfterARestart() throws Exception {
        OperatorSubtaskState checkpoint;
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.watermark(Long.MAX_VALUE);
            scorer.told();
            assertThat(scorer.keys())
                    .as("everything is over at the end of time")
                    .isZero();
            scorer.signal(connected(START + 1_000));
            scorer.signal(heartbeat(START + 2_000, 20));
            checkpoint = scorer.harness.snapshot(1, START);
        }
        try (Harness scorer = new Harness()) {
            scorer.restore(checkpoint);
            scorer.ruling(policy(POLICY.withReferences(40, 10), 17));
            assertThat(scorer.scores())
                    .as("nothing is decided by what is of no use")
                    .isEmpty();
            scorer.signal(heartbeat(START + 60_000, 20));
            ExitScore score = onlyScore(scorer);
            assertThat(score.getTrigger()).isEqualTo("first");
            assertThat(score.getState()).isEqualTo(ExitState.ONLINE);
            assertThat(score.getTriggerObservedAtMs()).isEqualTo(START + 60_000);
            scorer.watermark(START + 60_000);
            scorer.signal(benchmarked(START + 70_000, 400));
            scorer.watermark(START + 80_000);
            assertThat(scorer.last().getBenchmarkMs()).as("it is decided on").isBetween(399.0, 401.0);
        }
        try (Harness scorer = new Harness()) {
            scorer.restore(checkpoint);
            scorer.watermark(START + 60_000);
            assertThat(scorer.keys()).as("it may be heard yet").isEqualTo(1);
            scorer.watermark(START + 60_000 + POLICY.stateTtlMs());
            assertThat(scorer.told()).as("it never was: its decision goes").containsExactly(new Finding.Ended(EXIT));
            assertThat(scorer.keys()).isZero();
        }
    }

    @Test
    void aChangeThatComesTooSoonAfterADecisionIsToldWhenItsTimeHasCome() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 100, 20));
            scorer.signal(benchmarked(START + 200, 300));
            double before = scorer.last().getQuality();
            scorer.signal(benchmarked(START + 300, 330));
            scorer.signal(benchmarked(START + 400, 330));
            assertThat(scorer.told()).isEmpty();
            for (long atMs = START + 400; atMs < START + 2_000; atMs += 200) {
                scorer.watermark(atMs);
            }
            ExitScore score = onlyScore(scorer);
            assertThat(score.getTrigger()).isEqualTo("quality");
            assertThat(score.getQuality()).isBetween(before - 8, before - 2);
        }
    }

    @Test
    void whatIsReadTwiceAfterARestartOfTheSourceCountsOnce() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            List<ExitSignal> story = story(200);
            for (ExitSignal signal : story) {
                scorer.signal(signal);
            }
            scorer.told();
            for (ExitSignal signal : story) {
                scorer.signal(signal);
            }
            assertThat(scorer.told()).isEmpty();
        }
    }

    @Test
    void aRestartFromACheckpointGoesOnAsIfNothingHadHappened() throws Exception {
        List<ExitSignal> story = story(400);
        OperatorSubtaskState checkpoint;
        List<ExitScore> whole = new ArrayList<>();
        try (Harness first = new Harness()) {
            first.open();
            first.ruling(policy(POLICY.withReferences(120, 60), 3));
            for (ExitSignal signal : story.subList(0, 200)) {
                first.signal(signal);
            }
            checkpoint = first.harness.snapshot(1, START);
            first.told();
            for (ExitSignal signal : story.subList(200, 400)) {
                first.signal(signal);
            }
            first.watermark(START + 400_000);
            whole.addAll(first.scores());
        }
        assertThat(whole).isNotEmpty();
        try (Harness second = new Harness()) {
            second.restore(checkpoint);
            for (ExitSignal signal : story.subList(150, 400)) { // read again from a little before the checkpoint
                second.signal(signal);
            }
            second.watermark(START + 400_000);
            assertThat(second.scores()).isEqualTo(whole);
        }
    }

    @Test
    void anExitThatFallsSilentIsToldAndItsStateEndsInTime() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.told();
            scorer.watermark(START + POLICY.exitSilenceMs());
            assertThat(onlyScore(scorer).getState()).isEqualTo(ExitState.SILENT);
            assertThat(scorer.keys()).isEqualTo(1);
            scorer.watermark(START + POLICY.stateTtlMs());
            assertThat(scorer.told()).containsExactly(new Finding.Ended(EXIT));
            assertThat(scorer.keys()).isZero();
            assertThat(scorer.harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void anExitHasOneTimerHoweverMuchIsHeardOfIt() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            for (ExitSignal signal : story(300)) {
                scorer.signal(signal);
            }
            assertThat(scorer.harness.numEventTimeTimers()).isEqualTo(1);
        }
    }

    @Test
    void failuresOfATargetThatIsAtFaultAreNotHeldAgainstTheExit() throws Exception {
        double blamed;
        double spared;
        try (Harness scorer = new Harness()) {
            scorer.open();
            blamed = successAfterFailures(scorer);
        }
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.ruling(new Ruling.TargetFault(99, START, START + 60_000));
            spared = successAfterFailures(scorer);
        }
        assertThat(spared).isGreaterThan(blamed + 0.2);
    }

    @Test
    void aVerdictCountsThoughLaterSignalsWereSeenAndOnlyOnce() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 100, 20));
            scorer.signal(benchmarked(START + 200, 200));
            ExitSignal failure = signal(
                    START + 300, (byte) 1, new ExitEvent.Attempted(START + 300, "shop", 7, Verdict.AMBIGUOUS, 0, 1));
            scorer.signal(signal(
                    START + 400, (byte) 1, new ExitEvent.Attempted(START + 400, "shop", 7, Verdict.CARRIED, 20, 1)));
            ExitSignal verdict =
                    failure.verdict(new ExitEvent.Attempted(START + 300, "shop", 7, Verdict.AT_FAULT, 0, 1));
            scorer.signal(verdict);
            scorer.signal(verdict);
            scorer.ruling(policy(POLICY.withReferences(40, 10), 17));
            assertThat(scorer.last().getSuccess().getWeight()).isBetween(1.5, 2.0);
        }
    }

    @Test
    void exitsOfAnEdgeThatFellSilentAreToldAtOnceAndItIsNoDisconnection() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 1_000, 20));
            double before = scorer.last().getDisconnect().getMean();
            scorer.ruling(new Ruling.EdgeSilent("edge-2", 1));
            assertThat(scorer.told()).isEmpty();
            scorer.ruling(new Ruling.EdgeSilent("edge-1", 1));
            ExitScore silent = onlyScore(scorer);
            assertThat(silent.getState()).isEqualTo(ExitState.SILENT);
            assertThat(silent.getTrigger()).isEqualTo("state");
            assertThat(silent.getAvailableRequests()).isZero();
            assertThat(silent.getDisconnect().getMean()).isLessThanOrEqualTo(before);
            scorer.signal(heartbeat(START + 20_000, 20));
            assertThat(onlyScore(scorer).getState()).isEqualTo(ExitState.ONLINE);
        }
    }

    @Test
    void aLostLinkCountsWhenItsEdgeDidNotLoseManyWithIt() throws Exception {
        double alone;
        double together;
        try (Harness scorer = new Harness()) {
            scorer.open();
            alone = disconnectAfterALoss(scorer);
        }
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.ruling(new Ruling.EdgeFault("edge-1", START + 9_000, START + 11_000));
            together = disconnectAfterALoss(scorer);
        }
        assertThat(alone).isGreaterThan(2 * together);
    }

    private double disconnectAfterALoss(Harness scorer) throws Exception {
        scorer.signal(connected(START));
        scorer.signal(heartbeat(START + 1_000, 20));
        scorer.signal(signal(
                START + 10_000, (byte) 0, new ExitEvent.Disconnected(START + 10_000, "edge-1", 1, EXIT + "-1", true)));
        scorer.signal(connected(START + 12_000));
        scorer.watermark(START + 20_000);
        scorer.signal(benchmarked(START + 21_000, 400));
        return scorer.last().getDisconnect().getMean();
    }

    @Test
    void anOutageOfItsNetworkIsToldAtOnceAndIsNotInItsOwnSuccess() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 1_000, 20));
            scorer.signal(benchmarked(START + 2_000, 300));
            ExitScore before = scorer.last();
            scorer.ruling(new Ruling.NetworkSuccess(1, 0.02));
            assertThat(scorer.told()).as("another network").isEmpty();
            scorer.ruling(new Ruling.NetworkSuccess(64_500, 0.02));
            ExitScore cut = onlyScore(scorer);
            assertThat(cut.getQuality()).isLessThan(0.05 * before.getQuality());
            assertThat(cut.getSuccess()).isEqualTo(before.getSuccess());
            assertThat(cut.getNetworkSuccess()).isEqualTo(0.02);
            scorer.ruling(new Ruling.NetworkSuccess(64_500, 1));
            assertThat(onlyScore(scorer).getQuality()).isEqualTo(before.getQuality());
        }
    }

    @Test
    void referencesOfTheFleetCountWhereThePolicyAsksForThem() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 1_000, 200));
            scorer.signal(benchmarked(START + 2_000, 1_000));
            scorer.told();
            scorer.ruling(new Ruling.FleetDay(500, 100));
            assertThat(scorer.told()).as("fixed by the policy").isEmpty();
            var record = (io.fairlead.schemas.config.QualityPolicy)
                    PolicyRecords.write(POLICY, new Authorship("ann", "a test", 1L, 1L));
            record.setReferenceMode(io.fairlead.schemas.config.ReferenceMode.FLEET);
            scorer.ruling(new Ruling.PolicySet("quality/default", 18, WireEncoder.encode(record)));
            ExitScore score = onlyScore(scorer);
            assertThat(score.getPsiMs()).isEqualTo(500);
            assertThat(score.getOmegaMs()).isEqualTo(100);
            assertThat(score.getBenchmarkTerm()).isEqualTo(0.5);
            assertThat(score.getReasons()).noneMatch(reason -> reason.contains("slow"));
        }
    }

    @Test
    void theChanceToStayStandsOnItsLikeWhereEnoughWasSeenOfThem() throws Exception {
        FleetSurvival fleet = new FleetSurvival();
        for (int i = 0; i < 400; i++) {
            fleet.watched(PoolType.RESIDENTIAL, 64_500, 0, 0, (1 + i % 40) * 60_000L, true);
        }
        fleet.fit();
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START + 1_000, 20));
            scorer.signal(benchmarked(START + 2_000, 400));
            ExitScore before = scorer.last();
            assertThat(before.getDisconnectBasis()).isEqualTo("hazard");
            assertThat(before.getUpSinceMs()).isEqualTo(START);
            scorer.ruling(new Ruling.Survival(
                    PoolType.RESIDENTIAL, Ruling.Survival.WHOLE_TYPE, fleet.group(PoolType.RESIDENTIAL)));
            scorer.ruling(policy(POLICY.withReferences(40, 10), 17));
            ExitScore after = scorer.last();
            assertThat(after.getDisconnectBasis()).isEqualTo("survival");
            assertThat(after.getStays()).hasSize(2);
            assertThat(after.getStays().get(0).getHorizonMs()).isEqualTo(POLICY.disconnectHorizonMs());
            assertThat(after.getStays().get(0).getChance().getMean())
                    .isEqualTo(1 - after.getDisconnect().getMean());
            assertThat(after.getStays().get(0).getChance().getWeight()).isGreaterThan(50);
            assertThat(after.getStays().get(1).getChance().getMean()).isLessThan(0.05);
        }
    }

    @Test
    void aTickIsAnsweredWithWhatTheTaskHolds() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.told();
            scorer.ruling(new Ruling.Tick(5));
            assertThat(scorer.told()).singleElement().isInstanceOfSatisfying(Finding.Pulse.class, pulse -> {
                assertThat(pulse.tick()).isEqualTo(5);
                assertThat(pulse.keys()).isEqualTo(1);
                assertThat(pulse.policyVersion()).isEqualTo(-1);
            });
        }
    }

    @Test
    void aBlockThatACustomerTellsCountsOnceForItsClassAndIsNoFailure() throws Exception {
        try (Harness scorer = new Harness()) {
            scorer.open();
            scorer.signal(connected(START));
            scorer.signal(heartbeat(START, 20));
            scorer.signal(benchmarked(START, 400));
            for (int i = 1; i <= 9; i++) {
                scorer.signal(signal(
                        START + i, (byte) 1, new ExitEvent.Attempted(START + i, "shop", 7, Verdict.CARRIED, 20, 1)));
            }
            TargetOutcome told = TargetOutcome.newBuilder()
                    .setHeader(new TelemetryHeader("edge-1", 1L, 0, 5L, START + 100))
                    .setRequestId("r")
                    .setExitId(EXIT)
                    .setTenant("acme")
                    .setPool("res1")
                    .setTargetClass("shop")
                    .setTargetHost("shop.example")
                    .setVerdict(ToldVerdict.CAPTCHA)
                    .build();
            ExitSignal signal = Objects.requireNonNull(Signals.of(told, START + 100));
            scorer.signal(signal);
            scorer.signal(signal);
            told.setVerdict(ToldVerdict.OK);
            assertThat(Signals.of(told, START + 100)).isNull();
            scorer.ruling(policy(POLICY.withReferences(40, 10), 17));
            assertThat(scorer.last().getClasses())
                    .filteredOn(c -> c.getTargetClass().equals("shop"))
                    .singleElement()
                    .satisfies(shop -> {
                        assertThat(shop.getBlockRate()).isBetween(0.08, 0.12);
                        assertThat(shop.getSuccess().getWeight()).isBetween(7.0, 9.5);
                    });
        }
    }

    // ----

    private double successAfterFailures(Harness scorer) throws Exception {
        scorer.signal(connected(START));
        scorer.signal(heartbeat(START + 100, 20));
        scorer.signal(benchmarked(START + 200, 200));
        for (int i = 0; i < 20; i++) {
            scorer.signal(signal(
                    START + 1_000 + i,
                    (byte) 1,
                    new ExitEvent.Attempted(START + 1_000 + i, "shop", 99, Verdict.AMBIGUOUS, 0, 1)));
        }
        for (int second = 2; second < 30; second++) {
            scorer.watermark(START + second * 1_000L);
        }
        return scorer.last().getSuccess().getMean();
    }

    private List<ExitSignal> story(int signals) {
        SplittableRandom chance = new SplittableRandom(5);
        List<ExitSignal> story = new ArrayList<>();
        story.add(connected(START));
        for (int i = 1; i < signals; i++) {
            long atMs = START + i * 1_000L;
            story.add(
                    switch (chance.nextInt(3)) {
                        case 0 -> heartbeat(atMs, 10 + chance.nextInt(i < signals / 2 ? 20 : 500));
                        case 1 -> benchmarked(atMs, 100 + chance.nextInt(i < signals / 2 ? 50 : 2_000));
                        default ->
                            signal(
                                    atMs,
                                    (byte) 1,
                                    new ExitEvent.Attempted(
                                            atMs,
                                            "shop",
                                            7,
                                            chance.nextInt(4) == 0 ? Verdict.AT_FAULT : Verdict.CARRIED,
                                            20,
                                            1 + chance.nextInt(8)));
                    });
        }
        return story;
    }

    private ExitSignal connected(long atMs) {
        return signal(
                atMs,
                (byte) 0,
                new ExitEvent.Connected(atMs, "edge-1", 1, EXIT + "-1", PoolType.RESIDENTIAL, 64_500, 8));
    }

    private ExitSignal heartbeat(long atMs, double pingMs) {
        return heartbeat(atMs, pingMs, "");
    }

    private ExitSignal objecting(long atMs, String objection) {
        return heartbeat(atMs, 20, objection);
    }

    private ExitSignal heartbeat(long atMs, double pingMs, String objection) {
        return signal(
                atMs,
                (byte) 0,
                new ExitEvent.Heartbeat(
                        atMs, "edge-1", 1, EXIT + "-1", PoolType.RESIDENTIAL, 64_500, pingMs, 1, 8, objection));
    }

    private ExitSignal benchmarked(long atMs, double totalMs) {
        return signal(
                atMs, (byte) 0, new ExitEvent.Benchmarked(atMs, "shop", 7, Verdict.CARRIED, totalMs / 2, totalMs));
    }

    private ExitSignal signal(long atMs, byte lane, ExitEvent event) {
        return new ExitSignal(EXIT, "edge-1", 1, lane, sequence++, atMs, event);
    }

    private static Ruling policy(QualityPolicy policy, long offset) {
        return new Ruling.PolicySet(
                "quality/default",
                offset,
                WireEncoder.encode(PolicyRecords.write(policy, new Authorship("ann", "a test", 1L, 1L))));
    }

    private static Ruling canary(double share, long version) {
        Authorship author = new Authorship("ann", "a test", 1L, 1L);
        return new Ruling.PolicySet(
                CanaryRecords.key("quality/default"),
                version,
                WireEncoder.encode(CanaryRecords.write(
                        "quality/default",
                        new CanaryTerms(share, 10_000, 60_000, 0.05, 1.5, 100),
                        PolicyRecords.write(POLICY.withReferences(40, 10), author),
                        author)));
    }

    private static ExitScore onlyScore(Harness scorer) throws Exception {
        List<ExitScore> scores = scorer.scores();
        assertThat(scores).hasSize(1);
        return scores.get(0);
    }

    private static final class Harness implements AutoCloseable {

        final KeyedBroadcastOperatorTestHarness<String, ExitSignal, Ruling, Finding> harness;
        private final WireReader reader = new WireReader(SchemaDirectory.builtIn());

        Harness() throws Exception {
            harness = new KeyedBroadcastOperatorTestHarness<>(
                    new CoBroadcastWithKeyedOperator<>(new ExitScorer(), List.of(Rulebook.STATE)),
                    ExitSignal::exitId,
                    Types.STRING,
                    128,
                    1,
                    0);
            harness.setup(Finding.TYPE.createSerializer(new SerializerConfigImpl()));
        }

        void open() throws Exception {
            harness.open();
        }

        void restore(OperatorSubtaskState state) throws Exception {
            harness.initializeState(state);
            harness.open();
        }

        void signal(ExitSignal signal) throws Exception {
            harness.processElement(signal, signal.event().atMs());
        }

        void ruling(Ruling ruling) throws Exception {
            harness.processBroadcastElement(ruling, 0);
        }

        void watermark(long atMs) throws Exception {
            harness.processWatermark(atMs);
            harness.processBroadcastWatermark(new org.apache.flink.streaming.api.watermark.Watermark(atMs));
        }

        /** What was said since the last call. */
        List<Finding> told() {
            List<Finding> told = List.copyOf(harness.extractOutputValues());
            harness.getOutput().clear();
            return told;
        }

        List<ExitScore> scores() throws Exception {
            List<ExitScore> scores = new ArrayList<>();
            for (Finding finding : told()) {
                if (finding instanceof Finding.Scored scored) {
                    scores.add((ExitScore) reader.read(scored.draft()));
                }
            }
            return scores;
        }

        /** Exits in its state, by its own count. */
        long keys() throws Exception {
            ruling(new Ruling.Tick(1));
            return ((Finding.Pulse) told().get(0)).keys();
        }

        ExitScore last() throws Exception {
            List<ExitScore> scores = scores();
            return scores.get(scores.size() - 1);
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
