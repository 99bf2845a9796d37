package io.fairlead.lab.simulate.pools;

import io.fairlead.model.pool.PoolDefinition;
import java.util.Collection;
import java.util.List;

/**
 * What one could foresee who knows the true hazards and the true law of demand, with every wave that has begun: the chance that demand exceeds capacity. Who leaves a pool is
 * replaced by one like those that it asks for, as far as there are any.
 */
final class Oracle {

    private Oracle() {}

    /**
     * @param members of the pool, as edges know them
     * @param exits all of the fleet
     */
    static double shortage(
            PoolDefinition pool,
            Collection<PoolExit> members,
            List<PoolExit> exits,
            Demand demand,
            long nowMs,
            int aheadMinutes) {
        double aheadMs = aheadMinutes * 60_000.0;
        double stay = 0;
        double capacity = 0;
        double variance = 0;
        for (PoolExit member : members) {
            double s = stay(member, nowMs, aheadMs);
            stay += s;
            capacity += s * member.capacity;
            variance += s * (1 - s) * member.capacity * member.capacity;
        }
        double there = 0;
        double sum = 0;
        double squares = 0;
        for (PoolExit exit : exits) {
            if (exit.consent && PoolSetup.asksFor(pool, exit)) {
                double p = exit.up
                        ? stay(exit, nowMs, aheadMs)
                        : 1 - Math.exp(-aheadMs / PoolWorld.awayMs(exit, (double) nowMs));
                there += p;
                sum += p * exit.capacity;
                squares += p * exit.capacity * exit.capacity;
            }
        }
        double mean = there > 0 ? sum / there : 0;
        double wanted = Math.min(Math.max(members.size(), pool.wantedMembers()), there);
        double come = Math.max(0, wanted - stay);
        capacity += come * mean;
        variance += there > 0 ? come * Math.max(0, squares / there - mean * mean) : 0;
        double asked = demand.expected(nowMs + aheadMs, (double) nowMs);
        double spread = demand.spread(asked);
        return normal((asked - capacity) / Math.sqrt(variance + spread * spread + 1e-9));
    }

    /** The true chance that an exit's link holds for a time, cuts of networks apart. */
    static double stay(PoolExit exit, long nowMs, double forMs) {
        if (!exit.up) {
            return 0;
        }
        double own = exit.kind.sessions().stay((double) (nowMs - exit.upSinceMs), forMs);
        return Math.pow(own, PoolWorld.tide(exit, (double) nowMs));
    }

    /** Φ by the logistic approximation of Bowling et al. (2009), off by 0.00014 at most. */
    private static double normal(double z) {
        return 1 / (1 + Math.exp(-0.07056 * z * z * z - 1.5976 * z));
    }
}
