package io.fairlead.lab.simulate;

import org.HdrHistogram.Histogram;

/** What is counted while a run lasts. */
final class Tally {

    private static final long MOST_US = 120_000_000;
    private static final int BINS = 10;

    long requests;
    long aborted;
    long succeeded;
    double goodKilobytes;
    long attempts;
    long retries;
    long noExit;
    long refused;
    long blocked;
    long sessions;
    long sessionsCut;
    long choices;
    long choosingNanos;
    final Histogram connectUs = new Histogram(MOST_US, 3);
    final Histogram firstByteUs = new Histogram(MOST_US, 3);

    /** Choices by network and second. */
    final int[][] choicesByNetwork;

    final Calibration bySurvival = new Calibration();
    final Calibration byHazard = new Calibration();

    Tally(int seconds) {
        choicesByNetwork = new int[World.NETWORKS + 1][seconds + 1];
    }

    /** Predicted probabilities beside what came. */
    static final class Calibration {
        private final double[] predicted = new double[BINS];
        private final double[] happened = new double[BINS];
        private double squares;
        private long count;

        void add(double probability, boolean came) {
            int bin = Math.min(BINS - 1, (int) (probability * BINS));
            predicted[bin] += probability;
            happened[bin] += came ? 1 : 0;
            double error = probability - (came ? 1 : 0);
            squares += error * error;
            count++;
        }

        /** Adds what another has seen. */
        void add(Calibration other) {
            for (int i = 0; i < BINS; i++) {
                predicted[i] += other.predicted[i];
                happened[i] += other.happened[i];
            }
            squares += other.squares;
            count += other.count;
        }

        /** Expected calibration error. */
        double error() {
            double sum = 0;
            for (int i = 0; i < BINS; i++) {
                sum += Math.abs(predicted[i] - happened[i]);
            }
            return count == 0 ? 0 : sum / count;
        }

        double brier() {
            return count == 0 ? 0 : squares / count;
        }
    }
}
