package io.fairlead.model.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Quantiles are true to two parts in a hundred, and references follow the fleet once a day. */
class QuantileSketchTest {

    private static final long DAY_MS = 86_400_000;

    @Property(tries = 300)
    void everyQuantileIsTrueByItsAccuracyAndPartsAddUp(
            @ForAll @Size(min = 1, max = 200) List<@DoubleRange(min = 1, max = 3_600_000) Double> times,
            @ForAll @DoubleRange(min = 0, max = 1) double quantile) {
        QuantileSketch whole = new QuantileSketch();
        QuantileSketch even = new QuantileSketch();
        QuantileSketch odd = new QuantileSketch();
        for (int i = 0; i < times.size(); i++) {
            whole.add(times.get(i));
            (i % 2 == 0 ? even : odd).add(times.get(i));
        }
        even.add(odd);
        assertThat(even).isEqualTo(whole);
        double exact = times.stream().sorted().toList().get((int) Math.floor(quantile * (times.size() - 1)));
        Estimate told = whole.quantileMs(quantile);
        assertThat(told.mean()).isCloseTo(exact, within(exact * (QuantileSketch.ACCURACY + 1e-9)));
        assertThat(told.lower()).isLessThanOrEqualTo(told.mean());
        assertThat(told.upper()).isGreaterThanOrEqualTo(told.mean());
        assertThat(told.weight()).isEqualTo((double) times.size());
    }

    @Test
    void whatIsNoTimeIsLeftOut() {
        QuantileSketch sketch = new QuantileSketch();
        sketch.add(Double.POSITIVE_INFINITY);
        sketch.add(SpeedTerm.MISSING);
        sketch.add(Double.NaN);
        assertThat(sketch.quantileMs(0.5).mean()).isEqualTo(SpeedTerm.MISSING);
    }

    @Test
    void referencesAreHalfTheLowerQuartilesOfTheDayBefore() {
        FleetReferences fleet = new FleetReferences();
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            assertThat(fleet.add(DAY_MS + i, 400 + 400 * chance.nextDouble(), 80 + 80 * chance.nextDouble()))
                    .isFalse();
        }
        References policys = new References(150, 40);
        assertThat(fleet.orElse(policys)).isEqualTo(policys);
        assertThat(fleet.advance(2 * DAY_MS)).isTrue();
        assertThat(fleet.psiMs).isCloseTo(250, within(10.0));
        assertThat(fleet.omegaMs).isCloseTo(50, within(2.0));
    }

    @Test
    void aThinDayLeavesThemAsTheyWere() {
        FleetReferences fleet = new FleetReferences();
        for (int i = 0; i < FleetReferences.MIN_MEDIANS; i++) {
            fleet.add(DAY_MS, 400, 80);
        }
        assertThat(fleet.advance(2 * DAY_MS)).isTrue();
        fleet.add(2 * DAY_MS, 4_000, 800);
        assertThat(fleet.advance(3 * DAY_MS)).isFalse();
        assertThat(fleet.psiMs).isCloseTo(200, within(4.0));
        assertThat(fleet.add(DAY_MS, 1, 1)).as("time does not run backwards").isFalse();
    }
}
