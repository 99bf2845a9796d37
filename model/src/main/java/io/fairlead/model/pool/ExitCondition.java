package io.fairlead.model.pool;

import java.util.Map;

/**
 * How an exit is now.
 *
 * @param online an edge has a link to it
 * @param quality 0–100, the mix over target classes
 * @param classQuality quality by target class
 * @param classFailures share of failures by target class, 0–1
 * @param hazardPerHour disconnections to be expected within the next hour
 * @param hazardShape how these fall into the hour: {@code Λ(t) = hazardPerHour · (t / 1 h)^hazardShape}; 1: evenly, less: the sooner the likelier, as with
 *     exits that are up for a short time
 * @param capacityRequests that it can run at once
 */
public record ExitCondition(
        boolean online,
        double quality,
        Map<String, Double> classQuality,
        Map<String, Double> classFailures,
        double hazardPerHour,
        double hazardShape,
        int capacityRequests) {

    private static final double HOUR_MS = 3_600_000;
    private static final double LEAST_SHAPE = 0.2;
    private static final double MOST_CERTAIN = 1e-6;

    /** Of an exit that was never scored. */
    public static final ExitCondition UNKNOWN = new ExitCondition(false, 0, Map.of(), Map.of(), 1, 1, 0);

    public ExitCondition {
        classQuality = Map.copyOf(classQuality);
        classFailures = Map.copyOf(classFailures);
    }

    /** With a hazard that is the same at all times. */
    public ExitCondition(
            boolean online,
            double quality,
            Map<String, Double> classQuality,
            Map<String, Double> classFailures,
            double hazardPerHour,
            int capacityRequests) {
        this(online, quality, classQuality, classFailures, hazardPerHour, 1, capacityRequests);
    }

    /**
     * The same with the hazard that two chances to stay tell of: a power of time goes through both, which a Weibull law is at age 0 and nearly a constant
     * hazard at a great age.
     *
     * @param shortMs above 0
     * @param shortStay chance to stay so long, 0–1
     * @param longMs over {@code shortMs}
     * @param longStay chance to stay so long, 0–1
     */
    public ExitCondition staying(long shortMs, double shortStay, long longMs, double longStay) {
        double first = cumulative(shortStay);
        double then = Math.max(first, cumulative(longStay));
        double shape = Math.min(1, Math.max(LEAST_SHAPE, Math.log(then / first) / Math.log((double) longMs / shortMs)));
        double perHour = then * Math.pow(HOUR_MS / longMs, shape);
        return new ExitCondition(online, quality, classQuality, classFailures, perHour, shape, capacityRequests);
    }

    private static double cumulative(double stay) {
        return -Math.log(Math.min(1 - MOST_CERTAIN, Math.max(MOST_CERTAIN, stay)));
    }

    /** Chance that it stays a time, {@code exp(−Λ)}. */
    double stay(long forMs) {
        double hours = forMs / HOUR_MS;
        return Math.exp(-hazardPerHour * (hazardShape == 1 ? hours : Math.pow(hours, hazardShape)));
    }
}
