package io.fairlead.model.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How much of what is told as a chance comes: the slope of least squares, through nothing, of what came on what was told. A pool that is foreseen to fall short is cured before it does, which no member of a forecast knows; so chances are told too high, by a measure
 * that is the pool's own. A slope of the past is uncertain itself, so chances are drawn half-way to it, and never raised.
 *
 * @param came discounted sum of p where the event came
 * @param told discounted sum of p²
 */
record Candour(double came, double told) {

    /** Nothing was seen yet: chances are told as they are. */
    static final Candour NONE = new Candour(0, 0);

    /** So much weight has the belief that chances are right, in p². */
    private static final double BELIEF = 20;

    /** A chance, as it is to be told. */
    double of(double chance) {
        return chance * (1 + Math.min(1, (came + BELIEF) / (told + BELIEF))) / 2;
    }

    /**
     * With one more that has come due.
     *
     * @param chance as the members have it
     * @param memory minutes after which one counts 1/e
     */
    Candour after(double chance, boolean event, double memory) {
        double keep = Math.exp(-1 / memory);
        return new Candour(came * keep + (event ? chance : 0), told * keep + chance * chance);
    }

    void write(DataOutput out) throws IOException {
        out.writeDouble(came);
        out.writeDouble(told);
    }

    static Candour read(DataInput in) throws IOException {
        return new Candour(in.readDouble(), in.readDouble());
    }
}
