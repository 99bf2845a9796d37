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
    BAND,

    /**
     * Three at random: of those that run less of their capacity than most of the pool, the one that has connected fastest of late; if none
     * does, the one that runs least. Looks at no quality. After Wydrowski et al., Load is not what you should balance, NSDI 2024.
     */
    HOT_COLD;

    private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As records tell it. */
    public String word() {
        return word;
    }
}
