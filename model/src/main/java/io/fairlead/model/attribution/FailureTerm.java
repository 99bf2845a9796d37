package io.fairlead.model.attribution;

import io.fairlead.model.quality.Estimate;
import io.fairlead.model.quality.SuccessPosterior;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How often one exit, network, target or edge fails by its own fault: decayed tries, and the blame for their failures. Plain mutable
 * state for one owner. Time that runs backwards counts as standing still.
 */
public class FailureTerm {

    /** Tries that the prior weighs. */
    static final double PRIOR_TRIES = 5;

    /** Success that it is drawn to. */
    static final double PRIOR_SUCCESS = 0.98;

    private static final double FADED_TRIES = 0.01;

    public double tries;
    public double blame;
    public long atMs;

    void tried(int n, long nowMs, double halfLifeMs) {
        decay(nowMs, halfLifeMs);
        tries += n;
    }

    void blamed(double share, long nowMs, double halfLifeMs) {
        decay(nowMs, halfLifeMs);
        blame += share;
    }

    /** Whether so little of its tries is left that it is as good as never seen. */
    boolean faded(long nowMs, double halfLifeMs) {
        return tries * left(nowMs, halfLifeMs) < FADED_TRIES;
    }

    /** Share of tries that it fails, without bounds: cheap. */
    double rate(long nowMs, double halfLifeMs) {
        return 1 - posterior(nowMs, halfLifeMs).mean();
    }

    /** Share of tries that it carries, with bounds. */
    Estimate success(long nowMs, double halfLifeMs) {
        return posterior(nowMs, halfLifeMs).estimate();
    }

    void write(DataOutput out) throws IOException {
        out.writeDouble(tries);
        out.writeDouble(blame);
        out.writeLong(atMs);
    }

    static FailureTerm read(DataInput in) throws IOException {
        FailureTerm term = new FailureTerm();
        term.tries = in.readDouble();
        term.blame = in.readDouble();
        term.atMs = in.readLong();
        return term;
    }

    private SuccessPosterior posterior(long nowMs, double halfLifeMs) {
        double left = left(nowMs, halfLifeMs);
        double failures = Math.min(blame, tries) * left;
        return new SuccessPosterior(tries * left - failures, failures, PRIOR_SUCCESS, PRIOR_TRIES);
    }

    private void decay(long nowMs, double halfLifeMs) {
        double left = left(nowMs, halfLifeMs);
        tries *= left;
        blame *= left;
        atMs = Math.max(atMs, nowMs);
    }

    private double left(long nowMs, double halfLifeMs) {
        return Math.pow(2, -Math.max(0, nowMs - atMs) / halfLifeMs);
    }
}
