package io.fairlead.model.exit;

import io.fairlead.model.quality.DecayedMedian;
import io.fairlead.model.quality.OutcomeCounts;

/** An exit with one class of targets. Plain mutable state for one owner. */
public class ClassState {

    /** Times of benchmarks. */
    public DecayedMedian benchmarks = new DecayedMedian();

    /** Outcomes of real traffic. */
    public OutcomeCounts outcomes = new OutcomeCounts();

    /** Failures that were the target's, decayed, up to {@link #sparedAtMs}. */
    public double spared;

    public long sparedAtMs;

    private static final double SPARED_HALF_LIFE_MS = 30_000;
    private static final double FAILS_FROM = 2;

    /** A failure was found to be the target's, whatever the exit. */
    void spare(long atMs) {
        spared = left(atMs) + 1;
        sparedAtMs = Math.max(sparedAtMs, atMs);
    }

    /** Whether a target of the class fails of late, whatever the exit. */
    boolean targetFails(long nowMs) {
        return spared > 0 && left(nowMs) >= FAILS_FROM;
    }

    private double left(long nowMs) {
        return spared * Math.pow(2, -Math.max(0, nowMs - sparedAtMs) / SPARED_HALF_LIFE_MS);
    }
}
