package io.fairlead.model.pool;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.ScopedPolicies;

/** Which policy counts for a pool. */
@FunctionalInterface
public interface PoolPolicies {

    /**
     * The one that counts.
     *
     * @param poolId empty: what counts for the fleet
     * @param atMs ms since the Unix epoch
     */
    PoolPolicy of(String poolId, long atMs);

    /** By scope alone. */
    static PoolPolicies of(ScopedPolicies<PoolPolicy> scoped) {
        return (poolId, atMs) -> scoped.resolve(PoolType.UNKNOWN, poolId, "", atMs);
    }
}
