package io.fairlead.proxy.pick;

import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolMembership;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The curated pools of an exit, as decided.
 *
 * @param pools that may use it
 * @param owned a pool alone may use it: no other may, whatever the exit declares
 * @param kept for hosts of these domains one pool alone may
 * @param leaseMs how long that counts without a word from Kafka, ms
 * @param lapsed there was none for longer
 */
record Assigned(List<String> pools, boolean owned, List<Terms.Kept> kept, long leaseMs, boolean lapsed) {

    static final Assigned NOT = new Assigned(List.of(), false, List.of(), 0, false);

    static Assigned of(PoolAssignment told, List<Terms.Kept> kept, boolean lapsed) {
        return new Assigned(
                told.getMemberships().stream().map(PoolMembership::getPoolId).toList(),
                !told.getOwnerPool().isEmpty(),
                List.copyOf(kept),
                told.getLeaseMs(),
                lapsed);
    }

    /**
     * All pools that it is in.
     *
     * @param declared pools that it or its operator names
     * @param curated ids of all curated pools: to these nobody can name himself
     */
    Collection<String> with(Collection<String> declared, Set<String> curated) {
        if (owned) {
            return lapsed ? List.of() : pools;
        }
        Set<String> all = new HashSet<>(declared);
        all.removeAll(curated);
        all.addAll(pools);
        return all;
    }

    /** Something of it is one pool's alone. */
    boolean isExclusive() {
        return owned || !kept.isEmpty();
    }

    Assigned lapsed(boolean now) {
        return new Assigned(pools, owned, kept, leaseMs, now);
    }
}
