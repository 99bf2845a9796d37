package io.fairlead.model.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the errors of one forecaster at one horizon were: the quantiles of (actual − point), followed by the gradient of their pinball loss, so that in the
 * long run a share tau of what comes lies under each whatever the law of errors (quantile tracking: Angelopoulos, Candès, Tibshirani, Conformal PID
 * Control, 2023), and its decayed pinball loss, by which forecasters are weighed. Plain mutable state for one owner.
 */
final class Track {
    /*
     * Forecasts that are made every minute for an hour ahead miss by the hour, not by the minute: the steps are smaller, and memory longer, by the horizon.
     */

    private static final double STEP = 0.5;
    private static final double FIRST_SPREAD =
            1.645 * 1.2533; // 95 % quantile of a normal law, in its mean absolute deviations

    private double low = Double.NaN;
    private double median;
    private double high;
    private double scale;
    private double loss;
    private double scored;

    /** Quantiles around a point. */
    Quantiles around(double point, double firstScale, double widening) {
        if (Double.isNaN(low)) {
            double spread = FIRST_SPREAD * firstScale * widening;
            return new Quantiles(point - spread, point, point + spread);
        }
        return Quantiles.ordered(point + low, point + median, point + high);
    }

    /**
     * Takes in what came of a forecast.
     *
     * @param told what was forecast
     * @param horizon steps ahead
     * @param memory scored forecasts after which one counts 1/e
     */
    void score(double point, Quantiles told, double actual, int horizon, double memory) {
        double error = actual - point;
        if (Double.isNaN(low)) {
            low = told.low() - point;
            high = told.high() - point;
            scale = Math.abs(error);
        }
        scored++;
        double share = Math.max(1 / scored, 1 / memory);
        scale += share * (Math.abs(error) - scale);
        loss += share * (told.pinball(actual) - loss);
        double step = STEP / horizon * scale;
        low += step * (Quantiles.LOW - (error < low ? 1 : 0));
        median += step * (0.5 - (error < median ? 1 : 0));
        high += step * (Quantiles.HIGH - (error < high ? 1 : 0));
    }

    /** Forecasts scored. */
    double scored() {
        return scored;
    }

    /** Decayed mean pinball loss; 0: none was scored. */
    double loss() {
        return loss;
    }

    void write(DataOutput out) throws IOException {
        for (double value : new double[] {low, median, high, scale, loss, scored}) {
            out.writeDouble(value);
        }
    }

    void read(DataInput in) throws IOException {
        low = in.readDouble();
        median = in.readDouble();
        high = in.readDouble();
        scale = in.readDouble();
        loss = in.readDouble();
        scored = in.readDouble();
    }
}
