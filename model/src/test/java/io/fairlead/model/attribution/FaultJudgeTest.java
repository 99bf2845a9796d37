package io.fairlead.model.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Faults that are put into sound traffic are found where they were put. */
class FaultJudgeTest {

    private static final long T0 = 1_700_000_000_000L;
    private static final int EXITS = 200;
    private static final int TARGETS = 30;
    private static final int NETWORKS = 12;
    private static final int EDGES = 4;

    @Test
    void aDeadTargetIsTheTargets() {
        assertThat(rightShare(seen -> seen.target() == 3 ? 1.0 : 0.0, seen -> Culprit.TARGET))
                .isGreaterThan(0.97);
    }

    @Test
    void aTargetThatFailsEveryThirdIsTheTargets() {
        assertThat(rightShare(seen -> seen.target() == 3 ? 0.33 : 0.0, seen -> Culprit.TARGET))
                .isGreaterThan(0.95);
    }

    @Test
    void aDeadExitIsTheExits() {
        assertThat(rightShare(seen -> seen.exitId().equals("exit-8") ? 1.0 : 0.0, seen -> Culprit.EXIT))
                .isGreaterThan(0.95);
    }

    @Test
    void aNetworkThatIsCutOffIsTheNetworks() {
        assertThat(rightShare(seen -> seen.asn() == 5 ? 1.0 : 0.0, seen -> Culprit.ASN))
                .isGreaterThan(0.95);
    }

    @Test
    void aNetworkOfTwoExitsThatIsCutOffIsTheNetworks() {
        assertThat(rightShare(
                        exit -> 1 + exit / 2,
                        seen -> seen.asn() == 5 && seen.atMs() > T0 + 10_000 ? 1.0 : 0.0,
                        seen -> Culprit.ASN))
                .isGreaterThan(0.95);
    }

    @Test
    void whatFailsByItselfSaysNothingOfItsNetwork() {
        assertThat(rightShare(
                        exit -> 1 + exit / 2,
                        seen -> seen.exitId().equals("exit-8")
                                ? 0.6
                                : seen.exitId().equals("exit-9") && seen.atMs() > T0 + 20_000 ? 0.9 : 0.0,
                        seen -> Culprit.EXIT))
                .isGreaterThan(0.9);
    }

    @Test
    void anEdgeThatFailsIsTheEdges() {
        assertThat(rightShare(seen -> seen.edge().equals("edge-2") ? 1.0 : 0.0, seen -> Culprit.EDGE))
                .isGreaterThan(0.97);
    }

    @Test
    void faultsAtTheSameTimeAreToldApart() {
        Function<Try, Culprit> truth =
                seen -> seen.target() == 3 ? Culprit.TARGET : seen.asn() == 5 ? Culprit.ASN : Culprit.EXIT;
        assertThat(rightShare(
                        seen -> seen.target() == 3 || seen.asn() == 5
                                ? 1.0
                                : seen.exitId().equals("exit-8") ? 0.6 : 0.0,
                        truth))
                .isGreaterThan(0.95);
    }

    @Test
    void waitsForTheVerdictAndForgetsNothing() {
        FaultJudge judge = new FaultJudge(5_000, 60_000);
        Try failure = new Try(T0, "exit-1", 0, 1, "edge-1");
        assertThat(judge.failed(failure)).isEmpty();
        assertThat(judge.settle(T0 + 4_999)).isEmpty();
        assertThat(judge.settle(T0 + 5_000)).singleElement().satisfies(ruled -> {
            assertThat(ruled.failure()).isEqualTo(failure);
            assertThat(ruled.share()).isBetween(0.0, 1.0);
        });
        assertThat(judge.settle(T0 + 60_000)).isEmpty();
    }

    @Test
    void aNetworksTermFallsWhileItIsCutOffAndHealsAfterwards() {
        FaultJudge judge = new FaultJudge(5_000, 30_000);
        run(judge, FaultJudgeTest::network, seen -> seen.asn() == 5 && seen.atMs() < T0 + 60_000 ? 1.0 : 0.0, 60);
        assertThat(judge.networkSuccess(5, T0 + 60_000).mean()).isLessThan(0.6);
        assertThat(judge.networkSuccess(4, T0 + 60_000).mean()).isGreaterThan(0.98);
        assertThat(judge.networkSuccess(5, T0 + 60_000).upper()).isLessThan(0.9);
        assertThat(judge.networkSuccess(5, T0 + 900_000).mean()).isGreaterThan(0.97);
        assertThat(judge.targetSuccess(3, T0 + 60_000).mean()).isGreaterThan(0.97);
    }

    private static double rightShare(Function<Try, Double> failing, Function<Try, Culprit> truth) {
        return rightShare(FaultJudgeTest::network, failing, truth);
    }

    private static double rightShare(
            IntUnaryOperator networks, Function<Try, Double> failing, Function<Try, Culprit> truth) {
        List<Ruled> ruled = run(new FaultJudge(5_000, 120_000), networks, failing, 60);
        List<Ruled> late = new ArrayList<>(ruled);
        Map<Culprit, Integer> found = new HashMap<>();
        int right = 0;
        for (Ruled each : late) {
            found.merge(each.culprit(), 1, Integer::sum);
            right += each.culprit() == truth.apply(each.failure()) ? 1 : 0;
        }
        assertThat(late).as("%s", found).hasSizeGreaterThan(50);
        return (double) right / late.size();
    }

    private static int network(int exit) {
        return 1 + exit % NETWORKS;
    }

    /** Two hundred tries a second by chance; every failure that is put in is ambiguous. */
    private static List<Ruled> run(
            FaultJudge judge, IntUnaryOperator networks, Function<Try, Double> failing, int seconds) {
        SplittableRandom chance = new SplittableRandom(1);
        List<Ruled> ruled = new ArrayList<>();
        for (long atMs = T0; atMs < T0 + seconds * 1_000L; atMs += 5) {
            int exit = chance.nextInt(EXITS);
            Try seen = new Try(
                    atMs,
                    "exit-" + exit,
                    networks.applyAsInt(exit),
                    chance.nextInt(TARGETS),
                    "edge-" + chance.nextInt(EDGES));
            if (chance.nextDouble() < failing.apply(seen)) {
                ruled.addAll(judge.failed(seen));
            } else {
                judge.carried(seen);
            }
            ruled.addAll(judge.settle(atMs));
        }
        ruled.addAll(judge.settle(T0 + seconds * 1_000L + 5_000));
        return ruled;
    }
}
