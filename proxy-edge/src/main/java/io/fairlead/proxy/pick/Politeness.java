package io.fairlead.proxy.pick;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PolitenessPolicy;
import io.fairlead.model.policy.Scope;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How gently each exit treats each target host: requests a minute, and rest after a block. Any thread; no locks but those of the bounded
 * memory of pairs, and none of these while no policy holds anything back.
 *
 * <p>A target is a host as it is asked for (or its digest, where hosts are told as such), not its registrable domain: that would need the
 * list of public suffixes, which changes weekly, in each edge. Hosts of one site that are to be treated alike more gently get a class and a
 * policy of their own.
 */
final class Politeness {

    /** What one exit did to one host. */
    static final class Conduct {
        /*
         * The generic cell rate algorithm (ITU-T I.371): the time at which the requests let through so far would have been due, had they come
         * evenly. A request may come as long as that is less than a minute ahead.
         */
        private final AtomicLong dueNanos;
        private volatile long restsUntilNanos;

        Conduct(long nowNanos) {
            dueNanos = new AtomicLong(nowNanos);
            restsUntilNanos = nowNanos;
        }

        /** How long the exit has to wait before its next request; 0: it may come now. */
        long waitNanos(PolitenessPolicy policy, long nowNanos) {
            long rest = Math.max(0, restsUntilNanos - nowNanos);
            int requests = policy.requestsPerMinute();
            if (requests == 0) {
                return rest;
            }
            return Math.max(rest, dueNanos.get() - nowNanos - (MINUTE_NANOS - MINUTE_NANOS / requests));
        }

        /** Lets a request come, unless it has to wait. */
        boolean admit(PolitenessPolicy policy, long nowNanos) {
            while (true) {
                long due = dueNanos.get();
                if (waitNanos(policy, nowNanos) > 0) {
                    return false;
                }
                int requests = policy.requestsPerMinute();
                if (requests == 0) {
                    return true;
                }
                long from = due - nowNanos > 0 ? due : nowNanos;
                if (dueNanos.compareAndSet(due, from + MINUTE_NANOS / requests)) {
                    return true;
                }
            }
        }

        /** The request that was let through does not come. */
        void giveBack(PolitenessPolicy policy) {
            if (policy.requestsPerMinute() > 0) {
                dueNanos.addAndGet(-MINUTE_NANOS / policy.requestsPerMinute());
            }
        }

        void restUntil(long nanos) {
            if (nanos - restsUntilNanos > 0) {
                restsUntilNanos = nanos;
            }
        }
    }

    /** The policies that there are; the most specific counts. Immutable. */
    private record Rules(Map<Scope, PolitenessPolicy> byScope, boolean holdBack) {

        PolitenessPolicy of(PoolType type, String pool, String targetClass) {
            PolitenessPolicy found = null;
            if (!targetClass.isEmpty()) {
                found = byScope.get(Scope.ofClass(targetClass));
            }
            if (found == null && !pool.isEmpty()) {
                found = byScope.get(Scope.ofPool(pool));
            }
            if (found == null) {
                found = byScope.get(new Scope(Scope.Kind.TYPE, type.name().toLowerCase(Locale.ROOT)));
            }
            if (found == null) {
                found = byScope.get(Scope.GLOBAL);
            }
            return found == null ? PolitenessPolicy.defaults() : found;
        }
    }

    private record Pair(String exitId, String host) {}

    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Cache<Pair, Conduct> conducts;
    private final LongAdder forgotten = new LongAdder();
    private final LongAdder blocks = new LongAdder();
    private volatile Rules rules = new Rules(Map.of(), false);

    /** @param maxPairs of exit and host that are remembered; over it the one that is asked for least is forgotten */
    Politeness(int maxPairs) {
        conducts = Caffeine.newBuilder()
                .maximumSize(maxPairs)
                .executor(Runnable::run)
                .evictionListener((pair, conduct, cause) -> forgotten.increment())
                .build();
    }

    /** Takes a policy; one thread at a time. */
    void policy(PolitenessPolicy policy) {
        Map<Scope, PolitenessPolicy> next = new HashMap<>(rules.byScope);
        next.put(policy.scope(), policy);
        obey(next);
    }

    /** There is none of this scope any more; one thread at a time. */
    void removed(Scope scope) {
        Map<Scope, PolitenessPolicy> next = new HashMap<>(rules.byScope);
        next.remove(scope);
        obey(next);
    }

    private void obey(Map<Scope, PolitenessPolicy> next) {
        boolean holdBack = next.values().stream().anyMatch(PolitenessPolicy::holdsBack);
        rules = new Rules(Map.copyOf(next), holdBack);
        if (!holdBack) {
            conducts.invalidateAll();
        }
    }

    /** Some policy holds something back. */
    boolean counts() {
        return rules.holdBack;
    }

    PolitenessPolicy policyOf(PoolType type, String pool, String targetClass) {
        return rules.of(type, pool, targetClass);
    }

    /** What is remembered of an exit and a host; null: nothing. */
    @Nullable
    Conduct known(String exitId, String host) {
        return conducts.getIfPresent(new Pair(exitId, host));
    }

    Conduct of(String exitId, String host, long nowNanos) {
        return conducts.get(new Pair(exitId, host), pair -> new Conduct(nowNanos));
    }

    /** A host has blocked an exit: it rests, if the policy says so. */
    void blocked(String exitId, String host, PolitenessPolicy policy, long nowNanos) {
        if (policy.restAfterBlockMs() > 0) {
            blocks.increment();
            of(exitId, host, nowNanos).restUntil(nowNanos + TimeUnit.MILLISECONDS.toNanos(policy.restAfterBlockMs()));
        }
    }

    /** Rests begun, or lengthened. */
    long rests() {
        return blocks.sum();
    }

    /** Pairs that were forgotten over the bound. */
    long forgotten() {
        return forgotten.sum();
    }

    long pairs() {
        return conducts.estimatedSize();
    }
}
