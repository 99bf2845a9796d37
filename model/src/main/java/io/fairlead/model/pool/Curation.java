package io.fairlead.model.pool;

import io.fairlead.model.policy.PoolPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
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

    /** An exit of another network is taken instead if its standing is so much of the best one's. */
    private static final double NEARLY = 0.8;

    private static final double ROUNDING = 1e-9;

    private final Curator fleet;
    private final PoolBook book;
    private final PoolDefinition pool;
    private final PoolPolicy policy;
    private final long nowMs;
    private Health health = Health.EMPTY;
    private final int[] firstFree;
    private final @Nullable Ranking[] rankings;
    private int firstWithRoom;
    private final Networks networks;
    private final PriorityQueue<Weighed> weakest = new PriorityQueue<>(
            Comparator.comparingDouble(Weighed::worth).thenComparing(each -> each.member.exit().id));
    private boolean weighed;
    private boolean foundNobody;
    private boolean bounded;
    private boolean changed;

    private record Weighed(Member member, double worth) {}

    Curation(Curator fleet, PoolBook book, PoolPolicy policy, long nowMs) {
        this.fleet = fleet;
        this.book = book;
        pool = book.definition;
        this.policy = policy;
        this.nowMs = nowMs;
        firstFree = new int[pool.relaxable().size() + 1];
        rankings = new Ranking[pool.relaxable().size() + 1];
        networks = new Networks(book, policy.networkShare());
    }

    void look() {
        PoolState stateBefore = book.state;
        String saidBefore = book.reason + book.missing;
        promises();
        health = book.health();
        expel();
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
        boolean whole = pool.wholeAt(nowMs);
        List<String> domains = pool.domainsAt(nowMs);
        for (Member member : List.copyOf(book.members.values())) {
            Candidate exit = member.exit();
            if (!exit.allowed()) {
                leave(member, Change.Cause.KILL, exit.objection());
            } else if (!exit.tenant.isEmpty() && !exit.tenant.equals(pool.owner())) {
                leave(member, Change.Cause.EXCLUSIVITY, "it is kept for tenant " + exit.tenant);
            } else if (whole && exit.pools.size() > 1) {
                leave(member, Change.Cause.EXCLUSIVITY, "it is in other pools, and this one is exclusive now");
            } else if (!whole && isAnothers(exit, domains)) {
                leave(member, Change.Cause.EXCLUSIVITY, anothers(exit, domains));
            } else if (!new Filter(pool, member.relaxed()).fits(exit.profile)) {
                leave(member, Change.Cause.DEFINITION, "it is not what the pool asks for");
            } else if (!exit.condition.online() && nowMs - exit.offlineSinceMs >= policy.departedGraceMs()) {
                leave(
                        member,
                        Change.Cause.DEPARTED,
                        String.format(Locale.ROOT, "offline for %d s", (nowMs - exit.offlineSinceMs) / 1_000));
            } else {
                if (whole != exit.owner.equals(pool.id())) {
                    fleet.owner(exit, whole ? pool.id() : "");
                }
                fleet.keep(exit, pool, nowMs);
            }
        }
        while (book.members.size() > pool.maxMembers()) {
            Member least = weakest();
            if (least == null) {
                return;
            }
            weakest.poll();
            leave(least, Change.Cause.DEFINITION, "the pool may have " + pool.maxMembers() + " members");
        }
    }

    /** Whether a member is another pool's for one of these domains, or for too many to be kept for these. What another has left is waited for. */
    private boolean isAnothers(Candidate exit, List<String> domains) {
        DomainClaims.Claim barring = exit.domains.barring(pool.id(), domains);
        return (barring != null && barring.phase() != DomainClaims.Phase.GOING)
                || !exit.domains.haveRoom(pool.id(), domains);
    }

    private String anothers(Candidate exit, List<String> domains) {
        DomainClaims.Claim barring = exit.domains.barring(pool.id(), domains);
        return barring == null
                ? "it is kept for " + DomainClaims.MOST + " domains already, and for no more"
                : "it is exclusive to pool " + barring.pool() + " for " + barring.domain();
    }

    /** The member with the least {@code q · v}; what each is worth does not change within a look. */
    private @Nullable Member weakest() {
        if (!weighed) {
            weighed = true;
            book.members.values().forEach(member -> weakest.add(new Weighed(member, worth(member.exit()))));
        }
        Weighed least = weakest.peek();
        while (least != null && !least.member.equals(book.members.get(least.member.exit().id))) {
            weakest.poll();
            least = weakest.peek();
        }
        return least == null ? null : least.member;
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

    /**
     * Replaces, and adds, until health foreseen is over what is kept by the margin, or nothing raises it. In place of the weakest an exit raises it more than
     * beside it, by several times as a rule, and each change counts for the churn bound.
     */
    private void cure() {
        if (health.foreseen() >= kept() && !tooFew()) {
            return;
        }
        while (health.foreseen() < kept() + policy.healthMargin()) {
            if (!mayChange()) {
                return;
            }
            double mean = health.foreseen();
            Member next = mayGrow() ? find(exit -> worth(exit) > mean, true, foreseen("raises it")) : null;
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
            double lowest = worth(least.exit()) + leastGain();
            Member better = find(exit -> worth(exit) > lowest, true, foreseen("in place of " + least.exit().id));
            if (better == null) {
                foundNobody = true;
                return;
            }
            replace(least, better, Change.Cause.HEALTH, foreseen("it is the weakest"));
        }
    }

    /** What is felt already is helped by anything; what is foreseen is worth a change only if that gains something, and what may never come only if that gains much. */
    private double leastGain() {
        if (isFelt()) {
            return 0;
        }
        return health.foreseen() < pool.minHealth() ? policy.healthMargin() : policy.reserveGain();
    }

    /**
     * Health foreseen that is kept: so much that the pool is still healthy if members fail that nobody knows of yet. A link that has died in silence is noticed after
     * seconds, and its users find nobody there until then.
     */
    private double kept() {
        int spare = policy.spareMembers();
        double least = pool.minHealth();
        return health.members() <= spare
                ? least
                : Math.min(least * health.members() / (health.members() - spare), mostKept());
    }

    /** More is not asked of exits: half-way from the minimum to perfect. */
    private double mostKept() {
        return (1 + pool.minHealth()) / 2;
    }

    /** Over its wanted size as far as the policy says, and until it has members enough to do without some: of few, each is too great a part. */
    private boolean mayGrow() {
        double spared = policy.spareMembers() == 0
                ? 0
                : Math.ceil(policy.spareMembers() * mostKept() / (mostKept() - pool.minHealth()) - ROUNDING);
        double most = Math.max(spared, pool.wantedMembers() * (1 + policy.growthShare()));
        return book.members.size() + 1 <= Math.min(pool.maxMembers(), most);
    }

    private String foreseen(String then) {
        return health.foreseen() < pool.minHealth()
                ? String.format(
                        Locale.ROOT,
                        "health foreseen %.3f is under %.2f: %s",
                        health.foreseen(),
                        pool.minHealth(),
                        then)
                : String.format(
                        Locale.ROOT,
                        "health foreseen %.3f of the %.2f that it takes to do without %d of %d: %s",
                        health.foreseen(),
                        kept() + policy.healthMargin(),
                        policy.spareMembers(),
                        health.members(),
                        then);
    }

    private boolean mayChange() {
        double share = share();
        int most = (int) Math.max(1, Math.floor(share * Math.max(pool.wantedMembers(), health.members())));
        bounded = share == 0 || book.cures(nowMs) >= most;
        return !bounded;
    }

    private double share() {
        return isFelt() ? policy.urgentChurnSharePerHour() : policy.churnSharePerHour();
    }

    private boolean isFelt() {
        return health.now() < pool.minHealth();
    }

    /**
     * The highest-ranked exit that may join and that a test of its {@code q · v} lets pass; if its network has its share of the pool already, the highest of another that is nearly
     * as good, so that no network takes much of the pool along when it fails. Requirements are relaxed only when nobody meets them all.
     */
    private @Nullable Member find(Predicate<Candidate> accepts, boolean mayRelax, String reason) {
        Member best = search(accepts, mayRelax, reason);
        while (best != null && !networks.hasRoom(best.exit())) {
            Member other = searchWithRoom(accepts, reason);
            if (other != null && other.rank() >= NEARLY * best.rank()) {
                return other;
            }
            networks.widen();
            firstWithRoom = 0;
        }
        return best;
    }

    /** Whose network was full stays passed over until a member leaves: each look goes down the ranking once. */
    private @Nullable Member searchWithRoom(Predicate<Candidate> accepts, String reason) {
        Ranking ranking = ranking(0);
        int place = Math.max(firstWithRoom, firstFree(ranking, 0));
        Ranking.Ranked one = ranking.at(place);
        while (one != null && !(free(one.exit()) && networks.hasRoom(one.exit()))) {
            one = ranking.at(++place);
        }
        firstWithRoom = place;
        for (int refused = 0; one != null && refused < MOST_REFUSED; one = ranking.at(++place)) {
            if (free(one.exit()) && networks.hasRoom(one.exit())) {
                if (accepts.test(one.exit())) {
                    return member(one, 0, reason);
                }
                refused++;
            }
        }
        return null;
    }

    private @Nullable Member search(Predicate<Candidate> accepts, boolean mayRelax, String reason) {
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
        boolean alone = pool.wholeAt(nowMs);
        int open = ranking.first(alone, exit -> isOpen(exit) && (!alone || isUnused(exit)));
        firstFree[relaxed] = Math.max(firstFree[relaxed], open);
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
                && isOpen(exit)
                && (exit.tenant.isEmpty() || exit.tenant.equals(pool.owner()))
                && (pool.wholeAt(nowMs) ? isUnused(exit) : mayBeKept(exit, pool.domainsAt(nowMs)));
    }

    private static boolean isUnused(Candidate exit) {
        return exit.pools.isEmpty() && exit.domains.isEmpty();
    }

    private boolean mayBeKept(Candidate exit, List<String> domains) {
        return domains.isEmpty()
                || (exit.domains.barring(pool.id(), domains) == null && exit.domains.haveRoom(pool.id(), domains));
    }

    /** To shared pools at least, this round. */
    private boolean isOpen(Candidate exit) {
        return exit.owner.isEmpty() && exit.clearAfter.equals(Stamp.NONE) && !fleet.clearing(exit);
    }

    private void join(Member member, Change.Cause cause) {
        Candidate exit = member.exit();
        Health after = health.with(exit.q(pool), exit.v(pool));
        health = fleet.join(book, member, cause, health, after, nowMs);
        came(member);
    }

    private void came(Member member) {
        networks.joined(member.exit());
        if (weighed) {
            weakest.add(new Weighed(member, worth(member.exit())));
        }
        changed = true;
    }

    private void leave(Member member, Change.Cause cause, String reason) {
        health = fleet.leave(book, member, cause, reason, health, nowMs);
        networks.left(member.exit());
        firstWithRoom = 0;
        book.urgent = true;
        changed = true;
    }

    /** One leaves and one comes, as one change: what is foreseen before is that with the one, after that with the other. */
    private void replace(Member leaves, Member comes, Change.Cause cause, String reason) {
        if (leaves.exit().condition.online()) {
            book.cured(nowMs); // who is gone is lost to users already
        }
        Health before = health;
        fleet.leave(book, leaves, cause, reason + ": " + comes.exit().id + " comes", before, nowMs);
        networks.left(leaves.exit());
        firstWithRoom = 0;
        Health after = before.without(leaves.exit().q(pool), leaves.exit().v(pool))
                .with(comes.exit().q(pool), comes.exit().v(pool));
        health = fleet.join(book, comes, cause, before, after, nowMs);
        came(comes);
    }

    private double worth(Candidate exit) {
        return exit.q(pool) * exit.v(pool);
    }

    private boolean healthy() {
        return health.foreseen() >= pool.minHealth() && !tooFew();
    }

    private void settle() {
        if (foundNobody && (book.members.size() < pool.wantedMembers() || !healthy())) {
            fleet.lacks(book, nowMs);
        } else {
            fleet.hasAll(book);
        }
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
                ? shown + ", and no more than " + Math.round(share() * 100) + " % of the pool may change in an hour"
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
