package io.fairlead.proxy.pick;

import java.util.Locale;

/** How one of the eligible exits is chosen. */
public enum PickPolicy {

    /** Falling quality, the first with room; ties by available capacity, then the one that such pools used least recently. */
    BEST,

    /**
     * Weighted at random, by available capacity, among those with room that are within a band of the best: keeps the best
     * from carrying all the load.
     */
    BAND;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As records tell it. */
    public String word() {
        return word;
    }
}
