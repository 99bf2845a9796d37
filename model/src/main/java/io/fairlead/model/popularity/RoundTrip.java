package io.fairlead.model.popularity;

import io.fairlead.model.quality.Estimate;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The round trip between two places: the geometric mean of what was measured, older measurements weighing less. What comes late weighs what it
 * would if it had come in time, so that the order does not matter. Plain mutable state for one owner, 32 bytes.
 */
public final class RoundTrip {

    /** What one measurement of many connections weighs at most: one busy minute does not drown an hour. */
    private static final double MOST_SAMPLES = 100;

    /** Least time, ms. */
    private static final double LEAST_MS = 0.01;

    /** Deviation of logarithms that is expected before there are enough to tell. */
    private static final double PRIOR_DEVIATION = 0.5;

    private static final double PRIOR_WEIGHT = 4;
    private static final double Z_90 = 1.6449;

    private double weight;
    private double logs;
    private double squares;
    private long atMs;

    /**
     * A measurement was made.
     *
     * @param ms that it took
     * @param samples connections that it is of
     * @param observedAtMs when, ms since the Unix epoch
     * @param halfLifeMs after which it weighs half
     * @throws IllegalArgumentException if it is no time, or of none
     */
    public void add(double ms, double samples, long observedAtMs, double halfLifeMs) {
        if (!(ms >= 0) || Double.isInfinite(ms) || !(samples > 0)) {
            throw new IllegalArgumentException(
                    "a round trip is a number of ms from 0 on and of some samples, but is " + ms + " of " + samples);
        }
        double left = Math.min(samples, MOST_SAMPLES);
        if (observedAtMs >= atMs) {
            fade(observedAtMs, halfLifeMs);
        } else {
            left *= Math.pow(2, (double) (observedAtMs - atMs) / halfLifeMs);
        }
        double log = Math.log(Math.max(LEAST_MS, ms));
        weight += left;
        logs += left * log;
        squares += left * log * log;
    }

    private void fade(long nowMs, double halfLifeMs) {
        double left = Math.pow(2, (double) (atMs - nowMs) / halfLifeMs);
        weight *= left;
        logs *= left;
        squares *= left;
        atMs = nowMs;
    }

    /** Samples that are left of all. */
    public double weight(long nowMs, double halfLifeMs) {
        return weight * Math.pow(2, (double) -Math.max(0, nowMs - atMs) / halfLifeMs);
    }

    /** When the newest was taken, ms since the Unix epoch; 0: none was. */
    public long newestMs() {
        return atMs;
    }

    /** What it is, ms, with 5 % and 95 % bounds of the mean. Only where {@link #weight} is over 0. */
    public Estimate estimate(long nowMs, double halfLifeMs) {
        double mean = logs / weight;
        double seen = Math.max(0, squares / weight - mean * mean);
        double deviation =
                Math.sqrt((PRIOR_WEIGHT * PRIOR_DEVIATION * PRIOR_DEVIATION + weight * seen) / (PRIOR_WEIGHT + weight));
        double left = weight(nowMs, halfLifeMs);
        double half = Z_90 * deviation / Math.sqrt(Math.max(left, 1e-3));
        return Estimate.around(Math.exp(mean), Math.exp(mean - half), Math.exp(mean + half), left);
    }

    /** Writes it down for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeDouble(weight);
        out.writeDouble(logs);
        out.writeDouble(squares);
        out.writeLong(atMs);
    }

    /** What was written down. */
    public static RoundTrip read(DataInput in) throws IOException {
        RoundTrip read = new RoundTrip();
        read.weight = in.readDouble();
        read.logs = in.readDouble();
        read.squares = in.readDouble();
        read.atMs = in.readLong();
        return read;
    }
}
