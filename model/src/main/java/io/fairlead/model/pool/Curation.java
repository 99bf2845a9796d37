package io.fairlead.model.pool;

import io.fairlead.model.policy.PoolPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One look at one pool: who must leave, who is added, who is replaced, and how the pool stands then. In the order of precedence: kills and consent,
 * exclusivity, the definition and departures; the least size; the floor; the wanted size, as long as health does not fall under its minimum; health
 * foreseen, each change only if it rises, within the churn bound.
 */
final class Curation {
    /*
     * Whoever leaves by force, or is gone, has left before anybody is looked for. From then on each change is one of four: an addition below the least
     * size, which is demanded whatever it does to the mean; a replacement under the floor, likewise; an addition below the wanted size, which may lower
     * the mean of a pool but not bring it under its threshold; and curing, which only ever raises. So no change lowers health foreseen where no rule above
     * "only if it rises" asked for it.
     *
     * Nothing is tried in a loop: each addition makes the pool larger and stops at its cap, each replacement is charged to the churn bound, and a search in
     * vain is repeated only after retryMs or when a member is gone.
     */

    private static final int MOST_REFUSED = 2_000;
    private static final long IDLE_LOOK_MS = 60_000;

    private final Curator fleet;
    private final PoolBook book;
    private final PoolDefinition pool;
    private final PoolPolicy policy;
    private final long nowMs;
    private Health health = Health.EMPTY;
    private final int[] firstFree;
    private final @Nullable Ranking[] rankings;
    private boolean foundNobody;
    private boolean bounded;
    private boolean changed;

    Curation(Curator fleet, PoolBook book, PoolPolicy policy, long nowMs) {
        this.fleet = fleet;
        this.book = book;
        pool = book.definition;
        this.policy = policy;
        this.nowMs = nowMs;
        firstFree = new int[pool.relaxable().size() + 1];
        rankings = new Ranking[pool.relaxable().size() + 1];
    }

    void look() {
        PoolState stateBefore = book.state;
        String saidBefore = book.reason + book.missing;
        promises();
        expel();
        health = book.health();
        boolean fell = book.state == PoolState.HEALTHY && !healthy();
        if (book.urgent || fell || nowMs >= book.searchAfterMs) {
            book.urgent = false;
            fillToLeast();
            replaceUnderFloor();
            fillToWanted();
            cure();
            if (foundNobody) {
                book.searchAfterMs = nowMs + policy.retryMs();
            }
            settle();
        } else if (healthy()) {
            book.state = PoolState.HEALTHY;
            book.reason = "";
        }
        if (changed) {
            book.predict(nowMs, health.foreseen());
        }
        book.dirty = false;
        book.nextLookMs = nowMs + next();
        if (changed || stateBefore != book.state || !saidBefore.equals(book.reason + book.missing)) {
            fleet.changedPools(pool.id());
        }
    }

    /** Promises that were kept. */
    private void promises() {
        for (Member member : List.copyOf(book.members.values())) {
            if (member.promisedUntilMs() != 0 && member.promisedUntilMs() <= nowMs) {
                if (member.exit().condition.online()) {
                    member.exit().history.promise(true);
                }
                book.members.put(member.exit().id, member.promiseOver());
                fleet.changedPools(pool.id());
            }
        }
    }

    /** Who must not be in it any more leaves at once. */
    private void expel() {
        boolean exclusive = pool.exclusiveAt(nowMs);
        for (Member member : List.copyOf(book.members.values())) {
            Candidate exit = member.exit();
            if (!exit.allowed()) {
                leave(member, Change.Cause.KILL, exit.objection());
            } else if (!exit.tenant.isEmpty() && !exit.tenant.equals(pool.owner())) {
                leave(member, Change.Cause.EXCLUSIVITY, "it is kept for tenant " + exit.tenant);
            } else if (exclusive && exit.pools.size() > 1) {
                leave(member, Change.Cause.EXCLUSIVITY, "it is in other pools, and this one is exclusive now");
            } else if (!new Filter(pool, member.relaxed()).fits(exit.profile)) {
                leave(member, Change.Cause.DEFINITION, "it is not what the pool asks for");
            } else if (!exit.condition.online() && nowMs - exit.offlineSinceMs >= policy.departedGraceMs()) {
                leave(
                        member,
                        Change.Cause.DEPARTED,
                        String.format(Locale.ROOT, "offline for %d s", (nowMs - exit.offlineSinceMs) / 1_000));
            } else if (exclusive != exit.owner.equals(pool.id())) {
                fleet.owner(exit, exclusive ? pool.id() : "");
            }
        }
        while (book.members.size() > pool.maxMembers()) {
            Member least = weakest();
            if (least == null) {
                return;
            }
            leave(least, Change.Cause.DEFINITION, "the pool may have " + pool.maxMembers() + " members");
        }
    }

    private @Nullable Member weakest() {
        return book.members.values().stream()
                .min(Comparator.<Member>comparingDouble(m -> worth(m.exit())).thenComparing(m -> m.exit().id))
                .orElse(null);
    }

    private void fillToLeast() {
        while (tooFew() && book.members.size() < pool.maxMembers()) {
            Member next = find(exit -> true, true, "least size: " + book.members.size() + " of " + pool.minMembers());
            if (next == null) {
                foundNobody = true;
                return;
            }
            join(next, Change.Cause.MINIMUM);
        }
    }

    private boolean tooFew() {
        return health.online() < pool.minMembers() || health.expected() < pool.minMembers();
    }

    private void replaceUnderFloor() {
        if (pool.nodeFloor() <= 0) {
            return;
        }
        for (Member member : List.copyOf(book.members.values())) {
            Candidate exit = member.exit();
            if (exit.condition.online() && exit.quality(pool) < pool.nodeFloor()) {
                if (!mayChange()) {
                    return;
                }
                Member next = find(
                        other -> other.quality(pool) >= pool.nodeFloor(),
                        false,
                        String.format(
                                Locale.ROOT,
                                "in place of %s, whose quality %.0f is under the floor %.0f",
                                exit.id,
                                exit.quality(pool),
                                pool.nodeFloor()));
                if (next == null && book.members.size() > pool.wantedMembers()) {
                    book.cured(nowMs);
                    leave(
                            member,
                            Change.Cause.FLOOR,
                            String.format(
                                    Locale.ROOT,
                                    "quality %.0f is under the floor %.0f: the pool has members enough without it",
                                    exit.quality(pool),
                                    pool.nodeFloor()));
                    health = book.health();
                    continue;
                }
                if (next == null) {
                    foundNobody = true;
                    return;
                }
                replace(
                        member,
                        next,
                        Change.Cause.FLOOR,
                        String.format(
                                Locale.ROOT,
                                "quality %.0f is under the floor %.0f",
                                exit.quality(pool),
                                pool.nodeFloor()));
            }
        }
    }

    private void fillToWanted() {
        while (book.members.size() < pool.wantedMembers()) {
            double now = health.foreseen();
            int n = health.members();
            double bar = pool.minHealth() + policy.healthMargin();
            Member next = find(
                    exit -> {
                        double then = (now * n + worth(exit)) / (n + 1);
                        return then >= bar || then > now;
                    },
                    false,
                    "forming: " + (book.members.size() + 1) + " of " + pool.wantedMembers());
            if (next == null) {
                foundNobody = true;
                return;
            }
            join(next, Change.Cause.FORMING);
        }
    }

    /** Adds and replaces until health foreseen is over its minimum by the margin, or nothing raises it. */
    private void cure() {
        if (healthy()) {
            return;
        }
        while (health.foreseen() < pool.minHealth() + policy.healthMargin()) {
            if (!mayChange()) {
                return;
            }
            double mean = health.foreseen();
            Member next = book.members.size() < pool.maxMembers()
                    ? find(exit -> worth(exit) > mean, true, foreseen("raises it"))
                    : null;
            if (next != null) {
                book.cured(nowMs);
                join(next, Change.Cause.HEALTH);
                continue;
            }
            Member least = weakest();
            if (least == null) {
                foundNobody = true;
                return;
            }
            double lowest = worth(least.exit());
            Member better = find(exit -> worth(exit) > lowest, true, foreseen("in place of " + least.exit().id));
            if (better == null) {
                foundNobody = true;
                return;
            }
            replace(least, better, Change.Cause.HEALTH, foreseen("it is the weakest"));
        }
    }

    private String foreseen(String then) {
        return String.format(
                Locale.ROOT, "health foreseen %.3f is under %.2f: %s", health.foreseen(), pool.minHealth(), then);
    }

    private boolean mayChange() {
        int most = (int)
                Math.max(1, Math.floor(policy.churnSharePerHour() * Math.max(pool.wantedMembers(), health.members())));
        bounded = policy.churnSharePerHour() == 0 || book.cures(nowMs) >= most;
        return !bounded;
    }

    /** The highest-ranked exit that may join and that a test of its {@code q · v} lets pass; requirements are relaxed only when nobody meets them all. */
    private @Nullable Member find(Predicate<Candidate> accepts, boolean mayRelax, String reason) {
        int steps = mayRelax ? pool.relaxable().size() : 0;
        for (int relaxed = 0; relaxed <= steps; relaxed++) {
            Ranking ranking = ranking(relaxed);
            int place = firstFree(ranking, relaxed);
            for (int refused = 0; refused < MOST_REFUSED; place++) {
                Ranking.Ranked one = ranking.at(place);
                if (one == null) {
                    break;
                }
                if (free(one.exit())) {
                    if (accepts.test(one.exit())) {
                        return member(one, relaxed, reason);
                    }
                    refused++;
                }
            }
        }
        return null;
    }

    private Ranking ranking(int relaxed) {
        Ranking known = rankings[relaxed];
        if (known == null) {
            known = fleet.ranking(book, relaxed, policy, nowMs);
            rankings[relaxed] = known;
        }
        return known;
    }

    /** Who is taken stays so for this look: a pool that is formed of many asks each only once. */
    private int firstFree(Ranking ranking, int relaxed) {
        Ranking.Ranked one = ranking.at(firstFree[relaxed]);
        while (one != null && !free(one.exit())) {
            one = ranking.at(++firstFree[relaxed]);
        }
        return firstFree[relaxed];
    }

    private Member member(Ranking.Ranked one, int relaxed, String reason) {
        String without = relaxed == 0
                ? ""
                : "; without " + pool.relaxable().subList(0, relaxed).toString().toLowerCase(Locale.ROOT);
        String against = Standing.of(one.exit(), pool, policy, nowMs).reason();
        return new Member(
                one.exit(),
                nowMs,
                one.rank(),
                reason + without + (against.isEmpty() ? "" : "; although " + against),
                relaxed,
                nowMs + pool.horizonMs());
    }

    private boolean free(Candidate exit) {
        return !exit.pools.contains(pool.id())
                && exit.owner.isEmpty()
                && exit.clearAfter.equals(Stamp.NONE)
                && !fleet.clearing(exit)
                && (exit.tenant.isEmpty() || exit.tenant.equals(pool.owner()))
                && (!pool.exclusiveAt(nowMs) || exit.pools.isEmpty());
    }

    private void join(Member member, Change.Cause cause) {
        Candidate exit = member.exit();
        Health after = health.with(exit.q(pool), exit.v(pool));
        health = fleet.join(book, member, cause, health, after, nowMs);
        changed = true;
    }

    private void leave(Member member, Change.Cause cause, String reason) {
        fleet.leave(book, member, cause, reason, nowMs);
        book.urgent = true;
        changed = true;
    }

    /** One leaves and one comes, as one change: what is foreseen before is that with the one, after that with the other. */
    private void replace(Member leaves, Member comes, Change.Cause cause, String reason) {
        book.cured(nowMs);
        Health before = health;
        fleet.leave(book, leaves, cause, reason + ": " + comes.exit().id + " comes", nowMs);
        Health after = before.without(leaves.exit().q(pool), leaves.exit().v(pool))
                .with(comes.exit().q(pool), comes.exit().v(pool));
        health = fleet.join(book, comes, cause, before, after, nowMs);
        changed = true;
    }

    private double worth(Candidate exit) {
        return exit.q(pool) * exit.v(pool);
    }

    private boolean healthy() {
        return health.foreseen() >= pool.minHealth() && !tooFew();
    }

    private void settle() {
        book.missing = foundNobody && (book.members.size() < pool.wantedMembers() || !healthy())
                ? Shortfall.of(book, fleet.matching(pool, 0), fleet.books(), nowMs)
                : "";
        if (healthy()) {
            book.state = PoolState.HEALTHY;
            book.reason = "";
            return;
        }
        book.state = bounded && !foundNobody ? PoolState.CURING : PoolState.DEGRADED;
        String shown = tooFew()
                ? String.format(
                        Locale.ROOT,
                        "%d members are online and %.1f expected, %d are the least",
                        health.online(),
                        health.expected(),
                        pool.minMembers())
                : String.format(Locale.ROOT, "health foreseen %.3f is under %.2f", health.foreseen(), pool.minHealth());
        book.reason = book.state == PoolState.CURING
                ? shown + ", and no more than " + Math.round(policy.churnSharePerHour() * 100)
                        + " % of the pool may change in an hour"
                : shown + ", and no exit at hand raises it";
    }

    private long next() {
        long soonest = soonest();
        if (book.state == PoolState.CURING) {
            return Math.min(soonest, Math.max(1_000, book.nextCureMs() - nowMs));
        }
        return book.state == PoolState.DEGRADED || foundNobody ? Math.min(soonest, policy.retryMs()) : soonest;
    }

    /** When the first member that is offline loses its place, or the exclusivity ends. */
    private long soonest() {
        long soonest = IDLE_LOOK_MS;
        for (Member member : book.members.values()) {
            if (!member.exit().condition.online()) {
                soonest = Math.min(soonest, member.exit().offlineSinceMs + policy.departedGraceMs() - nowMs);
            }
        }
        if (pool.exclusiveAt(nowMs) && pool.exclusiveUntilMs() > 0) {
            soonest = Math.min(soonest, pool.exclusiveUntilMs() - nowMs);
        }
        return Math.max(1, soonest);
    }
}
