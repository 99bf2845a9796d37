package io.fairlead.model.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.policy.QualityPolicy;
import org.junit.jupiter.api.Test;

class LocalHistoryTest {

    private static final long NOW_MS = 1_700_000_000_000L;
    private static final long HOUR_MS = 3_600_000;
    private static final QualityPolicy POLICY = QualityPolicy.defaults();

    @Test
    void exitOfWhichNothingIsKnownStandsInTheMiddle() {
        // d: lambda = 0.5 / 1 per hour, 10 min: 1 - exp(-1/12) = 0.07996; s = 0.95; speed 0.5
        assertThat(new LocalHistory().quality(NOW_MS, POLICY)).isCloseTo(43.70, within(0.01));
    }

    @Test
    void pingAloneStretchesToTheWholeSpeed() {
        LocalHistory history = new LocalHistory();
        history.pinged(NOW_MS, 100);
        // omega 40: 40 / 100 = 0.4 of 0.5 (the median is kept in steps of 1/256 of an octave)
        assertThat(history.speed(NOW_MS, POLICY)).isCloseTo(0.8, within(0.002));
        LocalHistory near = new LocalHistory();
        near.pinged(NOW_MS, 5);
        assertThat(near.speed(NOW_MS, POLICY)).isEqualTo(1);
    }

    @Test
    void successIsDrawnToWhatIsUsualAndForgotten() {
        LocalHistory history = new LocalHistory();
        for (int i = 0; i < 10; i++) {
            history.failed(NOW_MS, POLICY);
        }
        // (0 + 9.5) / (10 + 10)
        assertThat(history.success(NOW_MS, POLICY)).isCloseTo(0.475, within(1e-9));
        // one half-life: 5 failures left, 9.5 / 15
        assertThat(history.success(NOW_MS + HOUR_MS / 2, POLICY)).isCloseTo(0.6333, within(1e-4));
        for (int i = 0; i < 1_000; i++) {
            history.succeeded(NOW_MS + HOUR_MS / 2, POLICY);
        }
        assertThat(history.success(NOW_MS + HOUR_MS / 2, POLICY)).isGreaterThan(0.99);
    }

    @Test
    void everyDropRaisesTheFearOfTheNextAndHoursOnlineLessenIt() {
        LocalHistory history = new LocalHistory();
        history.online(NOW_MS);
        long laterMs = NOW_MS + 6 * HOUR_MS;
        // half-life 12 h: 6 h weigh 12 / ln 2 * (1 - 2^-0.5) = 5.0706 h
        double calm = history.disconnect(laterMs, POLICY);
        assertThat(calm).isCloseTo(1 - Math.exp(-0.5 / 6.0706 / 6), within(1e-4));
        history.offline(laterMs, true, POLICY);
        double dropped = history.disconnect(laterMs, POLICY);
        assertThat(dropped).isCloseTo(1 - Math.exp(-1.5 / 6.0706 / 6), within(1e-4));
        history.online(laterMs);
        history.offline(laterMs + 1, false, POLICY);
        assertThat(history.disconnect(laterMs + 1, POLICY)).isCloseTo(dropped, within(1e-5));
    }

    @Test
    void clockThatStepsBackDoesNoHarm() {
        LocalHistory history = new LocalHistory();
        history.online(NOW_MS);
        history.failed(NOW_MS, POLICY);
        history.offline(NOW_MS - HOUR_MS, true, POLICY);
        assertThat(history.quality(NOW_MS - 2 * HOUR_MS, POLICY)).isBetween(0.0, 100.0);
    }
}
