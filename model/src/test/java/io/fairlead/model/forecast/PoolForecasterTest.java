package io.fairlead.model.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.policy.ForecastPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools of exits that come and go, under a demand that has its hours. */
class PoolForecasterTest {

    private static final int DAY = 1_440;

    /** Exits that come at a rate of the hour and leave by chance, and users who come in a wave that differs from day to day. */
    private static final class Churn {
        final SplittableRandom random;
        double exits = 200;
        double wave = 1;
        long minute;

        Churn(long seed) {
            random = new SplittableRandom(seed);
        }

        /** Values of the next minute. */
        Map<Measure, Double> next() {
            minute++;
            double hour = Math.sin(2 * Math.PI * (minute % DAY) / DAY);
            double arrivals = 2.5 + 1.5 * hour;
            int gone = 0;
            for (int i = 0; i < (int) exits; i++) {
                gone += random.nextDouble() < 0.0125 ? 1 : 0;
            }
            exits += poisson(arrivals) - gone;
            wave += 0.002 * (1 - wave) + 0.02 * gaussian();
            Map<Measure, Double> values = new EnumMap<>(Measure.class);
            values.put(Measure.EXITS_ONLINE, exits);
            values.put(Measure.CAPACITY, exits * 4);
            values.put(Measure.DEMAND, Math.max(0, wave * (600 + 250 * hour) + 15 * gaussian()));
            values.put(Measure.SUCCESS, Math.min(1, 0.97 + 0.01 * gaussian()));
            values.put(Measure.HEALTH, Math.max(0, Math.min(1, 0.5 + exits / 800 + 0.01 * gaussian())));
            return values;
        }

        /** What the true hazard and rate of arrivals let expect, as a perfect survival member would. */
        Map<Measure, double[]> survival() {
            double[] expected = new double[3];
            int[] horizons = SeriesForecaster.horizons();
            for (int i = 0; i < 3; i++) {
                double stay = Math.pow(1 - 0.0125, horizons[i]);
                expected[i] =
                        exits * stay + (2.5 + 1.5 * Math.sin(2 * Math.PI * (minute % DAY) / DAY)) * (1 - stay) / 0.0125;
            }
            double[] capacity = {expected[0] * 4, expected[1] * 4, expected[2] * 4};
            return Map.of(Measure.EXITS_ONLINE, expected, Measure.CAPACITY, capacity);
        }

        private double gaussian() {
            double sum = -6;
            for (int i = 0; i < 12; i++) {
                sum += random.nextDouble();
            }
            return sum;
        }

        private int poisson(double mean) {
            double limit = Math.exp(-mean);
            double product = random.nextDouble();
            int n = 0;
            while (product > limit) {
                product *= random.nextDouble();
                n++;
            }
            return n;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void beatsTheDayBeforeByAFifthAndCoversWhatItSays(long seed) {
        Churn churn = new Churn(seed);
        PoolForecaster forecaster = new PoolForecaster(ForecastPolicy.defaults());
        for (int i = 0; i < 6 * DAY; i++) {
            forecaster.minute(churn.minute, churn.next(), churn.survival(), 0.6);
        }
        for (Measure measure : List.of(Measure.EXITS_ONLINE, Measure.CAPACITY, Measure.DEMAND, Measure.HEALTH)) {
            for (int i = 0; i < 3; i++) {
                Skill skill = forecaster.of(measure).skill(i);
                assertThat(skill.gain())
                        .as("%s at %d of seed %d", measure, i, seed)
                        .isGreaterThan(0.2);
                assertThat(skill.coverage())
                        .as("%s at %d of seed %d", measure, i, seed)
                        .isBetween(0.84, 0.96);
            }
        }
        assertThat(forecaster.shortage(1).skill()).isGreaterThan(0.3);
    }

    @Test
    void saysThatItIsColdUntilADayWasSeen() {
        Churn churn = new Churn(4);
        PoolForecaster forecaster = new PoolForecaster(ForecastPolicy.defaults());
        PoolOutlook first = forecaster.minute(churn.minute, churn.next(), churn.survival(), 0.6);
        assertThat(first.cold()).isTrue();
        assertThat(first.basis()).isEqualTo("no day was seen yet: survival and trend alone");
        assertThat(first.ahead()).hasSize(3);
        PoolOutlook later = first;
        for (int i = 0; i < DAY + 10; i++) {
            later = forecaster.minute(churn.minute, churn.next(), churn.survival(), 0.6);
        }
        assertThat(later.cold()).isFalse();
        assertThat(later.basis()).isEqualTo("no week was seen yet: day, trend and survival");
    }

    @Test
    void intervalsAreWiderWhileNoErrorWasScored() {
        ForecastPolicy policy = ForecastPolicy.defaults();
        SeriesForecaster series = new SeriesForecaster(Measure.DEMAND, policy);
        double[] none = {Double.NaN, Double.NaN, Double.NaN};
        SplittableRandom random = new SplittableRandom(5);
        double cold = 0;
        double warm = 0;
        for (int i = 0; i < 600; i++) {
            series.observe(i, 100 + random.nextDouble());
            Quantiles told = series.forecast(none).get(0);
            cold = i == 4 ? told.high() - told.low() : cold;
            warm = told.high() - told.low();
        }
        assertThat(cold).isGreaterThan(warm * 1.3);
    }

    @Test
    void minutesLeftOutAreNotScoredAndHoldNothingUp() {
        SeriesForecaster series = new SeriesForecaster(Measure.DEMAND, ForecastPolicy.defaults());
        double[] none = {Double.NaN, Double.NaN, Double.NaN};
        assertThat(series.forecast(none)).as("nothing was seen").isEmpty();
        for (int i = 0; i < 30; i++) {
            series.observe(i, 10);
            series.forecast(none);
        }
        assertThat(series.observe(34, 10))
                .extracting(ForecastScore::horizonMinutes)
                .containsExactly(5, 15);
        assertThat(series.observe(40, 10))
                .as("nothing was told in minute 35")
                .extracting(ForecastScore::horizonMinutes)
                .containsExactly(15);
        assertThat(series.observe(40, 11)).as("a minute twice").isEmpty();
        assertThat(series.observe(10_000_000, 10)).as("after years").isEmpty();
        assertThat(series.forecast(none))
                .allSatisfy(told -> assertThat(told.median()).isBetween(9.0, 11.0));
    }

    @Test
    void whatIsWrittenDownGoesOnAsIfNothingHadHappened() throws IOException {
        Churn churn = new Churn(6);
        PoolForecaster forecaster = new PoolForecaster(ForecastPolicy.defaults());
        for (int i = 0; i < DAY + 100; i++) {
            forecaster.minute(churn.minute, churn.next(), churn.survival(), 0.6);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        forecaster.write(new DataOutputStream(bytes));
        PoolForecaster again = PoolForecaster.read(
                forecaster.policy(), new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        for (int i = 0; i < 100; i++) {
            long minute = churn.minute;
            Map<Measure, Double> values = churn.next();
            PoolOutlook expected = forecaster.minute(minute, values, churn.survival(), 0.6);
            assertThat(again.minute(minute, values, churn.survival(), 0.6)).isEqualTo(expected);
        }
        assertThat(bytes.size()).isLessThan(400_000);
    }

    /** As the first line of each file tells. */
    @ParameterizedTest
    @CsvSource({"forecaster-0.1.0-7ddedea.txt, 0.7506944", "forecaster-0.1.0-d82f941.txt, 0.8159722"})
    void readsWhatTheVersionsBeforeWroteAndGoesOnWithIt(String file, double coverage) throws IOException {
        PoolForecaster forecaster;
        try (InputStream stored = Objects.requireNonNull(getClass().getResourceAsStream(file))) {
            String told = new String(stored.readAllBytes(), StandardCharsets.US_ASCII);
            byte[] deflated = Base64.getMimeDecoder().decode(told.substring(told.indexOf('\n')));
            forecaster = PoolForecaster.read(
                    ForecastPolicy.defaults(),
                    new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(deflated))));
        }
        assertThat(forecaster.of(Measure.DEMAND).skill(2).coverage()).isCloseTo(coverage, within(1e-6));
        assertThat(forecaster.shortage(1).told()).isEqualTo(1_485);
        Map<Measure, Double> values = new EnumMap<>(Measure.class);
        values.put(Measure.EXITS_ONLINE, 10.0);
        values.put(Measure.CAPACITY, 40.0);
        values.put(Measure.DEMAND, 24.0);
        values.put(Measure.SUCCESS, 0.97);
        values.put(Measure.HEALTH, 0.8);
        PoolOutlook next = forecaster.minute(1_500, values, Map.of(), 0.6);
        assertThat(next.scores()).as("forecasts of before have come due").hasSize(15);
        assertThat(next.cold()).isFalse();
        Quantiles demand =
                Objects.requireNonNull(next.ahead().get(2).quantiles().get(Measure.DEMAND));
        assertThat(demand.median())
                .as("the usual value of an hour later is 24, and 23 was told before")
                .isBetween(22.5, 24.5);
        assertThat(demand.high() - demand.low()).isBetween(0.5, 3.0);
    }

    @Test
    void chancesThatAreToldTooHighAreDrawnHalfWayToWhatComes() {
        Candour candour = Candour.NONE;
        assertThat(candour.of(0.8)).as("nothing was seen").isEqualTo(0.8);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 20_000; i++) {
            double chance = random.nextDouble();
            candour = candour.after(chance, random.nextDouble() < chance / 2, 10_080);
        }
        assertThat(candour.of(0.8)).as("a half of it comes").isCloseTo(0.6, within(0.02));
        for (int i = 0; i < 60_000; i++) {
            candour = candour.after(0.4, random.nextDouble() < 0.8, 10_080);
        }
        assertThat(candour.of(0.4)).as("twice as much comes: it is not raised").isEqualTo(0.4);
        assertThat(candour.of(Double.NaN)).isNaN();
    }
}
