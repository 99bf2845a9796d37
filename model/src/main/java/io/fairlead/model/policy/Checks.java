package io.fairlead.model.policy;

import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong with one policy or definition. */
public final class Checks {
    private final List<Violation> violations = new ArrayList<>();

    public Checks within(String field, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            String remedy = Double.isNaN(value)
                    ? "give a number"
                    : value < min ? "raise it to at least " + number(min) : "lower it to at most " + number(max);
            violations.add(
                    new Violation(field, number(value), "between " + number(min) + " and " + number(max), remedy));
        }
        return this;
    }

    public Checks within(String field, long value, long min, long max) {
        if (value < min || value > max) {
            violations.add(new Violation(
                    field,
                    Long.toString(value),
                    "between " + min + " and " + max,
                    value < min ? "raise it to at least " + min : "lower it to at most " + max));
        }
        return this;
    }

    public Checks that(boolean holds, String field, Object value, String bound, String remedy) {
        if (!holds) {
            violations.add(new Violation(field, String.valueOf(value), bound, remedy));
        }
        return this;
    }

    public List<Violation> done() {
        return List.copyOf(violations);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
