package io.fairlead.proxy.pick;

/**
 * The load that a share of {@value #SHARE} of draws is under, followed by steps: up by that share where a draw is over it, down by the
 * rest where it is under (Robbins and Monro, 1951). Threads may overwrite each other's steps; it stays near all the same.
 */
final class LoadQuantile {

    /** Share of exits that count as cold. */
    static final double SHARE = 0.84;

    private static final double STEP = 0.01;

    private volatile double value = SHARE;

    /** Share of an exit's capacity in use, 0 to 1. */
    double value() {
        return value;
    }

    /** One that was drawn has this load. */
    void drawn(double load) {
        double before = value;
        double after = load > before ? before + STEP * SHARE : before - STEP * (1 - SHARE);
        value = Math.max(0, Math.min(1, after));
    }
}
