package io.fairlead.model.policy;

import io.fairlead.model.PoolType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The policies of one kind, and which of them counts. The most specific scope wins (class over pool over type over
 * default, and a room over the default); within a scope the newest that is in effect at the asked time. Not for several threads.
 *
 * @param <T> kind of policy
 */
public final class ScopedPolicies<T extends Policy> {

    /** Most versions kept of one scope: the oldest goes. */
    public static final int MAX_VERSIONS = 8;

    /** Most scopes. */
    public static final int MAX_SCOPES = 10_000;

    private final T fallback;
    private final Map<Scope, List<T>> byScope = new HashMap<>();
    private final Map<PoolType, Scope> typeScopes = new EnumMap<>(PoolType.class);
    private int pools;
    private int classes;

    /** Starts with nothing set: {@code fallback} counts. */
    public ScopedPolicies(T fallback) {
        this.fallback = fallback;
        for (PoolType type : PoolType.values()) {
            typeScopes.put(type, Scope.ofType(type));
        }
    }

    /**
     * Takes a policy in. One that violates its bounds is refused.
     *
     * @return what is wrong with it; empty: it was taken
     */
    public List<Violation> put(T policy) {
        List<Violation> violations = policy.validate();
        if (!violations.isEmpty()) {
            return violations;
        }
        if (!byScope.containsKey(policy.scope()) && byScope.size() >= MAX_SCOPES) {
            return List.of(new Violation(
                    "scope",
                    policy.scope().toString(),
                    "one of at most " + MAX_SCOPES + " scopes",
                    "delete policies that are no longer needed"));
        }
        List<T> versions = byScope.computeIfAbsent(policy.scope(), s -> new ArrayList<>(1));
        versions.removeIf(v -> v.effectiveAtMs() == policy.effectiveAtMs());
        versions.add(policy);
        versions.sort(Comparator.comparingLong(Policy::effectiveAtMs));
        if (versions.size() > MAX_VERSIONS) {
            versions.remove(0);
        }
        recount();
        return List.of();
    }

    /** Forgets all policies of a scope. */
    public void remove(Scope scope) {
        byScope.remove(scope);
        recount();
    }

    /** Scopes that hold a policy. */
    public int size() {
        return byScope.size();
    }

    /** What counts for an exit of this type at this time. */
    public T resolve(PoolType type, long atMs) {
        return resolve(type, "", "", atMs);
    }

    /**
     * What counts.
     *
     * @param type pool type of the exit
     * @param pool pool asked for; empty: none
     * @param targetClass class asked for; empty: none
     * @param atMs event time, ms since the Unix epoch
     */
    public T resolve(PoolType type, String pool, String targetClass, long atMs) {
        if (byScope.isEmpty()) {
            return fallback;
        }
        @Nullable T found = null;
        if (classes > 0 && !targetClass.isEmpty()) {
            found = inEffect(Scope.ofClass(targetClass), atMs);
        }
        if (found == null && pools > 0 && !pool.isEmpty()) {
            found = inEffect(Scope.ofPool(pool), atMs);
        }
        if (found == null) {
            found = inEffect(typeScopes.getOrDefault(type, Scope.GLOBAL), atMs);
        }
        if (found == null) {
            found = inEffect(Scope.GLOBAL, atMs);
        }
        return found == null ? fallback : found;
    }

    /** What counts for a live room: its own policy, that of the room it is a rendition of, or the default. */
    public T resolveRoom(String room, long atMs) {
        T found = inEffect(Scope.ofRoom(room), atMs);
        int slash = room.lastIndexOf('/');
        if (found == null && slash > 0) {
            found = inEffect(Scope.ofRoom(room.substring(0, slash)), atMs);
        }
        return found == null ? resolve(PoolType.UNKNOWN, atMs) : found;
    }

    private @Nullable T inEffect(Scope scope, long atMs) {
        List<T> versions = byScope.get(scope);
        if (versions == null) {
            return null;
        }
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (versions.get(i).effectiveAtMs() <= atMs) {
                return versions.get(i);
            }
        }
        return null;
    }

    private void recount() {
        pools = 0;
        classes = 0;
        for (Scope scope : byScope.keySet()) {
            pools += scope.kind() == Scope.Kind.POOL ? 1 : 0;
            classes += scope.kind() == Scope.Kind.CLASS ? 1 : 0;
        }
    }
}
