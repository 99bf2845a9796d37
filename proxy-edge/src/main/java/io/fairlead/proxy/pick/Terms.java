package io.fairlead.proxy.pick;

import io.fairlead.proxy.exit.Location;
import io.fairlead.schemas.telemetry.PoolType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For whom an exit may be chosen. Immutable. */
final class Terms {

    /** Nobody. */
    static final Terms NOBODY = new Terms(List.of(), "", PoolType.UNKNOWN, Location.ANYWHERE);

    final List<Pool> pools;

    /** Tenant that alone may use it; empty: all may. */
    final String owner;

    final PoolType poolType;
    final Location location;
    private final Pool[] members;

    Terms(List<Pool> pools, String owner, PoolType poolType, Location location) {
        this.pools = List.copyOf(pools);
        this.owner = owner;
        this.poolType = poolType;
        this.location = location;
        this.members = pools.toArray(Pool[]::new);
    }

    /** The pool of this name that it is in; null: none. */
    @Nullable
    Pool pool(String name) {
        for (Pool member : members) {
            if (member.name.equals(name)) {
                return member;
            }
        }
        return null;
    }

    /** @param where null: anywhere that the pool reaches */
    boolean admit(Pool pool, String tenant, @Nullable Location where) {
        if ((!owner.isEmpty() && !owner.equals(tenant)) || (where != null && !where.covers(location))) {
            return false;
        }
        for (Pool member : members) {
            if (member == pool) {
                return true;
            }
        }
        return false;
    }
}
