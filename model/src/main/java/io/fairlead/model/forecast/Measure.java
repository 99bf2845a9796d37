package io.fairlead.model.forecast;

/** What is counted of a pool each minute. */
public enum Measure {
    /** Members online with consent. */
    EXITS_ONLINE(Double.POSITIVE_INFINITY),
    /** Requests that its members can run at once. */
    CAPACITY(Double.POSITIVE_INFINITY),
    /** Requests that users ran at once, the mean of the minute. */
    DEMAND(Double.POSITIVE_INFINITY),
    /** Share of tries that succeeded. */
    SUCCESS(1),
    /** Mean quality of the members, 0–1. */
    HEALTH(1);

    private final double most;

    Measure(double most) {
        this.most = most;
    }

    /** A value brought within what the measure can be: never under 0, shares never over 1. */
    double bounded(double value) {
        return Math.max(0, Math.min(most, value));
    }
}
