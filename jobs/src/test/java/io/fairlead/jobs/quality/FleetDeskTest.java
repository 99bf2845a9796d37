package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.model.policy.QualityPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The desk of the fleet on Flink's own harness: its real state, watermarks and clock. */
class FleetDeskTest {

    private static final long START = 1_700_000_000_000L;
    private static final long WAIT_MS = QualityPolicy.defaults().verdictWaitMs();
    private static final long SHOP = 7;
    private static final long OTHER = 8;

    private long sequence;

    @Test
    void aFailureOfAnExitThatOthersDoNotShareIsItsOwnWithinFiveSeconds() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            carried(desk, START, 20, SHOP);
            desk.tell(failed("exit-bad", START + 1_000, SHOP));
            desk.tell(failed("exit-bad", START + 1_100, SHOP));
            desk.watermark(START + 1_000 + WAIT_MS);
            assertThat(desk.verdicts()).hasSize(1);
            desk.watermark(START + 1_100 + WAIT_MS);
            assertThat(desk.verdicts()).singleElement().satisfies(verdict -> {
                assertThat(verdict.exitId()).isEqualTo("exit-bad");
                assertThat(verdict.lane()).isEqualTo(ExitSignal.VERDICTS_ON_ATTEMPTS);
                assertThat(verdict.event()).isInstanceOfSatisfying(ExitEvent.Attempted.class, event -> {
                    assertThat(event.verdict()).isEqualTo(Verdict.AT_FAULT);
                    assertThat(event.atMs()).isEqualTo(START + 1_100);
                });
            });
        }
    }

    @Test
    void whatATargetFailsIsHeldAgainstNoExit() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            for (int i = 0; i < 10; i++) {
                desk.tell(failed("exit-" + i, START + i, SHOP));
            }
            desk.tell(new Evidence.TargetFails(SHOP, START - 6_000, START + 1_000));
            desk.watermark(START + 60_000);
            assertThat(desk.verdicts()).hasSize(10).allSatisfy(verdict -> assertThat(verdict.event())
                    .isInstanceOf(ExitEvent.Spared.class));
        }
    }

    @Test
    void anOutageOfANetworkIsToldAsTheNetworksAndEndsAsOne() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            for (long second = 0; second < 20; second++) {
                long atMs = START + second * 1_000;
                for (int i = 0; i < 10; i++) {
                    if (second < 5 || second > 15) {
                        desk.tell(new Evidence.Carried("exit-" + i, 64_500, SHOP + i % 4, "edge-1", atMs, 5));
                    } else {
                        desk.tell(failed("exit-" + i, atMs, SHOP + i % 4));
                    }
                    desk.tell(new Evidence.Carried("sound-" + i, 64_501, SHOP + i % 4, "edge-1", atMs, 5));
                }
                desk.watermark(atMs);
            }
            desk.watermark(START + 30_000);
            assertThat(desk.verdicts()).as("nothing is held against an exit").isEmpty();
            List<Ruling.NetworkSuccess> told = desk.rulings(Ruling.NetworkSuccess.class);
            assertThat(told).allMatch(each -> each.asn() == 64_500);
            assertThat(told.get(0).share()).isLessThan(0.1);
            for (long second = 30; second < 400; second++) {
                desk.tell(new Evidence.Carried("exit-1", 64_500, SHOP, "edge-1", START + second * 1_000, 5));
                desk.watermark(START + second * 1_000);
            }
            List<Ruling.NetworkSuccess> after = desk.rulings(Ruling.NetworkSuccess.class);
            assertThat(after.get(after.size() - 1).share()).isEqualTo(1);
        }
    }

    @Test
    void failuresWaitOverARestartAndAreHeardOnce() throws Exception {
        OperatorSubtaskState checkpoint;
        try (Harness first = new Harness()) {
            first.open();
            carried(first, START, 20, SHOP);
            first.tell(failed("exit-bad", START + 1_000, SHOP));
            first.tell(new Evidence.TargetFails(OTHER, START, START + 9_000));
            first.tell(failed("exit-1", START + 1_000, OTHER));
            checkpoint = first.harness.snapshot(1, START);
        }
        try (Harness second = new Harness()) {
            second.restore(checkpoint);
            second.watermark(START + 60_000);
            List<ExitSignal> verdicts = second.verdicts();
            assertThat(verdicts).extracting(ExitSignal::exitId).containsExactly("exit-bad", "exit-1");
            assertThat(verdicts.get(0).event()).isInstanceOf(ExitEvent.Attempted.class);
            assertThat(verdicts.get(1).event()).isInstanceOf(ExitEvent.Spared.class);
        }
    }

    @Test
    void whenEventTimeStandsStillFailuresWaitInThatOfTheMachine() throws Exception {
        try (Harness desk = new Harness()) {
            desk.harness.setProcessingTime(1_000);
            desk.open();
            desk.tell(failed("exit-1", START, SHOP));
            desk.harness.setProcessingTime(5_000);
            assertThat(desk.verdicts()).isEmpty();
            desk.harness.setProcessingTime(8_000);
            assertThat(desk.verdicts()).hasSize(1);
        }
    }

    @Test
    void anEdgeThatStopsReportingWhileOthersGoOnIsToldOnceAndAgainInALaterLife() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            for (long second = 0; second < 30; second++) {
                desk.tell(new Evidence.EdgeHeard("edge-1", 11, START + second * 1_000, 10));
                if (second < 5) {
                    desk.tell(new Evidence.EdgeHeard("edge-2", 22, START + second * 1_000, 10));
                }
            }
            assertThat(desk.rulings(Ruling.EdgeSilent.class)).containsExactly(new Ruling.EdgeSilent("edge-2", 22));
            desk.tell(new Evidence.EdgeHeard("edge-2", 33, START + 30_000, 10));
            desk.tell(new Evidence.EdgeHeard("edge-1", 11, START + 41_000, 10));
            assertThat(desk.rulings(Ruling.EdgeSilent.class)).containsExactly(new Ruling.EdgeSilent("edge-2", 33));
        }
    }

    @Test
    void oneEdgeAloneIsNeverSilentForNobodyShowsTheTime() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.tell(new Evidence.EdgeHeard("edge-1", 11, START, 10));
            desk.tell(new Evidence.EdgeHeard("edge-1", 11, START + 600_000, 10));
            assertThat(desk.rulings(Ruling.EdgeSilent.class)).isEmpty();
        }
    }

    @Test
    void linksThatOneEdgeLosesTogetherAreItsFaultAndFewAreNot() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.tell(new Evidence.EdgeHeard("edge-1", 11, START, 10));
            for (int i = 0; i < 4; i++) {
                desk.tell(new Evidence.LinkLost("edge-1", "exit-" + i, START + i * 3_000L));
            }
            assertThat(desk.rulings(Ruling.EdgeFault.class))
                    .as("one after the other")
                    .isEmpty();
            for (int i = 0; i < 5; i++) {
                desk.tell(new Evidence.LinkLost("edge-1", "exit-" + i, START + 60_000 + i * 100L));
            }
            assertThat(desk.rulings(Ruling.EdgeFault.class)).singleElement().satisfies(fault -> {
                assertThat(fault.fromMs()).isEqualTo(START + 60_000);
                assertThat(fault.untilMs()).isGreaterThan(START + 60_400);
            });
        }
    }

    @Test
    void survivalIsToldWhenEnoughWasSeenAndEndsThatWereTheEdgesDoNotCount() throws Exception {
        double ofExits;
        double ofEdge;
        try (Harness desk = new Harness()) {
            desk.open();
            ofExits = endsTold(desk);
        }
        try (Harness desk = new Harness()) {
            desk.open();
            for (int i = 0; i < 5; i++) {
                desk.tell(new Evidence.LinkLost("edge-1", "exit-" + i, START + 3_600_000));
            }
            ofEdge = endsTold(desk);
        }
        assertThat(ofExits).isEqualTo(60);
        assertThat(ofEdge).isEqualTo(30);
    }

    /** Sixty exits drop out, half of them in the same second through one edge. */
    private static double endsTold(Harness desk) throws Exception {
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 60; i++) {
            boolean together = i < 30;
            long endMs = START + (together ? 3_600_000 : chance.nextLong(3_600_000));
            String edge = together ? "edge-1" : "edge-" + i;
            desk.tell(new Evidence.Watched(PoolType.MOBILE, 1, START, START, endMs, true, edge));
            desk.tell(new Evidence.Watched(PoolType.MOBILE, 1, START, START, START + 3_600_000, false, edge));
        }
        desk.watermark(START + 3_700_000);
        desk.watermark(START + 3_800_000);
        List<Ruling.Survival> told = desk.rulings(Ruling.Survival.class);
        assertThat(told).extracting(Ruling.Survival::asn).contains(Ruling.Survival.WHOLE_TYPE, 1L);
        return told.get(told.size() - 1).group().curve().table().ends();
    }

    @Test
    void referencesOfTheFleetAreToldOnceADayAndNotForALittle() throws Exception {
        long dayMs = 86_400_000;
        long midnight = START / dayMs * dayMs;
        try (Harness desk = new Harness()) {
            desk.open();
            SplittableRandom chance = new SplittableRandom(1);
            for (int day = 0; day < 3; day++) {
                for (int i = 0; i < 500; i++) {
                    double drift = day == 0 ? 1 : 1.03;
                    desk.tell(new Evidence.Medians(
                            midnight + day * dayMs + i,
                            drift * (400 + 400 * chance.nextDouble()),
                            80 + 80 * chance.nextDouble()));
                }
                desk.watermark(midnight + day * dayMs + 3_600_000);
            }
            assertThat(desk.rulings(Ruling.FleetDay.class)).singleElement().satisfies(told -> {
                assertThat(told.psiMs()).isBetween(235.0, 265.0);
                assertThat(told.omegaMs()).isBetween(47.0, 53.0);
            });
        }
    }

    @Test
    void evidenceAndRulingsCrossTheNetworkAsTheyAre() throws Exception {
        List<Evidence> evidence = List.of(
                new Evidence.Carried("e", 1, 2, "edge", 3, 4),
                failed("e", START, SHOP),
                new Evidence.Watched(PoolType.ISP, 1, 2, 3, 4, true, "edge"),
                new Evidence.Medians(1, -1, Double.POSITIVE_INFINITY),
                new Evidence.LinkLost("edge", "e", 5),
                new Evidence.EdgeHeard("edge", 1, 2, 3),
                new Evidence.TargetFails(1, 2, 3));
        for (Evidence each : evidence) {
            DataOutputSerializer out = new DataOutputSerializer(64);
            Evidence.Serializer.INSTANCE.serialize(each, out);
            assertThat(Evidence.Serializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                    .isEqualTo(each);
        }
        List<Ruling> rulings = new ArrayList<>(List.of(
                new Ruling.EdgeFault("edge", 1, 2),
                new Ruling.EdgeSilent("edge", 1),
                new Ruling.NetworkSuccess(1, 0.5),
                new Ruling.FleetDay(1, 2)));
        try (Harness desk = new Harness()) {
            desk.open();
            endsTold(desk);
            rulings.addAll(desk.rulings(Ruling.Survival.class));
        }
        for (Ruling each : rulings) {
            DataOutputSerializer out = new DataOutputSerializer(64);
            Ruling.Serializer.INSTANCE.serialize(each, out);
            assertThat(Ruling.Serializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                    .isEqualTo(each);
        }
    }

    // ----

    private static void carried(Harness desk, long atMs, int exits, long target) throws Exception {
        for (int i = 0; i < exits; i++) {
            desk.tell(new Evidence.Carried("exit-" + i, 64_500, target, "edge-1", atMs, 5));
        }
    }

    private Evidence.Failed failed(String exitId, long atMs, long target) {
        return new Evidence.Failed(
                new ExitSignal(
                        exitId,
                        "edge-1",
                        1,
                        ExitSignal.ATTEMPTS,
                        sequence++,
                        atMs,
                        new ExitEvent.Attempted(atMs, "shop", target, Verdict.AMBIGUOUS, 0, 1)),
                64_500);
    }

    private static final class Harness implements AutoCloseable {

        final OneInputStreamOperatorTestHarness<Evidence, Ruling> harness;

        Harness() throws Exception {
            harness = new OneInputStreamOperatorTestHarness<>(new FleetDesk());
            harness.setup(Ruling.Serializer.INSTANCE);
        }

        void open() throws Exception {
            harness.open();
        }

        void restore(OperatorSubtaskState state) throws Exception {
            harness.initializeState(state);
            harness.open();
        }

        void tell(Evidence evidence) throws Exception {
            harness.processElement(new StreamRecord<>(evidence));
        }

        void watermark(long atMs) throws Exception {
            harness.processWatermark(atMs);
        }

        /** Verdicts since the last call. */
        List<ExitSignal> verdicts() {
            List<ExitSignal> verdicts = new ArrayList<>();
            var queue = harness.getSideOutput(FleetDesk.VERDICTS);
            while (queue != null && !queue.isEmpty()) {
                verdicts.add(queue.remove().getValue());
            }
            return verdicts;
        }

        /** Rulings of a kind since the last call of any kind. */
        <R extends Ruling> List<R> rulings(Class<R> kind) {
            List<R> rulings = harness.extractOutputValues().stream()
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
            harness.getOutput().clear();
            return rulings;
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
