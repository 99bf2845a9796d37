package io.fairlead.model.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class QuantilesTest {

    @Test
    void pinballLossAsWorkedByHand() {
        assertThat(Quantiles.pinball(0.05, 10, 14)).isCloseTo(0.2, within(1e-12));
        assertThat(Quantiles.pinball(0.05, 10, 8)).isCloseTo(1.9, within(1e-12));
        assertThat(Quantiles.pinball(0.95, 10, 14)).isCloseTo(3.8, within(1e-12));
        assertThat(new Quantiles(8, 10, 13).pinball(12)).isCloseTo((0.2 + 1 + 0.05) / 3, within(1e-12));
    }

    @Test
    void chancesFollowTheQuantiles() {
        Quantiles health = new Quantiles(0.5, 0.7, 0.8);
        assertThat(health.below(0.5)).isCloseTo(0.05, within(1e-9));
        assertThat(health.below(0.7)).isCloseTo(0.5, within(1e-9));
        assertThat(health.below(0.8)).isCloseTo(0.95, within(1e-9));
        assertThat(new Quantiles(3, 3, 3).below(3)).as("equality is healthy").isZero();
    }

    @Test
    void demandOverCapacityIsAsLikelyAsTheirSpreadsSay() {
        Quantiles demand = new Quantiles(7, 10, 13);
        assertThat(demand.exceeds(new Quantiles(6, 10, 14))).isCloseTo(0.5, within(1e-9));
        // A gap of 5 in normal spreads of 3/1.645 and 4/1.645: 5/5 · 1.645
        assertThat(demand.exceeds(new Quantiles(11, 15, 19))).isCloseTo(0.05, within(1e-9));
        assertThat(demand.exceeds(new Quantiles(1, 5, 9))).isCloseTo(0.95, within(1e-9));
    }

    @Property
    void pinballLossIsLeastAtTheQuantileItself(
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double tau,
            @ForAll @DoubleRange(min = -100, max = 100) double off) {
        double atQuantile = 0;
        double beside = 0;
        for (int i = 0; i < 1_000; i++) {
            double actual = i + 0.5;
            atQuantile += Quantiles.pinball(tau, 1_000 * tau, actual);
            beside += Quantiles.pinball(tau, 1_000 * tau + off, actual);
        }
        assertThat(beside).isGreaterThanOrEqualTo(atQuantile - 1e-6);
    }
}
