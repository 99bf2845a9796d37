package io.fairlead.lab.simulate.pools;

import java.util.Map;

/**
 * What one run came to.
 *
 * @param kept by way of keeping pools, in the order fixed, reacting, curated, oracle
 * @param looks decisions that were looked at
 * @param digest of all that was decided
 */
record PoolResult(PoolSetup setup, Map<Way, Kept> kept, ForecastResult forecasts, long looks, long digest) {

    /** How pools are kept. */
    enum Way {
        FIXED,
        REACTING,
        CURATED,
        /** By the same curation, that is told the true quality and the true chance to stay of every exit, each minute: what can be had without knowing of cuts before. */
        ORACLE;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * @param below share of pools' time in which what users really got was under the minimum, or members were too few
     * @param belowByPool the same by pool
     * @param causes seconds below, of all pools, by what they were for
     * @param health mean of what users really got
     * @param changes members that joined, a pool and day
     * @param repairS from the first second below to the first that is not, mean, s; NaN: it never was
     */
    record Kept(
            double below,
            Map<String, Double> belowByPool,
            Map<PoolGrade.Cause, Long> causes,
            double health,
            double changes,
            double repairS) {}
}
