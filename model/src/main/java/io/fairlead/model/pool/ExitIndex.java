package io.fairlead.model.pool;

import io.fairlead.model.PoolType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Exits of a fleet by type and country, and each such shelf in the orders that pools ask for. Plain mutable state of a {@link Curator}. */
final class ExitIndex {

    /** Most orders of all exits that are kept, one for each set of classes of targets and reach; of further ones the one unused for longest is made anew. */
    static final int MOST_ORDERS = 32;

    /** Pools look ahead as far as one of these, or further, ms. */
    private static final long[] REACHES_MS = {
        60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 14_400_000, 86_400_000
    };

    private record Order(List<String> targetClasses, long reachMs) {}

    private final Map<PoolType, Map<String, ExitOrder.Shelf>> shelves = new EnumMap<>(PoolType.class);
    private final Map<Order, Map<ExitOrder.Shelf, ExitOrder>> orders = new LinkedHashMap<>(16, 0.75f, true);

    /** An exit is there, as its profile says what it is. */
    void add(Candidate exit) {
        ExitOrder.Shelf shelf = shelves.computeIfAbsent(exit.profile.type(), type -> new TreeMap<>())
                .computeIfAbsent(exit.profile.country(), country -> new ExitOrder.Shelf());
        shelf.exits.add(exit);
        shelf.changed(exit);
    }

    /** It is there no more, or is going to be something else. */
    void remove(Candidate exit) {
        ExitOrder.Shelf shelf = shelf(exit);
        if (shelf == null) {
            return;
        }
        shelf.exits.remove(exit);
        shelf.changed(exit);
        if (shelf.exits.isEmpty()) {
            Map<String, ExitOrder.Shelf> byCountry = shelves.get(exit.profile.type());
            if (byCountry != null) {
                byCountry.remove(exit.profile.country());
            }
            orders.values().forEach(known -> known.remove(shelf));
        }
    }

    private ExitOrder.@Nullable Shelf shelf(Candidate exit) {
        return shelves.getOrDefault(exit.profile.type(), Map.of()).get(exit.profile.country());
    }

    /** What is expected of an exit has changed. */
    void changed(Candidate exit) {
        ExitOrder.Shelf shelf = shelf(exit);
        if (shelf != null) {
            shelf.changed(exit);
        }
    }

    /** Exits that a pool may ask for, the most promising first, a list a shelf. */
    List<List<ExitOrder.Bounded>> ordered(PoolDefinition pool, int relaxed) {
        long reachMs = REACHES_MS[0];
        for (long each : REACHES_MS) {
            reachMs = each <= pool.horizonMs() ? each : reachMs;
        }
        long aheadMs = reachMs;
        Map<ExitOrder.Shelf, ExitOrder> known =
                orders.computeIfAbsent(new Order(pool.targetClasses(), aheadMs), order -> new HashMap<>());
        if (orders.size() > MOST_ORDERS) {
            orders.remove(orders.keySet().iterator().next());
        }
        return matching(pool, relaxed).stream()
                .map(shelf -> known.computeIfAbsent(shelf, s -> new ExitOrder(s, pool, aheadMs))
                        .now())
                .toList();
    }

    /** Exits of the types and countries that are asked for. */
    List<ExitOrder.Shelf> matching(PoolDefinition pool, int relaxed) {
        Filter filter = new Filter(pool, relaxed);
        List<ExitOrder.Shelf> found = new ArrayList<>();
        shelves.forEach((type, byCountry) -> byCountry.forEach((country, each) -> {
            if (filter.fitsWidely(new ExitProfile(type, country, "", "", 0))) {
                found.add(each);
            }
        }));
        return found;
    }
}
