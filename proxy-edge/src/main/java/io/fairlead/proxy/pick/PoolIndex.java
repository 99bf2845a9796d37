package io.fairlead.proxy.pick;

import io.fairlead.proxy.exit.Location;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The pools that exits are in, and parts of them by area. Pools are parted by what requests have asked for: until exits have been put into such parts, all of a
 * pool is looked through. Looking up takes no lock; moving an exit is for whoever holds that exit's.
 */
final class PoolIndex {

    /**
     * An exit's pools now, and those that it still has to be taken out of.
     *
     * @param joined it is in, parts among them
     * @param left it was in
     */
    record Move(List<Pool> joined, List<Pool> left) {}

    private final PickSettings settings;
    private final Ranking ranking;
    private final Roster roster;
    private final PickCounters counters;
    private final Map<String, Pool> pools = new ConcurrentHashMap<>();

    // Sets of Area bits: asked for by requests; exits that come are put into such parts; the parts are whole.
    private final AtomicInteger askedBy = new AtomicInteger();
    private volatile int partingBy;
    private volatile int partedBy;

    PoolIndex(PickSettings settings, Ranking ranking, Roster roster, PickCounters counters) {
        this.settings = settings;
        this.ranking = ranking;
        this.roster = roster;
        this.counters = counters;
    }

    /** Pools with an exit here, and parts of them. */
    int size() {
        return pools.size();
    }

    /** A whole pool; null: no exit is in it. */
    @Nullable
    Pool whole(String name) {
        return pools.get(name);
    }

    /** The part of a pool that a place is in; null: no exit is there. */
    @Nullable
    Pool part(String name, Area area, Location place) {
        return pools.get(area.part(name, place));
    }

    /**
     * By what pools are parted that a request for this place can use; null: nothing. Then {@link #beginParting} will say that they are to be parted, and all of a pool
     * is looked through until that is done.
     */
    @Nullable
    Area partedFor(Location place) {
        Area area = Area.of(place);
        if (area == null || (partedBy & area.bit) != 0) {
            return area;
        }
        if ((askedBy.get() & area.bit) == 0) {
            askedBy.getAndUpdate(bits -> bits | area.bit);
        }
        return null;
    }

    /**
     * Begins to part pools by what has been asked for since. If anything has, all exits are to be moved anew, and then {@link #parted} to be called.
     *
     * @return whether anything has
     */
    boolean beginParting() {
        int asked = askedBy.get();
        boolean more = asked != partingBy;
        partingBy = asked;
        return more;
    }

    /** All exits are in the parts that were begun last. */
    void parted() {
        partedBy = partingBy;
    }

    /** Holds on to the pools of an exit, and to the parts of them that its place is in. */
    Move move(Terms before, Collection<String> names, Location place) {
        Move move = new Move(new ArrayList<>(names.size()), new ArrayList<>(before.pools()));
        for (String name : new HashSet<>(names)) {
            stay(name, name, before, move);
            for (Area area : Area.values()) {
                if ((partingBy & area.bit) != 0 && area.isKnown(place)) {
                    stay(name, area.part(name, place), before, move);
                }
            }
        }
        return move;
    }

    /** Brings an exit into a pool or a part of one, or keeps it there. */
    private void stay(String policyOf, String name, Terms before, Move move) {
        Pool pool = before.pool(name);
        if (pool == null) {
            pool = join(policyOf, name);
        }
        if (pool != null) {
            move.joined.add(pool);
            move.left.remove(pool);
        }
    }

    private @Nullable Pool join(String policyOf, String name) {
        while (true) {
            Pool pool = pools.get(name);
            if (pool == null && pools.size() >= settings.maxPools()) {
                counters.poolNotJoined();
                return null;
            }
            if (pool == null) {
                pool = pools.computeIfAbsent(
                        name,
                        n -> new Pool(n, settings.policyOf(policyOf), settings.maxClassesPerPool(), ranking, roster));
            }
            if (pool.join()) {
                return pool;
            }
            pools.remove(name, pool);
        }
    }

    /** Takes an exit out of pools; one that nobody is in any more ends. */
    void leave(KnownExit exit, List<Pool> left) {
        for (Pool pool : left) {
            pool.remove(exit);
            if (pool.part()) {
                pools.remove(pool.name, pool);
            }
        }
    }
}
