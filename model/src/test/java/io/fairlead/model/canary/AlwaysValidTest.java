package io.fairlead.model.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AlwaysValidTest {

    /** V = 10⁻⁴, τ = 0.05, α = 0.05: √(10⁻⁴ · 26/25 · ln(26 · 400)). */
    @Test
    void aWorkedNumber() {
        assertThat(AlwaysValid.radius(1e-4, 0.05, 0.05)).isEqualTo(0.031017, within(1e-5));
    }

    @Test
    void whoLooksAtEachStepIsMisledNoOftenerThanStated() {
        Random chance = new Random(7);
        int misled = 0;
        int wouldBe = 0;
        for (int run = 0; run < 1_000; run++) {
            double sum = 0;
            boolean out = false;
            boolean outOfTheUsual = false;
            for (int n = 1; n <= 1_000; n++) {
                sum += chance.nextGaussian();
                double radius = AlwaysValid.radius(1.0 / n, 0.1, 0.05);
                out |= Math.abs(sum / n) > radius;
                outOfTheUsual |= n >= 10 && Math.abs(sum / n) > 1.96 / Math.sqrt(n);
            }
            misled += out ? 1 : 0;
            wouldBe += outOfTheUsual ? 1 : 0;
        }
        assertThat(misled).isLessThan(50);
        assertThat(wouldBe).as("what the interval for one look would do").isGreaterThan(200);
    }
}
