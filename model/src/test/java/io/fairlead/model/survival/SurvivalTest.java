package io.fairlead.model.survival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.PoolType;
import io.fairlead.model.quality.DisconnectionHistory;
import io.fairlead.model.quality.Estimate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chance to stay, on sessions whose law is known. */
class SurvivalTest {

    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final long DAY_MS = 24 * HOUR_MS;

    @Test
    void ofNothingSeenTheFormerLawComesOut() {
        Weibull before = new Weibull(0.6, (double) HOUR_MS);
        Weibull fitted = WeibullFit.of(new LifeTable(), before);
        assertThat(fitted.shape()).isCloseTo(0.6, within(0.001));
        assertThat(fitted.scaleMs()).isCloseTo((double) HOUR_MS, within(HOUR_MS * 0.01));
        Estimate stay = new SurvivalCurve(new LifeTable(), before, 10).estimate(10 * MINUTE_MS, HOUR_MS);
        assertThat(stay.mean()).isCloseTo(before.stay((double) (10 * MINUTE_MS), (double) HOUR_MS), within(1e-9));
        assertThat(stay.weight()).isZero();
        assertThat(stay.lower()).isLessThan(stay.mean());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.35, 0.5, 0.7, 1})
    void findsTheLawOfSessionsThatAreSeenInPart(double shape) {
        Weibull truth = new Weibull(shape, 40.0 * MINUTE_MS);
        LifeTable seen = watch(truth, 3_000, new SplittableRandom(1));
        Weibull fitted = WeibullFit.of(seen, Weibull.UNKNOWN);
        assertThat(fitted.shape()).isCloseTo(shape, within(0.06 * shape));
        SurvivalCurve curve = SurvivalCurve.of(seen, Weibull.UNKNOWN);
        for (long age : new long[] {0, MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS}) {
            assertThat(curve.stay(age, 10 * MINUTE_MS))
                    .isCloseTo(truth.stay((double) age, (double) (10 * MINUTE_MS)), within(0.04));
        }
    }

    @Test
    void followsWhatWasSeenWhereTheLawIsWrong() {
        LifeTable seen = new LifeTable();
        for (int i = 0; i < 2_000; i++) { // all end after an hour: no Weibull law
            seen.watched(0, HOUR_MS + i * 100L, true);
        }
        SurvivalCurve curve = SurvivalCurve.of(seen, Weibull.UNKNOWN);
        assertThat(curve.stay(MINUTE_MS, 20 * MINUTE_MS)).isGreaterThan(0.97);
        assertThat(curve.stay(55 * MINUTE_MS, HOUR_MS)).isLessThan(0.1);
    }

    @Test
    void boundsHoldTheTruthNineTimesInTen() {
        Weibull truth = new Weibull(0.5, 40.0 * MINUTE_MS);
        double expected = truth.stay((double) (5 * MINUTE_MS), (double) (30 * MINUTE_MS));
        int held = 0;
        for (int seed = 0; seed < 200; seed++) {
            Estimate stay = SurvivalCurve.of(watch(truth, 150, new SplittableRandom(seed)), Weibull.UNKNOWN)
                    .estimate(5 * MINUTE_MS, 30 * MINUTE_MS);
            held += stay.lower() <= expected && expected <= stay.upper() ? 1 : 0;
        }
        assertThat(held).isBetween(165, 200);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.35, 0.5, 0.7})
    void beatsTheConstantHazardAndIsCalibrated(double shape) {
        Weibull truth = new Weibull(shape, 40.0 * MINUTE_MS);
        LifeTable seen = watch(truth, 3_000, new SplittableRandom(7));
        SurvivalCurve curve = SurvivalCurve.of(seen, Weibull.UNKNOWN);
        double hours = (double) seen.atRiskMs() / HOUR_MS;
        double lambda = DisconnectionHistory.lambdaPerHour((double) seen.ends(), hours, 0.5, 1);
        SplittableRandom chance = new SplittableRandom(8);
        double brier = 0;
        double brierOfConstant = 0;
        double[] predicted = new double[10];
        double[] happened = new double[10];
        int n = 0;
        for (int i = 0; i < 10_000; i++) {
            double lives = truth.quantileMs(chance.nextDouble());
            long age = (long) (12 * HOUR_MS * Math.pow(chance.nextDouble(), 4));
            if (lives <= age) {
                continue;
            }
            for (long horizon : new long[] {5 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS}) {
                double gone = lives <= age + horizon ? 1 : 0;
                double ours = curve.disconnect(age, horizon);
                brier += (ours - gone) * (ours - gone);
                double constant = DisconnectionHistory.probability(lambda, (double) horizon);
                brierOfConstant += (constant - gone) * (constant - gone);
                int bin = Math.min(9, (int) (10 * ours));
                predicted[bin] += ours;
                happened[bin] += gone;
                n++;
            }
        }
        double calibration = 0;
        for (int bin = 0; bin < 10; bin++) {
            calibration += Math.abs(predicted[bin] - happened[bin]) / n;
        }
        assertThat(brier / n).isLessThan(brierOfConstant / n);
        assertThat(calibration).isLessThanOrEqualTo(0.02);
    }

    @Test
    void hoursOfTheWeekAreToldApart() {
        FleetSurvival fleet = new FleetSurvival();
        for (int day = 0; day < 28; day++) { // every evening at 20 h all drop out
            for (int exit = 0; exit < 60; exit++) {
                long begin = day * DAY_MS + (exit % 19) * HOUR_MS; // whatever their age
                fleet.watched(
                        PoolType.MOBILE, 1, begin, begin, day * DAY_MS + 20 * HOUR_MS + exit * MINUTE_MS / 2, true);
            }
            fleet.fit();
        }
        long evening = 30 * DAY_MS + 20 * HOUR_MS;
        assertThat(fleet.hourFactor(PoolType.MOBILE, evening)).isGreaterThan(2);
        assertThat(fleet.hourFactor(PoolType.MOBILE, evening - 4 * HOUR_MS)).isLessThan(0.7);
        assertThat(fleet.stay(PoolType.MOBILE, 1, evening - 8 * HOUR_MS, evening, HOUR_MS)
                        .mean())
                .isLessThan(fleet.stay(PoolType.MOBILE, 1, evening - 12 * HOUR_MS, evening - 4 * HOUR_MS, HOUR_MS)
                        .lower());
        assertThat(FleetSurvival.hour(4 * DAY_MS)).as("Monday, 5 January 1970").isZero();
    }

    @Test
    void aNetworkWithoutEvidenceFollowsItsType() {
        FleetSurvival fleet = new FleetSurvival();
        Weibull truth = new Weibull(0.5, 20.0 * MINUTE_MS);
        SplittableRandom chance = new SplittableRandom(3);
        for (int i = 0; i < 2_000; i++) {
            fleet.watched(PoolType.RESIDENTIAL, 7, 0, 0, (long) truth.quantileMs(chance.nextDouble()), true);
        }
        fleet.fit();
        assertThat(fleet.stay(PoolType.RESIDENTIAL, 99, 0, 10 * MINUTE_MS, 20 * MINUTE_MS)
                        .mean())
                .isCloseTo(truth.stay((double) (10 * MINUTE_MS), (double) (20 * MINUTE_MS)), within(0.1));
    }

    @Test
    void aFleetThatHasChangedIsKnownForWhatItIsAfterSomeWeeks() throws IOException {
        FleetSurvival fleet = new FleetSurvival();
        fleet.age(DAY_MS);
        for (int i = 0; i < 4_000; i++) { // all stay for a day
            fleet.watched(PoolType.RESIDENTIAL, 7, 0, 0, DAY_MS + i, true);
        }
        fleet.watched(PoolType.RESIDENTIAL, 8, 0, 0, 3 * HOUR_MS, false);
        long changed = FleetSurvival.HALF_LIFE_MS + DAY_MS;
        fleet.age(changed - 1);
        assertThat(fleet.curve(PoolType.RESIDENTIAL).table().ends()).isEqualTo(4_000);
        fleet.age(changed);
        assertThat(fleet.curve(PoolType.RESIDENTIAL).table().ends()).isEqualTo(2_000);
        assertThat(fleet.networks(PoolType.RESIDENTIAL)).containsExactlyInAnyOrder(7L, 8L);
        fleet = copy(fleet);
        for (int week = 0; week < 6; week++) { // and from now on for an hour
            for (int i = 0; i < 500; i++) {
                fleet.watched(PoolType.RESIDENTIAL, 7, changed, changed, changed + HOUR_MS + i, true);
            }
            changed += 7 * DAY_MS;
            fleet.age(changed);
        }
        fleet.fit();
        assertThat(fleet.networks(PoolType.RESIDENTIAL)).containsExactly(7L);
        assertThat(fleet.curve(PoolType.RESIDENTIAL).stay(10 * MINUTE_MS, 2 * HOUR_MS))
                .isLessThan(0.35); // 0.6 if nothing faded
    }

    private static FleetSurvival copy(FleetSurvival of) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        of.write(new DataOutputStream(bytes));
        return FleetSurvival.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Property(tries = 300)
    void halvingKeepsHalfOfTheSumAndNothingForEver(
            @ForAll @Size(LifeTable.PARTS) List<@IntRange(max = 9) Integer> ends) {
        LifeTable table = new LifeTable();
        for (int i = 0; i < LifeTable.PARTS; i++) {
            table.ends[i] = ends.get(i);
            table.atRiskMs[i] = ends.get(i) * HOUR_MS;
        }
        long before = table.ends();
        table.halve();
        assertThat(table.ends()).isEqualTo(before / 2);
        assertThat(IntStream.of(table.ends).min().orElseThrow()).isNotNegative();
        for (int i = 0; i < 64; i++) {
            table.halve();
        }
        assertThat(table).isEqualTo(new LifeTable());
    }

    @Property(tries = 300)
    void tablesOfPartsAddUpAndTheChanceFallsWithTime(
            @ForAll @LongRange(max = 40 * DAY_MS) long from,
            @ForAll @LongRange(max = 40 * DAY_MS) long cut,
            @ForAll @LongRange(max = 40 * DAY_MS) long more,
            @ForAll @IntRange(min = 1, max = 50) int sessions,
            @ForAll @DoubleRange(min = 0.2, max = 2) double shape) {
        LifeTable whole = new LifeTable();
        LifeTable parts = new LifeTable();
        LifeTable rest = new LifeTable();
        for (int i = 0; i < sessions; i++) {
            whole.watched(from, from + cut + more, true);
            parts.watched(from, from + cut, false);
            rest.watched(from + cut, from + cut + more, true);
        }
        parts.add(rest);
        assertThat(parts).isEqualTo(whole);
        assertThat(whole.atRiskMs()).isEqualTo(sessions * (cut + more));
        SurvivalCurve curve = SurvivalCurve.of(whole, new Weibull(shape, (double) HOUR_MS));
        Estimate stay = curve.estimate(from, cut);
        assertThat(stay.mean()).isBetween(0.0, 1.0);
        assertThat(stay.lower()).isBetween(0.0, stay.mean());
        assertThat(stay.upper()).isBetween(stay.mean(), 1.0);
        assertThat(curve.stay(from, cut + more)).isLessThanOrEqualTo(stay.mean() + 1e-12);
    }

    /** Sessions of which a third is seen from some age on, and a third not to its end. */
    private static LifeTable watch(Weibull truth, int sessions, SplittableRandom chance) {
        LifeTable seen = new LifeTable();
        for (int i = 0; i < sessions; i++) {
            long lives = (long) truth.quantileMs(chance.nextDouble());
            long from = i % 3 == 0 ? chance.nextLong(2 * HOUR_MS) : 0;
            long until = i % 3 == 1 ? chance.nextLong(DAY_MS) : Long.MAX_VALUE;
            if (from < lives) {
                seen.watched(from, Math.min(lives, Math.max(from, until)), lives <= until);
            }
        }
        return seen;
    }
}
