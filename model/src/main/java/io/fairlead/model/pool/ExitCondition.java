package io.fairlead.model.pool;

import java.util.Map;

/**
 * How an exit is now.
 *
 * @param online an edge has a link to it
 * @param quality 0–100, the mix over target classes
 * @param classQuality quality by target class
 * @param classFailures share of failures by target class, 0–1
 * @param hazardPerHour disconnections to be expected in an hour
 * @param capacityRequests that it can run at once
 */
public record ExitCondition(
        boolean online,
        double quality,
        Map<String, Double> classQuality,
        Map<String, Double> classFailures,
        double hazardPerHour,
        int capacityRequests) {

    /** Of an exit that was never scored. */
    public static final ExitCondition UNKNOWN = new ExitCondition(false, 0, Map.of(), Map.of(), 1, 0);

    public ExitCondition {
        classQuality = Map.copyOf(classQuality);
        classFailures = Map.copyOf(classFailures);
    }

    /** Chance that it stays a time, {@code exp(−λ · D)}. */
    double stay(long forMs) {
        return Math.exp(-hazardPerHour * forMs / 3_600_000.0);
    }
}
