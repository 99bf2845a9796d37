package io.fairlead.lab.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the model foretells and learns comes near the truth of the simulated world. */
class EstimatesTest {

    @Test
    void disconnectionIsForetoldCalibratedAndBetterThanByAConstantHazard() {
        PredictionTrial trial = PredictionTrial.of(60, 5_400, 2);
        assertThat(PredictionTrial.ratedError(trial.bySurvival()))
                .isLessThan(0.03); // of few exits: more of it is chance
        assertThat(PredictionTrial.integratedBrier(trial.bySurvival()))
                .isLessThan(PredictionTrial.integratedBrier(trial.byHazard()));
    }

    @Test
    void estimatesOfSeveralSeedsAreToldTogether() {
        Calibration foretold = new Calibration();
        foretold.add(0.25, true);
        List<Calibration> each = Collections.nCopies(PredictionTrial.HORIZONS_MIN.length, foretold);
        PredictionTrial prediction = new PredictionTrial(each, each);
        CapacityTrial slow = new CapacityTrial(List.of(20.0, 50.0), 30, 0.01);
        CapacityTrial quick = new CapacityTrial(List.of(10.0), 45, 0.03);
        assertThat(new Estimates(List.of(prediction, prediction), List.of(slow, quick)).text())
                .contains(
                        "10 min ahead: calibration error 0.7500 ± 0.0000",
                        "together 0.7500",
                        "50 durations",
                        "45 s after it",
                        "2.00 ±",
                        "at most 3.0");
    }

    @Test
    void capacityFollowsADoubledTruthAndComesBackAfterABurst() {
        for (long seed = 1; seed <= 2; seed++) {
            CapacityTrial trial = CapacityTrial.of(seed);
            assertThat(trial.doublings()).hasSize(5);
            assertThat(trial.slowestDoubling()).as("seed " + seed).isLessThanOrEqualTo(60);
            assertThat(trial.recoveryS()).as("seed " + seed).isLessThanOrEqualTo(60);
            assertThat(trial.overloaded()).as("seed " + seed).isLessThanOrEqualTo(0.02);
        }
    }

    @Test
    void aDeadTargetAndAClientThatAbortsMoveNoExit() {
        for (long seed = 1; seed <= 3; seed += 2) {
            Scenario often = Scenario.of("target").sized(40, 90);
            Result result = Simulation.run(new Setup(often, Policy.BAND, seed, 0.5, 1));
            assertThat(result.attributedRight()).as("seed " + seed).isGreaterThanOrEqualTo(0.95);
            assertThat(result.movedByOthers()).as("seed " + seed).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void calibrationIsTheWeightedDistanceOfPredictionsFromWhatCame() {
        Calibration calibration = new Calibration();
        calibration.add(0.25, true, 3);
        calibration.add(0.25, false, 1);
        calibration.add(0.85, true, 4);
        assertThat(calibration.happened(2)).isEqualTo(0.75);
        assertThat(calibration.share(8)).isEqualTo(0.5);
        assertThat(calibration.error()).isCloseTo(0.5 * 0.5 + 0.5 * 0.15, within(1e-9));
        assertThat(calibration.brier()).isCloseTo((3 * 0.5625 + 0.0625 + 4 * 0.0225) / 8, within(1e-9));
    }
}
