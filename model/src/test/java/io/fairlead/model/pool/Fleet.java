package io.fairlead.model.pool;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.ScopedPolicies;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A fleet that a test lays out, with edges that take assignments as they are told to. */
final class Fleet {

    static final long START_MS = 1_700_000_000_000L;
    static final long HORIZON_MS = 900_000;

    final ScopedPolicies<PoolPolicy> policies = new ScopedPolicies<>(PoolPolicy.defaults());
    final Curator curator = new Curator(PoolPolicies.of(policies), 1, START_MS);
    final Map<String, Assignment> told = new LinkedHashMap<>();
    final List<Change> changes = new ArrayList<>();
    long nowMs = START_MS + 10_000;

    /** An exit with quality q (0–1) and chance v to stay for the horizon. */
    Fleet exit(String id, double q, double v) {
        return exit(id, q, v, new ExitProfile(PoolType.RESIDENTIAL, "fr", "", "", 64500));
    }

    Fleet exit(String id, double q, double v, ExitProfile profile) {
        curator.profile(id, profile, true);
        return condition(id, q, v);
    }

    Fleet condition(String id, double q, double v) {
        curator.condition(
                id,
                new ExitCondition(true, q * 100, Map.of(), Map.of(), -Math.log(v) * 3_600_000 / HORIZON_MS, 4),
                nowMs);
        return this;
    }

    Fleet offline(String id) {
        curator.condition(id, ExitCondition.UNKNOWN, nowMs);
        return this;
    }

    Fleet policy(PoolPolicy policy) {
        if (!policies.put(policy).isEmpty()) {
            throw new IllegalArgumentException(String.valueOf(policy.validate()));
        }
        curator.policiesChanged();
        return this;
    }

    /** A pool with a least, wanted and greatest size, health 0.6. */
    static PoolDefinition pool(String id, int min, int wanted, int max) {
        return new PoolDefinition(
                id,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                List.of(),
                min,
                wanted,
                max,
                0.6,
                HORIZON_MS,
                0,
                "",
                false,
                0,
                "",
                List.of());
    }

    static PoolDefinition exclusive(PoolDefinition pool, long untilMs) {
        return with(pool, pool.countries(), pool.minQuality(), pool.nodeFloor(), true, untilMs, pool.relaxable());
    }

    static PoolDefinition with(
            PoolDefinition pool,
            List<String> countries,
            double minQuality,
            double nodeFloor,
            boolean exclusive,
            long untilMs,
            List<Requirement> relaxable) {
        return new PoolDefinition(
                pool.id(),
                pool.types(),
                countries,
                pool.regions(),
                pool.cities(),
                pool.asns(),
                minQuality,
                pool.targetClasses(),
                pool.minMembers(),
                pool.wantedMembers(),
                pool.maxMembers(),
                pool.minHealth(),
                pool.horizonMs(),
                nodeFloor,
                pool.owner(),
                exclusive,
                untilMs,
                pool.sibling(),
                relaxable);
    }

    /** Decides now. */
    List<Assignment> curate() {
        List<Assignment> now = curator.curate(nowMs);
        now.forEach(each -> {
            told.put(each.exitId(), each);
            changes.addAll(each.changes());
        });
        return now;
    }

    List<Assignment> after(long ms) {
        nowMs += ms;
        return curate();
    }

    /** The newest assignment that was told. */
    Stamp newest() {
        return told.values().stream()
                .map(Assignment::stamp)
                .max(Stamp::compareTo)
                .orElse(Stamp.NONE);
    }

    /** These edges report that they know all that was told. */
    Fleet edgesKnow(String... edges) {
        for (String edge : edges) {
            curator.edge(edge, newest(), nowMs);
        }
        return this;
    }

    /** Pools that an edge lets use an exit for a host by what was told. */
    Set<String> usable(String exitId, String host) {
        Assignment assignment = told.get(exitId);
        return assignment == null ? Set.of() : usable(assignment, host);
    }

    static Set<String> usable(Assignment assignment, String host) {
        Set<String> pools = new TreeSet<>();
        assignment.memberships().forEach(membership -> pools.add(membership.pool()));
        assignment.domains().stream()
                .filter(each -> DomainName.covers(each.domain(), host))
                .forEach(each -> pools.removeIf(pool -> !pool.equals(each.pool())));
        return pools;
    }

    /** Exits that edges may use for a pool by what was told. */
    Set<String> usable(String pool) {
        Set<String> ids = new TreeSet<>();
        told.forEach((id, assignment) -> {
            if (assignment.memberships().stream().anyMatch(m -> m.pool().equals(pool))) {
                ids.add(id);
            }
        });
        return ids;
    }

    PoolStatus status(String pool) {
        return curator.status(pool, nowMs).orElseThrow();
    }
}
