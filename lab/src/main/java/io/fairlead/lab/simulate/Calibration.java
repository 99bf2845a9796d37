package io.fairlead.lab.simulate;

/** Predicted probabilities beside what came, in ten bins. */
final class Calibration {

    static final int BINS = 10;

    private final double[] predicted = new double[BINS];
    private final double[] happened = new double[BINS];
    private final double[] weights = new double[BINS];
    private double squares;
    private double weight;

    void add(double probability, boolean came) {
        add(probability, came, 1);
    }

    /** @param counts weight of it */
    void add(double probability, boolean came, double counts) {
        int bin = Math.min(BINS - 1, (int) (probability * BINS));
        predicted[bin] += counts * probability;
        happened[bin] += came ? counts : 0;
        weights[bin] += counts;
        double error = probability - (came ? 1 : 0);
        squares += counts * error * error;
        weight += counts;
    }

    /** Adds what another has seen. */
    void add(Calibration other) {
        for (int i = 0; i < BINS; i++) {
            predicted[i] += other.predicted[i];
            happened[i] += other.happened[i];
            weights[i] += other.weights[i];
        }
        squares += other.squares;
        weight += other.weight;
    }

    /** Mean of what was predicted in a bin, 0–1; NaN: nothing. */
    double predicted(int bin) {
        return predicted[bin] / weights[bin];
    }

    /** Share of it that came, 0–1; NaN: nothing was predicted. */
    double happened(int bin) {
        return happened[bin] / weights[bin];
    }

    /** Share of all predictions that fell into a bin, 0–1. */
    double share(int bin) {
        return weight == 0 ? 0 : weights[bin] / weight;
    }

    /** Expected calibration error. */
    double error() {
        double sum = 0;
        for (int i = 0; i < BINS; i++) {
            sum += Math.abs(predicted[i] - happened[i]);
        }
        return weight == 0 ? 0 : sum / weight;
    }

    double brier() {
        return weight == 0 ? 0 : squares / weight;
    }
}
