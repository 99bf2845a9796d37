package io.fairlead.model.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Additive Holt–Winters with a damped trend (Gardner and McKenzie, 1985; Hyndman and Athanasopoulos, Forecasting, §8.3), value by value.
 *
 * <pre>
 * l ← α (y − s) + (1 − α) (l + φ b)      b ← β (l − l before) + (1 − β) φ b      s ← γ (y − l before − φ b before) + (1 − γ) s
 * forecast at h:  l + (φ + φ² + … + φ^h) b + s of then
 * </pre>
 *
 * <p>The season is parted into slots of some steps each; with one step a slot this is the textbook's. Until a whole season was seen it is a
 * damped trend alone; then the season begins as the means of its slots about the mean of all. A step without a value lets the trend go on.
 * Plain mutable state for one owner.
 */
final class HoltWinters {

    private final double alpha;
    private final double beta;
    private final double gamma;
    private final double phi;
    private final int stepsPerSlot;

    private double level = Double.NaN;
    private double trend;
    private final double[] season;
    private final double[] sums;
    private final int[] counts;
    private boolean seasonal;
    private long steps;

    /**
     * @param alpha of the level, 0–1
     * @param beta of the trend, 0–1
     * @param gamma of the season, 0–1
     * @param phi damping of the trend, 0–1
     * @param slots of a season
     * @param stepsPerSlot steps in each
     */
    HoltWinters(double alpha, double beta, double gamma, double phi, int slots, int stepsPerSlot) {
        this.alpha = alpha;
        this.beta = beta;
        this.gamma = gamma;
        this.phi = phi;
        this.stepsPerSlot = stepsPerSlot;
        season = new double[slots];
        sums = new double[slots];
        counts = new int[slots];
    }

    /** Begins with a state that is known, as other implementations can be told to. */
    void begin(double level, double trend, double[] season) {
        this.level = level;
        this.trend = trend;
        System.arraycopy(season, 0, this.season, 0, season.length);
        seasonal = true;
    }

    /**
     * Takes in a value.
     *
     * @param step number of the step; slots of the season are counted from step 0
     * @param value NaN: none is known
     */
    void observe(long step, double value) {
        steps++;
        int slot = slot(step);
        if (Double.isNaN(value)) {
            level += phi * trend;
            trend *= phi;
            return;
        }
        if (Double.isNaN(level)) {
            level = value;
        } else {
            double before = level;
            double expected = level + phi * trend;
            level = alpha * (value - season[slot]) + (1 - alpha) * expected;
            trend = beta * (level - before) + (1 - beta) * phi * trend;
            if (seasonal) {
                season[slot] = gamma * (value - expected) + (1 - gamma) * season[slot];
            }
        }
        if (!seasonal) {
            sums[slot] += value;
            counts[slot]++;
            if (steps >= (long) season.length * stepsPerSlot) {
                beginSeason(slot);
            }
        }
    }

    /** The value that is expected some steps after the last; NaN: nothing was seen yet. */
    double forecast(long lastStep, int ahead) {
        double damped = phi >= 1 ? ahead : phi * (1 - Math.pow(phi, ahead)) / (1 - phi);
        return level + damped * trend + season[slot(lastStep + ahead)];
    }

    /** Whether it knows a season. */
    boolean seasonal() {
        return seasonal;
    }

    private void beginSeason(int slotNow) {
        double all = 0;
        int seen = 0;
        for (int i = 0; i < season.length; i++) {
            if (counts[i] > 0) {
                all += sums[i] / counts[i];
                seen++;
            }
        }
        for (int i = 0; i < season.length; i++) {
            season[i] = counts[i] == 0 ? 0 : sums[i] / counts[i] - all / seen;
        }
        level -= season[slotNow];
        trend = 0;
        seasonal = true;
    }

    private int slot(long step) {
        return (int) Math.floorMod(Math.floorDiv(step, stepsPerSlot), (long) season.length);
    }

    void write(DataOutput out) throws IOException {
        out.writeDouble(level);
        out.writeDouble(trend);
        out.writeBoolean(seasonal);
        out.writeLong(steps);
        for (int i = 0; i < season.length; i++) {
            out.writeDouble(seasonal ? season[i] : sums[i]);
            if (!seasonal) {
                out.writeInt(counts[i]);
            }
        }
    }

    void read(DataInput in) throws IOException {
        level = in.readDouble();
        trend = in.readDouble();
        seasonal = in.readBoolean();
        steps = in.readLong();
        for (int i = 0; i < season.length; i++) {
            if (seasonal) {
                season[i] = in.readDouble();
            } else {
                sums[i] = in.readDouble();
                counts[i] = in.readInt();
            }
        }
    }
}
