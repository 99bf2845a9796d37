package io.fairlead.model.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SuccessPosteriorTest {

    private static final long T0 = 1_700_000_100_000L;
    private static final double HALF_LIFE_MS = 1_800_000;

    @Test
    void anIdleExitIsWhatItsGroupIs() {
        SuccessPosterior idle = SuccessPosterior.of(new OutcomeCounts(), T0, HALF_LIFE_MS, 0.9, 10);
        assertThat(idle.mean()).isEqualTo(0.9, within(1e-12));
        assertThat(idle.weight()).isZero();
    }

    @Test
    void evidenceOutweighsTheGroup() {
        OutcomeCounts counts = new OutcomeCounts();
        counts.add(T0, 0, 200, 0);
        assertThat(SuccessPosterior.of(counts, T0, HALF_LIFE_MS, 0.95, 10).mean())
                .isLessThan(0.1);
    }

    @Test
    void halfIsForgottenAfterAHalfLife() {
        OutcomeCounts counts = new OutcomeCounts();
        counts.add(T0, 100, 0, 0);
        double now = counts.successes(T0, HALF_LIFE_MS);
        assertThat(counts.successes(T0 + 1_800_000, HALF_LIFE_MS) / now).isEqualTo(0.5, within(0.1));
    }

    @Test
    void blocksAreToldBesideSuccessesNotInTheirPlace() {
        OutcomeCounts counts = new OutcomeCounts();
        for (int i = 0; i < 10; i++) {
            counts.succeeded(T0);
            if (i < 5) {
                counts.blocked(T0);
            }
        }
        assertThat(counts.failures(T0, HALF_LIFE_MS)).isZero();
        assertThat(counts.blockRate(T0, HALF_LIFE_MS)).isEqualTo(5 / 11.0, within(0.01));
        Estimate share = counts.blockEstimate(T0, HALF_LIFE_MS);
        assertThat(share.lower()).isLessThan(0.3);
        assertThat(share.upper()).isGreaterThan(0.7);
        assertThat(share.weight()).isEqualTo(10, within(0.1));
    }

    @Test
    void aBlockThatBeginsIsSeenWithinSecondsAndForgottenAfterAMinute() {
        OutcomeCounts counts = new OutcomeCounts();
        for (int i = 0; i < 3_000; i++) {
            counts.succeeded(T0 + i * 200L);
        }
        long begins = T0 + 600_000;
        for (int i = 0; i < 40; i++) {
            counts.succeeded(begins + i * 200L);
            counts.blocked(begins + i * 200L);
        }
        assertThat(counts.blockRate(begins + 8_000, HALF_LIFE_MS)).isGreaterThan(0.8);
        assertThat(counts.blockRate(begins + 90_000, HALF_LIFE_MS)).isLessThan(0.05);
    }

    @Test
    void whatIsOlderThanFourHoursIsGone() {
        OutcomeCounts counts = new OutcomeCounts();
        counts.failed(T0);
        counts.succeeded(T0 + 5 * 3_600_000L);
        assertThat(counts.failures(T0 + 5 * 3_600_000L, HALF_LIFE_MS)).isZero();
    }

    @Property(tries = 200)
    void theMeanLiesWithinItsBoundsAndMoreSuccessNeverLowersIt(
            @ForAll @IntRange(min = 0, max = 500) int successes, @ForAll @IntRange(min = 0, max = 500) int failures) {
        SuccessPosterior posterior = new SuccessPosterior(successes, failures, 0.9, 10);
        Estimate estimate = posterior.estimate();
        assertThat(estimate.mean())
                .isBetween(estimate.lower(), estimate.upper())
                .isBetween(0.0, 1.0);
        assertThat(new SuccessPosterior(successes + 1, failures, 0.9, 10).mean())
                .isGreaterThanOrEqualTo(estimate.mean());
    }
}
