package io.fairlead.model.survival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/**
 * Against statsmodels 0.13.5, {@code SurvfuncRight} of 400 sessions of which many are censored: {@code t = 40 min · (−ln(1 − (i + 0.5) / 400))²},
 * watched for {@code ((7919 i) mod 400 + 1) / 400 · 6 h}. Ages are parted, so the curve can be off by what one part holds.
 */
class KaplanMeierGoldenTest {

    private static final long HOUR_MS = 3_600_000;

    @Test
    void drawsTheCurveOfStatsmodels() {
        LifeTable seen = new LifeTable();
        for (int i = 0; i < 400; i++) {
            double lives = 40 * 60_000 * Math.pow(-Math.log1p(-(i + 0.5) / 400), 2);
            double watched = (i * 7919L % 400 + 1) / 400.0 * 6 * HOUR_MS;
            seen.watched(0, Math.round(Math.min(lives, watched)), lives <= watched);
        }
        SurvivalCurve curve = SurvivalCurve.of(seen, Weibull.UNKNOWN);
        assertThat(curve.stay(0, 60_000)).isCloseTo(0.8550, within(0.015));
        assertThat(curve.stay(0, 600_000)).isCloseTo(0.6099, within(0.015));
        assertThat(curve.stay(0, HOUR_MS)).isCloseTo(0.2936, within(0.015));
        assertThat(curve.stay(0, 3 * HOUR_MS)).isCloseTo(0.1123, within(0.015));
    }
}
