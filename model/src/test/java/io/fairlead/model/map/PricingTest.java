package io.fairlead.model.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Variable;

class PricingTest {

    private static final float BARRED = Float.POSITIVE_INFINITY;

    @Test
    void whereThereIsRoomEachIsServedByItsNearest() {
        Demand demand = new Demand(new double[] {10, 20}, new float[] {5, 9, 30, 2}, 2);
        Plan plan = Pricing.solve(demand, new double[] {100, 100});
        assertThat(plan.mainGroup(0)).isZero();
        assertThat(plan.mainGroup(1)).isEqualTo(1);
        assertThat(plan.pricesMs()).containsExactly(0, 0);
        assertThat(plan.meanCostMs(demand)).isCloseTo((10 * 5 + 20 * 2) / 30.0, within(1e-9));
        assertThat(plan.boundMs()).isCloseTo(plan.meanCostMs(demand), within(1e-9));
    }

    /** Of two that want the same group, the one goes that loses less by it, and the price is what it loses. */
    @Test
    void whoLosesLeastLeavesAFullGroup() {
        Demand demand = new Demand(new double[] {10, 10}, new float[] {5, 50, 5, 12}, 2);
        Plan plan = Pricing.solve(demand, new double[] {10, 100});
        assertThat(plan.mainGroup(0)).isZero();
        assertThat(plan.mainGroup(1)).isEqualTo(1);
        assertThat(plan.pricesMs()[0]).isBetween(7.0, 45.0);
        assertThat(plan.loadsBitsPerSecond()).containsExactly(new double[] {10, 10}, within(1e-9));
    }

    @Test
    void aHeavyRowIsPartedAmongGroups() {
        Demand demand = new Demand(new double[] {100}, new float[] {1, 2, 3}, 3);
        Plan plan = Pricing.solve(demand, new double[] {40, 40, 40});
        assertThat(plan.share(0, 0)).isGreaterThan(0.39).isLessThan(0.4 + 1e-9);
        assertThat(plan.share(0, 2)).isGreaterThanOrEqualTo(0.2).isLessThan(0.22);
        assertThat(plan.mainGroup(0)).isNotEqualTo(2);
    }

    /** The least bad: everybody is over by the same share, and it is said by how much. */
    @Test
    void ifAllCapacityIsTooLittleAllGroupsAreOverAlike() {
        Demand demand = new Demand(new double[] {60, 60}, new float[] {1, 9, 1, 9}, 2);
        Plan plan = Pricing.solve(demand, new double[] {60, 20});
        assertThat(plan.capacityFactor()).isEqualTo(1.5);
        assertThat(plan.loadsBitsPerSecond()[0]).isLessThan(91);
        assertThat(plan.loadsBitsPerSecond()[1]).isLessThan(30.4);
    }

    @Test
    void groupsThatAreDownOrBarredServeNobody() {
        Demand demand = new Demand(new double[] {10, 10}, new float[] {1, 5, 9, BARRED, 5, 9}, 3);
        Plan plan = Pricing.solve(demand, new double[] {100, 0, 100});
        assertThat(plan.mainGroup(0)).isZero();
        assertThat(plan.mainGroup(1)).isEqualTo(2);
    }

    @Test
    void whatCantBeSolvedIsRefused() {
        Demand one = new Demand(new double[] {1}, new float[] {1, BARRED}, 2);
        assertThatThrownBy(() -> Pricing.solve(one, new double[] {0, 0}))
                .hasMessageContaining("no group has any capacity");
        assertThatThrownBy(() -> Pricing.solve(one, new double[] {0, 5})).hasMessageContaining("row 0 is barred");
        assertThatThrownBy(() -> Pricing.solve(one, new double[] {Double.NaN, 5}))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Pricing.solve(one, new double[] {5})).hasMessageContaining("but 1 capacities");
        assertThatThrownBy(() -> new Demand(new double[] {1}, new float[] {-1}, 1))
                .hasMessageContaining("-1.0");
        assertThatThrownBy(() -> new Demand(new double[] {-2}, new float[] {1}, 1))
                .hasMessageContaining("-2.0");
        assertThatThrownBy(() -> new Demand(new double[] {1}, new float[] {1, 2, 3}, 2))
                .hasMessageContaining("must be 2 costs");
    }

    /** Within 5 % of the optimum of the linear programme, no group over, and the bound holds. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void itIsNearTheOptimum(long seed) {
        Random random = new Random(seed);
        int rows = 60 + random.nextInt(60);
        int groups = 2 + random.nextInt(6);
        Demand demand = scattered(rows, groups, random);
        double[] capacity = capacities(demand, groups, 1.02 + random.nextDouble() * 0.4, random);
        Plan plan = Pricing.solve(demand, capacity);
        for (int group = 0; group < groups; group++) {
            assertThat(plan.loadsBitsPerSecond()[group]).isLessThanOrEqualTo(capacity[group] * (1 + 1e-9));
        }
        double optimumMs = optimumMs(demand, capacity);
        assertThat(plan.meanCostMs(demand)).isBetween(optimumMs * (1 - 1e-6), optimumMs * 1.05);
        assertThat(plan.boundMs()).isLessThanOrEqualTo(optimumMs * (1 + 1e-6));
    }

    /** Places on a plane, and sizes as unequal as those of networks. */
    static Demand scattered(int rows, int groups, Random random) {
        double[][] places = new double[rows + groups][];
        Arrays.setAll(places, i -> new double[] {random.nextDouble(), random.nextDouble()});
        double[] bits = new double[rows];
        Arrays.setAll(bits, i -> Math.exp(random.nextGaussian() * 1.5));
        float[] costs = new float[rows * groups];
        for (int row = 0; row < rows; row++) {
            for (int group = 0; group < groups; group++) {
                double[] there = places[rows + group];
                costs[row * groups + group] =
                        (float) (5 + 150 * Math.hypot(places[row][0] - there[0], places[row][1] - there[1]));
            }
        }
        return new Demand(bits, costs, groups);
    }

    static double[] capacities(Demand demand, int groups, double headroom, Random random) {
        double[] capacity = new double[groups];
        Arrays.setAll(capacity, i -> 0.3 + random.nextDouble());
        double sum = Arrays.stream(capacity).sum();
        return Arrays.stream(capacity)
                .map(each -> each / sum * demand.totalBitsPerSecond() * headroom)
                .toArray();
    }

    private static double optimumMs(Demand demand, double[] capacity) {
        ExpressionsBasedModel model = new ExpressionsBasedModel();
        Expression[] groups = new Expression[capacity.length];
        Arrays.setAll(groups, group -> model.addExpression("group" + group).upper(capacity[group]));
        for (int row = 0; row < demand.rows(); row++) {
            Expression all = model.addExpression("row" + row).level(demand.bitsPerSecond(row));
            for (int group = 0; group < groups.length; group++) {
                Variable bits =
                        model.addVariable("x" + row + "_" + group).lower(0).weight(demand.costMs(row, group));
                all.set(bits, 1);
                groups[group].set(bits, 1);
            }
        }
        return model.minimise().getValue() / demand.totalBitsPerSecond();
    }
}
