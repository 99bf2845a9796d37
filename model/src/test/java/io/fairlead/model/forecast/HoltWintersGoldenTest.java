package io.fairlead.model.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/**
 * Against statsmodels 0.13.5: {@code ExponentialSmoothing(y, trend='add', damped_trend=True, seasonal='add', seasonal_periods=12,
 * initialization_method='known', initial_level=100, initial_trend=0.5, initial_seasonal=10·sin(2πi/12))}, fitted with smoothing_level 0.3,
 * smoothing_trend 0.1, smoothing_seasonal 0.2, damping_trend 0.95, optimized=False; then {@code forecast(24)} of 1, 5, 11 and 23 steps. (At whole seasons
 * statsmodels takes a season's value of before its last update; the textbook, and this, the newest.)
 */
class HoltWintersGoldenTest {

    private static final int SEASON = 12;
    private static final int STEPS = 60;

    @Test
    void forecastsWhatStatsmodelsForecasts() {
        HoltWinters ours = begun();
        for (int i = 0; i < STEPS; i++) {
            ours.observe(i, value(i));
        }
        assertThat(ours.forecast(STEPS - 1, 1)).isCloseTo(130.11951592175058, within(1e-9));
        assertThat(ours.forecast(STEPS - 1, 5)).isCloseTo(138.70993231253715, within(1e-9));
        assertThat(ours.forecast(STEPS - 1, 11)).isCloseTo(123.69394333264327, within(1e-9));
        assertThat(ours.forecast(STEPS - 1, 23)).isCloseTo(125.54562441494826, within(1e-9));
    }

    @Test
    void aStepWithoutValueLetsTheTrendGoOn() {
        HoltWinters seen = begun();
        HoltWinters missed = begun();
        for (int i = 0; i < 20; i++) {
            seen.observe(i, value(i));
            missed.observe(i, value(i));
        }
        missed.observe(20, Double.NaN);
        assertThat(missed.forecast(20, 1)).isCloseTo(seen.forecast(19, 2), within(1e-9));
    }

    @Test
    void itsSeasonBeginsWithTheFirstWholeOne() {
        HoltWinters ours = new HoltWinters(0.3, 0.1, 0.2, 0.95, 4, 2);
        for (int i = 0; i < 8; i++) {
            assertThat(ours.seasonal()).isFalse();
            ours.observe(i, i / 2 == 3 ? 20 : 10);
        }
        assertThat(ours.seasonal()).isTrue();
        for (int i = 8; i < 80; i++) {
            ours.observe(i, i % 8 / 2 == 3 ? 20 : 10);
        }
        assertThat(ours.forecast(79, 7) - ours.forecast(79, 1)).isCloseTo(10, within(0.5));
    }

    private static HoltWinters begun() {
        HoltWinters ours = new HoltWinters(0.3, 0.1, 0.2, 0.95, SEASON, 1);
        double[] season = new double[SEASON];
        for (int i = 0; i < SEASON; i++) {
            season[i] = 10 * Math.sin(2 * Math.PI * i / SEASON);
        }
        ours.begin(100, 0.5, season);
        return ours;
    }

    private static double value(int i) {
        return 100 + 0.5 * i + 10 * Math.sin(2 * Math.PI * i / SEASON) + (i * 7919 % 13 - 6) * 0.5;
    }
}
