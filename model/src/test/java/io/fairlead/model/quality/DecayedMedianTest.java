package io.fairlead.model.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DecayedMedianTest {

    private static final long T0 = 1_700_000_000_000L;
    private static final double HALF_LIFE_MS = 1_800_000;

    @Test
    void nothingMeasuredIsMissing() {
        DecayedMedian median = new DecayedMedian();
        assertThat(median.isEmpty()).isTrue();
        assertThat(median.medianMs(T0, HALF_LIFE_MS)).isEqualTo(SpeedTerm.MISSING);
        assertThat(median.estimateMs(T0, HALF_LIFE_MS).weight()).isZero();
    }

    @Test
    void oneStragglerDoesNotMoveIt() {
        DecayedMedian median = new DecayedMedian();
        for (int i = 0; i < 7; i++) {
            median.measured(T0 + i * DecayedMedian.SLOT_MS, i == 3 ? 30_000 : 200);
        }
        assertThat(median.medianMs(T0 + 60_000, HALF_LIFE_MS)).isEqualTo(200, within(1.0));
    }

    @Test
    void failuresThatPrevailAreInfiniteTime() {
        DecayedMedian median = new DecayedMedian();
        median.measured(T0, 100);
        median.failed(T0 + DecayedMedian.SLOT_MS);
        median.failed(T0 + 2 * DecayedMedian.SLOT_MS);
        assertThat(median.medianMs(T0 + 20_000, HALF_LIFE_MS)).isInfinite();
        assertThat(SpeedTerm.of(150, median.medianMs(T0 + 20_000, HALF_LIFE_MS)))
                .isZero();
    }

    @Test
    void theNewestWeighsMore() {
        DecayedMedian median = new DecayedMedian();
        for (int i = 0; i < 4; i++) {
            median.measured(T0 + i * DecayedMedian.SLOT_MS, 100);
        }
        long later = T0 + 4 * 1_800_000;
        for (int i = 0; i < 3; i++) {
            median.measured(later + i * DecayedMedian.SLOT_MS, 900);
        }
        assertThat(median.medianMs(later + 20_000, HALF_LIFE_MS)).isEqualTo(900, within(3.0));
    }

    @Property(tries = 300)
    void orderDoesNotMatterAndBoundsHoldTheMedian(@ForAll @IntRange(min = 1, max = 80) int events, @ForAll long seed) {
        Random random = new Random(seed);
        List<double[]> told = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            told.add(new double[] {T0 + random.nextInt(200_000), 1 + random.nextInt(5_000), random.nextInt(8)});
        }
        DecayedMedian inOrder = replay(told);
        Collections.shuffle(told, random);
        DecayedMedian shuffled = replay(told);
        assertThat(shuffled).isEqualTo(inOrder);
        Estimate estimate = inOrder.estimateMs(T0 + 200_000, HALF_LIFE_MS);
        assertThat(estimate.mean()).isBetween(estimate.lower(), estimate.upper());
    }

    private static DecayedMedian replay(List<double[]> told) {
        DecayedMedian median = new DecayedMedian();
        for (double[] event : told) {
            if (event[2] == 0) {
                median.failed((long) event[0]);
            } else {
                median.measured((long) event[0], event[1]);
            }
        }
        return median;
    }
}
