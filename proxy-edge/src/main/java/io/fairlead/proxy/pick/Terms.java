package io.fairlead.proxy.pick;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.exit.Location;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For whom an exit may be chosen. Exits on the same terms share them, so that a pick among a million finds them in the cache.
 *
 * @param pools it is in, and parts of pools
 * @param owner tenant that alone may use it; empty: all may
 * @param kept for hosts of these domains one pool alone may
 */
record Terms(List<Pool> pools, String owner, List<Kept> kept, PoolType poolType, Location location) {

    /** Nobody. */
    static final Terms NOBODY = new Terms(List.of(), "", List.of(), PoolType.UNKNOWN, Location.ANYWHERE);

    /** A domain that one pool alone may use an exit for. */
    record Kept(TargetDomain domain, String pool) {}

    Terms {
        pools = List.copyOf(pools);
        kept = List.copyOf(kept);
    }

    /** The pool of this name that it is in; null: none. */
    @Nullable
    Pool pool(String name) {
        for (Pool member : pools) {
            if (member.name.equals(name)) {
                return member;
            }
        }
        return null;
    }

    /** @param where null: anywhere that the pool reaches */
    boolean admit(Pool pool, String tenant, @Nullable Location where, AskedDomains asked) {
        if (asked.areKept(this)) {
            return false;
        }
        if ((!owner.isEmpty() && !owner.equals(tenant)) || (where != null && !where.covers(location))) {
            return false;
        }
        for (int i = 0; i < pools.size(); i++) {
            if (pools.get(i) == pool) {
                return true;
            }
        }
        return false;
    }
}
