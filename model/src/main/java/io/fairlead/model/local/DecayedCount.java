package io.fairlead.model.local;

/**
 * A sum that halves every half-life: of events, or of the hours that something lasted. Plain mutable state for one owner.
 * Time that runs backwards counts as standing still.
 */
final class DecayedCount {

    private static final double LN_2 = Math.log(2);
    private static final double HOUR_MS = 3_600_000;

    private double value;
    private long atMs;

    /** Adds one. */
    void add(long nowMs, double halfLifeMs) {
        value = at(nowMs, halfLifeMs) + 1;
        atMs = Math.max(atMs, nowMs);
    }

    /** Adds the hours since the last call, each weighing what is left of it now. */
    void addHoursSince(long fromMs, long nowMs, double halfLifeMs) {
        double left = Math.pow(2, -Math.max(0, nowMs - fromMs) / halfLifeMs);
        value = at(nowMs, halfLifeMs) + halfLifeMs / HOUR_MS / LN_2 * (1 - left);
        atMs = Math.max(atMs, nowMs);
    }

    double at(long nowMs, double halfLifeMs) {
        long ageMs = nowMs - atMs;
        return ageMs <= 0 || value == 0 ? value : value * Math.pow(2, -ageMs / halfLifeMs);
    }
}
