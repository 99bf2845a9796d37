package io.fairlead.lab.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The simulated world holds its invariants, runs the same from the same seed, and tells good policies from bad ones. */
class SimulationTest {

    private static final double NEVER = Double.POSITIVE_INFINITY;

    @Property(tries = 2)
    void whateverTheSeedTheInvariantsHold(@ForAll @LongRange(min = 1, max = 1_000_000) long seed) {
        Scenario small = Scenario.of("churn").sized(16, 20);
        List<Double> ages = List.of(0.0, 60.0, NEVER);
        for (Policy policy : Policy.values()) {
            double age = ages.get((int) ((seed + policy.word().length()) % ages.size()));
            assertThat(Simulation.run(new Setup(small, policy, seed, 1.1, age)).events())
                    .isPositive();
        }
    }

    @Test
    void theSameSetupGivesTheSameRun() {
        Scenario small = Scenario.of("churn").sized(20, 30);
        for (Policy policy : List.of(Policy.BAND, Policy.BEST, Policy.HOT_COLD, Policy.PREQUAL)) {
            Result one = Simulation.run(new Setup(small, policy, 3, 0.9, 1));
            Result other = Simulation.run(new Setup(small, policy, 3, 0.9, 1));
            assertThat(other.digest()).as(policy.word()).isEqualTo(one.digest());
            assertThat(Simulation.run(new Setup(small, policy, 4, 0.9, 1)).digest())
                    .isNotEqualTo(one.digest());
        }
    }

    @Test
    void whatIsBrokenSaysHowToSeeItAgain() {
        Setup setup = new Setup(Scenario.of("churn"), Policy.BAND, 42, 0.7, NEVER);
        assertThat(new Broken(setup, 1_500_000, "exit-1 runs 3 under a limit of 2"))
                .hasMessage("exit-1 runs 3 under a limit of 2, 1.500000 s into the run; seed 42. See it again by: "
                        + "fairlead simulate --scenario churn --policy band --seed 42 --load 70 --staleness never "
                        + "--exits 60 --seconds 300");
    }

    @Test
    void faultsOfTargetsAndNetworksAreFoundWhereTheyAre() {
        for (String scenario : List.of("target", "outage")) {
            Scenario often = Scenario.of(scenario).sized(40, 120);
            double right =
                    Simulation.run(new Setup(often, Policy.BAND, 5, 0.5, 1)).attributedRight();
            assertThat(right).as(scenario).isGreaterThanOrEqualTo(0.95);
        }
    }

    @Test
    void thePolicyThatKnowsMoreDoesBetter() {
        Scenario world = Scenario.of("churn").sized(40, 60);
        double chance = goodput(world, Policy.RANDOM);
        double band = goodput(world, Policy.BAND);
        double oracle = goodput(world, Policy.ORACLE);
        assertThat(band).isGreaterThan(1.1 * chance);
        assertThat(oracle).isGreaterThan(0.95 * band);
    }

    /** Edges that hear of no decision choose by what they see themselves. */
    @Test
    void edgesDoWithoutThePlaneOfDecisions() {
        Scenario world = Scenario.of("churn").sized(40, 120);
        Result served = Simulation.run(new Setup(world, Policy.BAND, 1, 0.7, 1));
        Result alone = Simulation.run(new Setup(world, Policy.BAND, 1, 0.7, 1, 120));
        assertThat(alone.digest()).isNotEqualTo(served.digest());
        assertThat(alone.goodput()).isGreaterThan(0.97 * served.goodput());
        assertThat(alone.setup().replay()).endsWith("--plane-down 120");
    }

    @Test
    void namesThatAreNotKnownAreRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> Scenario.of("calm"))
                .hasMessageContaining("calm")
                .hasMessageContaining("steady");
        assertThatThrownBy(() -> Policy.named(List.of("luck"))).hasMessageContaining("hot-cold");
    }

    @Test
    void theReportStandsAlone() {
        Scenario small = Scenario.of("steady").sized(10, 20);
        List<Result> results = List.of(
                Simulation.run(new Setup(small, Policy.BAND, 1, 0.5, 0)),
                Simulation.run(new Setup(small, Policy.BAND, 2, 0.5, 0)),
                Simulation.run(new Setup(small, Policy.ORACLE, 1, 0.5, 0)));
        String html = Report.html(List.of(Comparison.of(results)), null);
        assertThat(html).contains("<svg", "band", "steady, load 50 %").doesNotContain("http", "<script", "NaN");
    }

    private static double goodput(Scenario world, Policy policy) {
        return Simulation.run(new Setup(world, policy, 1, 0.7, 1)).goodput()
                + Simulation.run(new Setup(world, policy, 2, 0.7, 1)).goodput();
    }
}
