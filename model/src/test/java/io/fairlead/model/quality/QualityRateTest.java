package io.fairlead.model.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked numbers of the quality rate, and what must hold whatever is measured. */
class QualityRateTest {

    @ParameterizedTest
    @CsvSource({"50,0.5", "200,0.5", "250,0.4", "400,0.25", "1000,0.1", "10000,0.01", "0.2,0.5"})
    void benchmarkTermAtPsi100(double benchmarkMs, double expected) {
        assertThat(SpeedTerm.of(100, benchmarkMs)).isEqualTo(expected, within(1e-12));
    }

    @Test
    void workedExample() {
        double benchmark = SpeedTerm.of(150, 600);
        double ping = SpeedTerm.of(40, 100);
        assertThat(benchmark).isEqualTo(0.25);
        assertThat(ping).isEqualTo(0.4);
        double d = DisconnectionHistory.probability(DisconnectionHistory.lambdaPerHour(6, 24, 0, 0), 3_600_000);
        assertThat(d).isEqualTo(0.221, within(0.0005));
        assertThat(QualityRate.of(d, benchmark, ping, 1, 1, 50)).isEqualTo(50.6, within(0.05));
    }

    @Test
    void perfectIsAHundredAndSilenceIsNothing() {
        assertThat(QualityRate.of(0, 0.5, 0.5, 1, 1, 50)).isEqualTo(100);
        double failed = SpeedTerm.of(100, Double.POSITIVE_INFINITY);
        assertThat(QualityRate.of(0, failed, failed, 1, 1, 50)).isZero();
    }

    @Test
    void whatWasNeverMeasuredIsRenormalisedAndCapped() {
        assertThat(SpeedTerm.speed(0.3, SpeedTerm.MISSING)).isEqualTo(0.6);
        assertThat(QualityRate.of(0, 0.5, SpeedTerm.MISSING, 1, 1, 50)).isEqualTo(50);
        assertThat(QualityRate.of(0, 0.1, SpeedTerm.MISSING, 1, 1, 50)).isEqualTo(20, within(1e-9));
        assertThat(QualityRate.of(0, SpeedTerm.MISSING, SpeedTerm.MISSING, 1, 1, 50))
                .isZero();
    }

    @Test
    void gammaZeroGivesTheClassicRate() {
        assertThat(QualityRate.of(0.1, 0.5, 0.5, 0.2, 0, 50)).isEqualTo(90, within(1e-9));
        assertThat(QualityRate.of(0.1, 0.5, 0.5, 0.2, 1, 50)).isEqualTo(18, within(1e-9));
    }

    @Test
    void fleetReferencesAreHalfTheLowerQuartiles() {
        assertThat(References.ofFleet(300, 80)).isEqualTo(new References(150, 40));
        assertThat(References.ofFleet(0, 0)).isEqualTo(new References(1, 1));
    }

    @Property
    void slowerOrLessReliableNeverScoresHigher(
            @ForAll @DoubleRange(min = 1, max = 60_000) double benchmarkMs,
            @ForAll @DoubleRange(min = 1, max = 60_000) double pingMs,
            @ForAll @DoubleRange(min = 0, max = 1) double disconnect,
            @ForAll @DoubleRange(min = 0, max = 1) double success,
            @ForAll @DoubleRange(min = 1, max = 10) double worse) {
        double rate = rate(benchmarkMs, pingMs, disconnect, success);
        assertThat(rate).isBetween(0.0, 100.0);
        assertThat(rate(benchmarkMs * worse, pingMs, disconnect, success)).isLessThanOrEqualTo(rate + 1e-9);
        assertThat(rate(benchmarkMs, pingMs * worse, disconnect, success)).isLessThanOrEqualTo(rate + 1e-9);
        assertThat(rate(benchmarkMs, pingMs, Math.min(1, disconnect * worse), success))
                .isLessThanOrEqualTo(rate + 1e-9);
        assertThat(rate(benchmarkMs, pingMs, disconnect, success / worse)).isLessThanOrEqualTo(rate + 1e-9);
    }

    private static double rate(double benchmarkMs, double pingMs, double disconnect, double success) {
        return QualityRate.of(disconnect, SpeedTerm.of(150, benchmarkMs), SpeedTerm.of(40, pingMs), success, 1, 50);
    }
}
