package io.fairlead.proxy.pick;

import io.fairlead.model.PoolType;
import io.fairlead.model.survival.FleetSurvival;
import io.fairlead.model.survival.LifeTable;
import io.fairlead.model.survival.Weibull;
import io.fairlead.model.survival.WeibullFit;
import java.util.EnumMap;
import java.util.Map;

/**
 * How long exits stay, by what this edge has seen of its own, a law for each pool type. Sessions need it: the longer an exit of a home has
 * been up, the likelier it stays. Learnt by {@link #watched} under a lock of its own; {@link #stay} takes none and allocates nothing.
 */
final class Stays {

    private final Map<PoolType, LifeTable> tables = new EnumMap<>(PoolType.class);
    private volatile Map<PoolType, Weibull> laws = Map.of();
    private long agedAtMs;

    /**
     * An exit was linked from one age to another.
     *
     * @param dropped it dropped out then, unannounced
     */
    synchronized void watched(PoolType type, long fromAgeMs, long toAgeMs, boolean dropped) {
        tables.computeIfAbsent(type, t -> new LifeTable()).watched(fromAgeMs, toAgeMs, dropped);
    }

    /** Fits the laws anew. What was seen counts half after each {@link FleetSurvival#HALF_LIFE_MS}. */
    synchronized void fit(long nowMs) {
        if (agedAtMs == 0) {
            agedAtMs = nowMs;
        }
        for (; nowMs - agedAtMs >= FleetSurvival.HALF_LIFE_MS; agedAtMs += FleetSurvival.HALF_LIFE_MS) {
            tables.values().forEach(LifeTable::halve);
        }
        Map<PoolType, Weibull> fitted = new EnumMap<>(PoolType.class);
        tables.forEach((type, table) -> fitted.put(type, WeibullFit.of(table, Weibull.UNKNOWN)));
        laws = fitted;
    }

    /** Chance that an exit that is up for so long stays so much longer, 0 to 1. */
    double stay(PoolType type, double ageMs, double longerMs) {
        return laws.getOrDefault(type, Weibull.UNKNOWN).stay(ageMs, longerMs);
    }
}
