package io.fairlead.model.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How well the probability of an event was told (Brier, 1950), against one who tells its frequency always.
 *
 * @param told probabilities scored
 * @param events of these that came
 * @param squares sum of (p − came)²
 */
public record Brier(double told, double events, double squares) {

    /** Nothing was scored yet. */
    public static final Brier NONE = new Brier(0, 0, 0);

    /** Mean of (p − came)²; NaN: nothing was scored. */
    public double score() {
        return told == 0 ? Double.NaN : squares / told;
    }

    /** {@code 1 − score / f (1 − f)} with f the frequency of the event; NaN: it came always or never. */
    public double skill() {
        double frequency = events / told;
        double uninformed = frequency * (1 - frequency);
        return told == 0 || uninformed <= 0 ? Double.NaN : 1 - score() / uninformed;
    }

    /** With one more. */
    public Brier after(double probability, boolean came) {
        double miss = probability - (came ? 1 : 0);
        return new Brier(told + 1, events + (came ? 1 : 0), squares + miss * miss);
    }

    void write(DataOutput out) throws IOException {
        out.writeDouble(told);
        out.writeDouble(events);
        out.writeDouble(squares);
    }

    static Brier read(DataInput in) throws IOException {
        return new Brier(in.readDouble(), in.readDouble(), in.readDouble());
    }
}
