package io.fairlead.model.canary;

import java.util.Collection;

/**
 * By how much a mean over the tries of one arm has changed, with two variances of that: as if tries were independent, and as if exits were.
 *
 * <p>The second is that of a ratio of sums, linearised, with the exit as the unit that was drawn (Deng, Knoblich, Lu: Applying the Delta Method in Metric
 * Analytics, KDD 2018): what an exit does before and since goes together, so that exits which are unlike but stay as they are make no noise. Times k/(k − 3): k/(k − 1)
 * for the mean that is taken out, and the variance of Student's t, (k − 1)/(k − 3), for the few exits that it is estimated of.
 *
 * @param before mean; NaN: no tries
 * @param since mean; NaN: no tries
 * @param triesBefore tries that it stands on
 * @param triesSince tries that it stands on
 * @param exits that had tries
 */
record ArmChange(
        double before,
        double since,
        double triesBefore,
        double triesSince,
        int exits,
        double varianceOfTries,
        double varianceOfExits) {

    private static final int EXITS_MIN = 4;

    static ArmChange of(Collection<ExitTally> arm, Measure measure) {
        Sums before = new Sums();
        Sums since = new Sums();
        int exits = 0;
        for (ExitTally exit : arm) {
            before.add(exit.before, measure);
            since.add(exit.since, measure);
            exits += measure.weight(exit.before) + measure.weight(exit.since) > 0 ? 1 : 0;
        }
        double ofTries = before.variance() + since.variance();
        return new ArmChange(
                before.mean(),
                since.mean(),
                before.weight,
                since.weight,
                exits,
                ofTries,
                Math.max(ofTries, varianceOfExits(arm, measure, before, since, exits)));
    }

    double change() {
        return since - before;
    }

    /** The change without one of its exits. */
    double changeWithout(ExitTally exit, Measure measure) {
        return without(since, triesSince, exit.since, measure) - without(before, triesBefore, exit.before, measure);
    }

    private static double without(double mean, double weight, ExitTally.Span span, Measure measure) {
        return (mean * weight - measure.sum(span)) / (weight - measure.weight(span));
    }

    private static double varianceOfExits(
            Collection<ExitTally> arm, Measure measure, Sums before, Sums since, int exits) {
        if (exits < EXITS_MIN) {
            return Double.POSITIVE_INFINITY;
        }
        double squares = 0;
        for (ExitTally exit : arm) {
            double influence = since.influence(exit.since, measure) - before.influence(exit.before, measure);
            squares += influence * influence;
        }
        return squares * exits / (exits - 3);
    }

    /** Sums over the exits of an arm. */
    private static final class Sums {
        private double weight;
        private double sum;
        private double squares;

        void add(ExitTally.Span span, Measure measure) {
            weight += measure.weight(span);
            sum += measure.sum(span);
            squares += measure.squares(span);
        }

        double mean() {
            return sum / weight;
        }

        /** Of the mean; never nothing, though all tries were alike. */
        double variance() {
            double mean = mean();
            return Math.max(squares / weight - mean * mean, 1 / (weight + 2)) / weight;
        }

        /** What an exit moves the mean by. */
        double influence(ExitTally.Span span, Measure measure) {
            return (measure.sum(span) - mean() * measure.weight(span)) / weight;
        }
    }
}
