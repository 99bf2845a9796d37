package io.fairlead.model.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Against what NumPy 2.4 makes of the same equations in one piece: with X the harmonics of 2 000 minutes, w = exp(−(n − 1 − m) / 10 080) / 60 and {@code beta = solve(X.T @ (w * X) + diag(0, 1, 1, 1, 1), X.T @ (w * y))} for each n; r and
 * d from that; then a and b by {@code solve(Z.T @ (v * Z) + diag(0.1, 0.05), Z.T @ (v * r) + (0.1 · 0.98^h, 0))} with Z = (r, d) of h minutes before, and v = (1 − 1/1440)^(n − 1 − m).
 */
class HarmonicRegressionTest {

    private static final int[] HORIZONS = {5, 15, 60};
    private static final int MINUTES = 2_000;

    private static double value(long m) {
        double wave = m >= 600 && m < 700 ? 40 : 0;
        return 100
                + 30 * Math.cos(2 * Math.PI * m / 1_440)
                + 10 * Math.sin(4 * Math.PI * m / 1_440)
                + wave
                + (m * 7_919 % 13 - 6);
    }

    private static HarmonicRegression after(int minutes) {
        HarmonicRegression regression = new HarmonicRegression(HORIZONS, 1_440);
        for (long m = 0; m < minutes; m++) {
            regression.observe(m, value(m));
        }
        return regression;
    }

    @Test
    void isWhatTheEquationsSay() {
        HarmonicRegression regression = after(MINUTES);
        assertThat(regression.share(0)).isCloseTo(1.2732910343466242, within(1e-9));
        assertThat(regression.share(360)).isCloseTo(0.9704311210857235, within(1e-9));
        assertThat(regression.share(720)).isCloseTo(0.8073707303687299, within(1e-9));
        assertThat(regression.share(1_000)).isCloseTo(0.9305337301732134, within(1e-9));
        assertThat(regression.forecast(MINUTES - 1, 0)).isCloseTo(67.68036906437472, within(1e-6));
        assertThat(regression.forecast(MINUTES - 1, 1)).isCloseTo(68.56796980904319, within(1e-6));
        assertThat(regression.forecast(MINUTES - 1, 2)).isCloseTo(74.0216403221134, within(1e-6));
    }

    @Test
    void yesterdaysWaveIsNotExpectedAgain() {
        HarmonicRegression regression = after(2_040); // ten minutes before the hour of the wave
        assertThat(regression.forecast(2_039, 2)).isCloseTo(value(2_100), within(15.0));
    }

    @Test
    void beforeAndWithoutValuesItSaysWhatItCan() {
        HarmonicRegression regression = new HarmonicRegression(HORIZONS, 1_440);
        assertThat(regression.forecast(0, 0)).isNaN();
        assertThat(regression.share(0)).isEqualTo(1);
        regression.observe(0, Double.NaN);
        assertThat(regression.forecast(0, 0)).isNaN();
        regression.observe(1, 0);
        assertThat(regression.forecast(1, 0)).isCloseTo(0, within(1e-6));
        regression.observe(2, Double.NaN);
        regression.observe(3, 7);
        for (int i = 0; i < HORIZONS.length; i++) {
            assertThat(regression.forecast(3, i)).isBetween(0.0, 7.0);
        }
    }

    @Test
    void whatIsWrittenDownGoesOnAsIfNothingHadHappened() throws IOException {
        HarmonicRegression one = after(900);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        one.write(new DataOutputStream(bytes));
        HarmonicRegression other = new HarmonicRegression(HORIZONS, 1_440);
        other.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        for (long m = 900; m < 1_000; m++) {
            one.observe(m, value(m));
            other.observe(m, value(m));
            assertThat(other.forecast(m, 2)).isEqualTo(one.forecast(m, 2));
        }
    }
}
