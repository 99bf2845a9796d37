package io.fairlead.lab.simulate.pools;

import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.pool.ExitCondition;
import io.fairlead.model.pool.PoolDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one does without foresight. A fixed pool is formed of the best and left alone. A reacting one replaces who is gone, and the worst of its members while the health
 * that it sees is under the minimum, by the best that is free; it knows no survival, no history, and no bound of churn. An exit that is to be one pool's
 * alone is handed over when edges know that nobody may use it, as it must be.
 */
final class PlainPools implements PoolKeeper {

    private static final class Known {
        final PoolExit exit;
        ExitCondition condition = ExitCondition.UNKNOWN;
        boolean consent = true;
        long offlineSinceMs;
        final Set<String> pools = new TreeSet<>();
        String owner = "";
        long ownedSinceMs;

        Known(PoolExit exit) {
            this.exit = exit;
        }

        double q() {
            return consent && condition.online() ? condition.quality() / 100 : 0;
        }
    }

    private static final class Pool {
        final PoolDefinition definition;
        final TreeMap<String, Known> members = new TreeMap<>();
        boolean formed;
        long joined;

        Pool(PoolDefinition definition) {
            this.definition = definition;
        }
    }

    /** Until edges have reported that they let go of an exit. */
    private static final long HAND_OVER_MS = 2_000;

    private static final long RETRY_MS = PoolPolicy.defaults().retryMs();

    private final boolean reacts;
    private final long graceMs = PoolPolicy.defaults().departedGraceMs();
    private final Map<String, Known> exits = new LinkedHashMap<>();
    private final Map<String, Pool> pools = new LinkedHashMap<>();
    private final Set<Known> touched = new LinkedHashSet<>();
    private final Map<String, Long> searchAfterMs = new HashMap<>();
    private boolean dirty = true;
    private long nextLookMs;

    PlainPools(boolean reacts) {
        this.reacts = reacts;
    }

    @Override
    public void define(PoolDefinition pool) {
        pools.put(pool.id(), new Pool(pool));
    }

    @Override
    public void profile(PoolExit exit) {
        exits.putIfAbsent(exit.id, new Known(exit));
    }

    @Override
    public void condition(PoolExit exit, ExitCondition condition, long nowMs) {
        Known known = exits.computeIfAbsent(exit.id, id -> new Known(exit));
        if (known.condition.online() && !condition.online()) {
            known.offlineSinceMs = nowMs;
            nextLookMs = Math.min(nextLookMs, nowMs + graceMs);
        }
        known.condition = condition;
        dirty = true;
    }

    @Override
    public void consent(PoolExit exit) {
        exits.computeIfAbsent(exit.id, id -> new Known(exit)).consent = exit.consent;
        dirty = true;
    }

    @Override
    public void heartbeat(PoolExit exit, boolean ownerActive, long nowMs) {}

    @Override
    public void look(long nowMs, Edges edges) {
        if (!dirty && nowMs < nextLookMs) {
            return;
        }
        dirty = false;
        nextLookMs = nowMs + 1_000;
        for (Pool pool : pools.values()) {
            expel(pool, nowMs);
            if (!pool.formed || reacts) {
                fill(pool, nowMs);
            }
            if (reacts) {
                react(pool, nowMs);
            }
        }
        for (Known known : List.copyOf(touched)) {
            boolean waits = !known.owner.isEmpty() && nowMs - known.ownedSinceMs < HAND_OVER_MS;
            edges.told(known.exit.id, waits ? Set.of() : Set.copyOf(known.pools));
            if (!waits) {
                touched.remove(known);
            }
        }
    }

    private void expel(Pool pool, long nowMs) {
        for (Known member : List.copyOf(pool.members.values())) {
            boolean gone = reacts && !member.condition.online() && nowMs - member.offlineSinceMs >= graceMs;
            if (!member.consent || gone) {
                leave(pool, member);
                searchAfterMs.remove(pool.definition.id());
            }
        }
    }

    private void fill(Pool pool, long nowMs) {
        while (pool.members.size() < pool.definition.wantedMembers()) {
            Known best = best(pool, nowMs);
            if (best == null) {
                return;
            }
            join(pool, best, nowMs);
        }
        pool.formed = true;
    }

    private void react(Pool pool, long nowMs) {
        List<Known> worst = new ArrayList<>(pool.members.values());
        worst.sort(Comparator.comparingDouble(Known::q));
        double sum = worst.stream().mapToDouble(Known::q).sum();
        for (Known member : worst) {
            if (sum / pool.members.size() >= pool.definition.minHealth()) {
                return;
            }
            Known best = best(pool, nowMs);
            if (best == null || best.q() <= member.q()) {
                return;
            }
            sum += best.q() - member.q();
            leave(pool, member);
            join(pool, best, nowMs);
        }
    }

    private @Nullable Known best(Pool pool, long nowMs) {
        String id = pool.definition.id();
        if (nowMs < searchAfterMs.getOrDefault(id, 0L)) {
            return null;
        }
        Known best = null;
        for (Known known : exits.values()) {
            if (free(known, pool.definition) && (best == null || known.q() > best.q())) {
                best = known;
            }
        }
        if (best == null) {
            searchAfterMs.put(id, nowMs + RETRY_MS);
        }
        return best;
    }

    private static boolean free(Known known, PoolDefinition pool) {
        return known.q() > 0
                && !known.pools.contains(pool.id())
                && known.owner.isEmpty()
                && (!pool.exclusive() || known.pools.isEmpty())
                && known.condition.quality() >= pool.minQuality()
                && PoolSetup.asksFor(pool, known.exit);
    }

    private void join(Pool pool, Known known, long nowMs) {
        known.ownedSinceMs = nowMs;
        pool.members.put(known.exit.id, known);
        known.pools.add(pool.definition.id());
        known.owner = pool.definition.exclusive() ? pool.definition.id() : known.owner;
        pool.joined++;
        touched.add(known);
    }

    private void leave(Pool pool, Known known) {
        pool.members.remove(known.exit.id);
        known.pools.remove(pool.definition.id());
        known.owner = known.owner.equals(pool.definition.id()) ? "" : known.owner;
        touched.add(known);
    }

    @Override
    public long joined(String pool) {
        Pool known = pools.get(pool);
        return known == null ? 0 : known.joined;
    }
}
