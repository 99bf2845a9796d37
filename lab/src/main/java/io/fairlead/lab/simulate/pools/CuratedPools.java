package io.fairlead.lab.simulate.pools;

import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.model.pool.Assignment;
import io.fairlead.model.pool.Change;
import io.fairlead.model.pool.Curator;
import io.fairlead.model.pool.ExitCondition;
import io.fairlead.model.pool.ExitProfile;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.model.pool.PoolPolicies;
import io.fairlead.model.pool.Stamp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Pools as PoolJob keeps them, by the model's own curation; edges report every second what they have applied. */
final class CuratedPools implements PoolKeeper {

    private static final long REPORT_MS = 1_000;
    private static final long APPLY_MS = 1_000;
    private static final double ROUNDING = 1e-9;

    private final Curator curator;
    private final Consumer<String> broken;
    private final Map<String, PoolDefinition> definitions = new HashMap<>();
    private final Map<String, Long> joined = new HashMap<>();
    private Stamp told = Stamp.NONE;
    private Stamp reported = Stamp.NONE;
    private long reportMs;

    /** @param broken takes what must never happen */
    CuratedPools(long nowMs, Consumer<String> broken) {
        this.broken = broken;
        curator = new Curator(PoolPolicies.of(new ScopedPolicies<>(PoolPolicy.defaults())), 1, nowMs);
    }

    Curator curator() {
        return curator;
    }

    @Override
    public void define(PoolDefinition pool) {
        definitions.put(pool.id(), pool);
        curator.define(pool);
    }

    @Override
    public void profile(PoolExit exit) {
        curator.profile(exit.id, new ExitProfile(exit.type(), exit.country, "", "", exit.network), exit.consent);
    }

    @Override
    public void condition(PoolExit exit, ExitCondition condition, long nowMs) {
        curator.condition(exit.id, condition, nowMs);
    }

    @Override
    public void consent(PoolExit exit) {
        curator.override(exit.id, false, !exit.consent, "");
    }

    @Override
    public void heartbeat(PoolExit exit, boolean ownerActive, long nowMs) {
        curator.heartbeat(exit.id, true, ownerActive, -1, nowMs);
    }

    @Override
    public void look(long nowMs, Edges edges) {
        if (nowMs >= reportMs) {
            reportMs = nowMs + REPORT_MS;
            curator.edge("edge-0", reported, nowMs - APPLY_MS);
            reported = told;
        }
        for (Assignment each : curator.curate(nowMs)) {
            told = each.stamp();
            Set<String> pools = new HashSet<>();
            each.memberships().forEach(one -> pools.add(one.pool()));
            if (!each.owner().isEmpty() && !Set.of(each.owner()).containsAll(pools)) {
                broken.accept(each.exitId() + " is " + each.owner() + "'s alone and in " + pools);
            }
            each.changes().forEach(this::check);
            edges.told(each.exitId(), pools);
        }
        curator.foresights();
        curator.changedPools();
        curator.changedExits();
    }

    private void check(Change change) {
        if (!change.joined()) {
            return;
        }
        joined.merge(change.pool(), 1L, Long::sum);
        PoolDefinition pool = definitions.get(change.pool());
        double least =
                pool == null ? 0 : pool.minHealth() + PoolPolicy.defaults().healthMargin();
        boolean rises = change.healthAfter() > change.healthBefore();
        boolean lowers = change.healthAfter() < change.healthBefore() - ROUNDING;
        if ((change.cause() == Change.Cause.HEALTH && !rises)
                || (change.cause() == Change.Cause.FORMING && lowers && change.healthAfter() < least - ROUNDING)) {
            broken.accept("a change lowered health foreseen where nothing demanded it: " + change);
        }
    }

    @Override
    public long joined(String pool) {
        return joined.getOrDefault(pool, 0L);
    }
}
