package io.fairlead.model.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.map.Succession.Followed;
import io.fairlead.model.policy.MapPolicy;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuccessionTest {

    private static final MapPolicy POLICY = MapPolicy.defaults();
    private static final double[] FREE = {0, 0};

    @Test
    void aSmallGainIsNotWorthAMove() {
        Demand demand = new Demand(new double[] {10, 10}, new float[] {20, 16, 20, 14}, 2);
        Plan plan = Succession.solve(demand, new double[] {100, 100}, FREE, Succession.of(new int[] {0, 0}), all())
                .plan();
        assertThat(plan.mainGroup(0)).as("4 ms are under the hysteresis of 5").isZero();
        assertThat(plan.mainGroup(1)).as("6 ms are over it").isEqualTo(1);
    }

    @Test
    void whatIsNewGoesToItsNearest() {
        Demand demand = new Demand(new double[] {10}, new float[] {20, 19}, 2);
        Followed followed = Succession.solve(demand, new double[] {100, 100}, FREE, Succession.none(), POLICY);
        assertThat(followed.plan().mainGroup(0)).isEqualTo(1);
        assertThat(followed.movedShare()).isZero();
    }

    @Test
    void whoseGroupIsDownMovesAtOnceAndDoesNotCountAsMoved() {
        Demand demand = new Demand(new double[] {10, 10}, new float[] {5, 50, 50, 5}, 2);
        Followed followed =
                Succession.solve(demand, new double[] {0, 100}, FREE, Succession.of(new int[] {0, 1}), POLICY);
        assertThat(followed.plan().mainGroup(0)).isEqualTo(1);
        assertThat(followed.movedShare()).isZero();
        assertThat(followed.forcedShare()).isCloseTo(0.5, within(1e-9));
    }

    /** Of a hundred that would all gain, only those move that gain most. */
    @Test
    void noMoreMovesThanAllowedAndThatIsWhatGainsMost() {
        int rows = 100;
        double[] bits = new double[rows];
        float[] costs = new float[2 * rows];
        for (int row = 0; row < rows; row++) {
            bits[row] = 1;
            costs[2 * row] = 60 + row;
            costs[2 * row + 1] = 10;
        }
        Followed followed = Succession.solve(
                new Demand(bits, costs, 2), new double[] {1_000, 1_000}, FREE, Succession.of(new int[rows]), POLICY);
        assertThat(followed.movedShare()).isLessThanOrEqualTo(POLICY.movedShare());
        assertThat(followed.plan().mainGroup(99)).isEqualTo(1);
        assertThat(followed.plan().mainGroup(50)).isZero();
        assertThat(followed.leavingMs()).isPositive();
    }

    /** Each of the two is more than may move in an epoch, and the small ones would wait behind them. */
    @Test
    void oneThatIsHeavierThanMayMoveMovesAloneAndTheOthersAfterIt() {
        Demand demand = new Demand(new double[] {40, 40, 1, 1}, new float[] {80, 10, 80, 10, 60, 10, 10, 60}, 2);
        int[] groups = {0, 0, 0, 0};
        Followed first = follow(demand, groups);
        assertThat(first.plan().mainGroup(0)).isEqualTo(1);
        assertThat(first.plan().mainGroup(1)).isZero();
        assertThat(first.plan().mainGroup(2)).isZero();
        groups[0] = 1;
        Followed second = follow(demand, groups);
        assertThat(second.plan().mainGroup(1)).isEqualTo(1);
        assertThat(second.plan().mainGroup(2)).isZero();
        groups[1] = 1;
        Followed third = follow(demand, groups);
        assertThat(third.plan().mainGroup(2)).isEqualTo(1);
        assertThat(third.plan().mainGroup(3)).isZero();
    }

    private static Followed follow(Demand demand, int[] groups) {
        return Succession.solve(demand, new double[] {1_000, 1_000}, FREE, Succession.of(groups), POLICY);
    }

    /** Demand drifts by 15 % an epoch: each prefix's by a factor of its own. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void underDriftLittleMovesAndNoGroupIsOver(long seed) {
        Random random = new Random(seed);
        int rows = 2_000;
        int groups = 8;
        double[] bits = new double[rows];
        float[] costs = new float[rows * groups];
        for (int row = 0; row < rows; row++) {
            bits[row] = Math.exp(random.nextGaussian());
            for (int group = 0; group < groups; group++) {
                costs[row * groups + group] = (float) (5 + 100 * random.nextDouble());
            }
        }
        double[] capacity = new double[groups];
        Arrays.fill(capacity, 1.15 * Arrays.stream(bits).sum() / groups);
        Plan plan = Pricing.solve(new Demand(bits, costs, groups), capacity);
        double[] prices = plan.pricesMs();
        for (int epoch = 0; epoch < 4; epoch++) {
            for (int row = 0; row < rows; row++) {
                bits[row] *= 1 + 0.15 * random.nextGaussian() * 0.5;
            }
            Demand drifted = new Demand(bits.clone(), costs, groups);
            Plan before = plan;
            Followed followed = Succession.solve(drifted, capacity, prices, before::share, POLICY);
            plan = followed.plan();
            prices = plan.pricesMs();
            assertThat(followed.movedShare()).isLessThanOrEqualTo(POLICY.movedShare() + 0.005);
            for (int group = 0; group < groups; group++) {
                assertThat(plan.loadsBitsPerSecond()[group]).isLessThanOrEqualTo(capacity[group] * (1 + 1e-9));
            }
            double best = Pricing.solve(drifted, capacity).meanCostMs(drifted);
            assertThat(plan.meanCostMs(drifted)).as("cost").isLessThan(1.05 * best);
        }
    }

    private static MapPolicy all() {
        return new MapPolicy(
                POLICY.scope(),
                0,
                3_600_000,
                30,
                3,
                0,
                POLICY.hysteresisMs(),
                POLICY.hysteresisShare(),
                1,
                0.85,
                300_000,
                0.02,
                2);
    }
}
