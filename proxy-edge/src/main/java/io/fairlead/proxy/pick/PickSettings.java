package io.fairlead.proxy.pick;

import java.util.Map;

/**
 * Settings of the table of exits.
 *
 * @param policy how exits are chosen
 * @param policyByPool how they are chosen in pools that have a policy of their own, by the pool's name
 * @param bandPoints width of the band under the best, quality points (0–100)
 * @param blendMs time that it takes to go over to local scoring when the job has fallen silent, ms
 * @param maxExits exits known at most, by link, decision or override; over it decisions for new ones are not kept
 * @param maxPools pools at most, and parts of pools by country, region, city or autonomous system; over it exits do not join new ones
 * @param maxClassesPerPool classes of targets that a pool is ordered by at most; further ones count by the quality over all
 * @param keepOfflineMs how long what was seen of an exit is kept after it went offline, when no decision or override holds it
 * @param maxPolitePairs pairs of an exit and a target host whose politeness is remembered at most
 * @param maxDoubts requests that are remembered at most while it is open whether their failed tries were the exits' fault
 */
public record PickSettings(
        PickPolicy policy,
        Map<String, PickPolicy> policyByPool,
        double bandPoints,
        int blendMs,
        int maxExits,
        int maxPools,
        int maxClassesPerPool,
        long keepOfflineMs,
        int maxDoubts,
        int maxPolitePairs) {

    public static final PickSettings DEFAULTS =
            new PickSettings(PickPolicy.BAND, Map.of(), 5, 10_000, 2_000_000, 100_000, 16, 3_600_000, 10_000, 200_000);

    public PickSettings {
        policyByPool = Map.copyOf(policyByPool);
        if (!(bandPoints >= 0 && bandPoints <= 100)) {
            throw new IllegalArgumentException("bandPoints is " + bandPoints + "; give 0 to 100 points of quality");
        }
        if (blendMs < 0 || maxClassesPerPool < 0 || keepOfflineMs < 0) {
            throw new IllegalArgumentException("blendMs is " + blendMs + ", maxClassesPerPool " + maxClassesPerPool
                    + ", keepOfflineMs " + keepOfflineMs + "; they must not be negative");
        }
        if (maxExits > Roster.MAX_EXITS) {
            throw new IllegalArgumentException(
                    "maxExits is " + maxExits + "; an edge can number " + Roster.MAX_EXITS + " exits at most");
        }
        if (maxExits < 1 || maxPools < 1 || maxDoubts < 1 || maxPolitePairs < 1) {
            throw new IllegalArgumentException("maxExits is " + maxExits + ", maxPools " + maxPools + ", maxDoubts "
                    + maxDoubts + ", maxPolitePairs " + maxPolitePairs + "; all must be at least 1");
        }
    }

    public PickSettings withPolicy(PickPolicy other) {
        return new PickSettings(
                other,
                policyByPool,
                bandPoints,
                blendMs,
                maxExits,
                maxPools,
                maxClassesPerPool,
                keepOfflineMs,
                maxDoubts,
                maxPolitePairs);
    }

    /** How exits of this pool are chosen. */
    public PickPolicy policyOf(String pool) {
        return policyByPool.getOrDefault(pool, policy);
    }

    public PickSettings withPolicyByPool(Map<String, PickPolicy> policies) {
        return new PickSettings(
                policy,
                policies,
                bandPoints,
                blendMs,
                maxExits,
                maxPools,
                maxClassesPerPool,
                keepOfflineMs,
                maxDoubts,
                maxPolitePairs);
    }

    public PickSettings withBandPoints(double points) {
        return new PickSettings(
                policy,
                policyByPool,
                points,
                blendMs,
                maxExits,
                maxPools,
                maxClassesPerPool,
                keepOfflineMs,
                maxDoubts,
                maxPolitePairs);
    }

    public PickSettings withBlendMs(int ms) {
        return new PickSettings(
                policy,
                policyByPool,
                bandPoints,
                ms,
                maxExits,
                maxPools,
                maxClassesPerPool,
                keepOfflineMs,
                maxDoubts,
                maxPolitePairs);
    }

    public PickSettings withMaxExits(int exits) {
        return new PickSettings(
                policy,
                policyByPool,
                bandPoints,
                blendMs,
                exits,
                maxPools,
                maxClassesPerPool,
                keepOfflineMs,
                maxDoubts,
                maxPolitePairs);
    }

    public PickSettings withMaxPools(int pools) {
        return new PickSettings(
                policy,
                policyByPool,
                bandPoints,
                blendMs,
                maxExits,
                pools,
                maxClassesPerPool,
                keepOfflineMs,
                maxDoubts,
                maxPolitePairs);
    }

    public PickSettings withKeepOfflineMs(long ms) {
        return new PickSettings(
                policy,
                policyByPool,
                bandPoints,
                blendMs,
                maxExits,
                maxPools,
                maxClassesPerPool,
                ms,
                maxDoubts,
                maxPolitePairs);
    }

    public PickSettings withMaxPolitePairs(int pairs) {
        return new PickSettings(
                policy,
                policyByPool,
                bandPoints,
                blendMs,
                maxExits,
                maxPools,
                maxClassesPerPool,
                keepOfflineMs,
                maxDoubts,
                pairs);
    }
}
