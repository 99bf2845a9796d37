package io.fairlead.model.pool;

import io.fairlead.model.policy.PoolPolicy;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All pools of one fleet: takes in what exits are, and decides who is in which pool. One owner, no clock of its own: the same calls give the same
 * decisions.
 *
 * <p>An exit that becomes exclusive, or was, changes hands in two steps: first an assignment under which nobody may use it, then, when every edge knows that
 * one or has lost its lease, the one that gives it to its new pool. So no two edges ever use it for two owners. What is exclusive for some domains changes
 * hands in the same way, for these alone ({@link DomainClaims}): others go on with it for anything else.
 */
public final class Curator {

    /** Most pools of a fleet. */
    public static final int MOST_POOLS = 1_000;

    /** Most exits of a fleet: further ones are not taken in. */
    public static final int MOST_EXITS = 200_000;

    private static final long QUIET_AFTER_START_MS = 5_000;

    /** Exits that are looked at in a round to say what pools lack; what is left is said in the next. */
    private static final long SHORTFALL_EXITS = 500_000;

    private record Key(PoolDefinition asked, int relaxed, PoolPolicy policy) {}

    private final PoolPolicies policies;
    private final long epoch;
    private final long startedMs;
    private final Map<String, Candidate> exits = new HashMap<>();
    private final ExitIndex index = new ExitIndex();
    private final TreeMap<String, PoolBook> pools = new TreeMap<>();
    private final Map<Key, Ranking> rankings = new HashMap<>();
    private final Map<String, List<Change>> touched = new LinkedHashMap<>();
    private final Set<String> toClear = new HashSet<>();
    private final TreeSet<String> waiting = new TreeSet<>();
    private final Set<String> changedExits = new TreeSet<>();
    private final Set<String> changedPools = new TreeSet<>();
    private final List<Foresight> foresights = new ArrayList<>();
    private final TreeSet<String> unsaid = new TreeSet<>();
    private long shortfallExits;
    private EdgeWatch edges = new EdgeWatch();
    private long counter;

    /**
     * @param policies may change; tell it by {@link #policiesChanged}
     * @param epoch of this start, above that of every start before
     * @param startedMs nothing exclusive is given within the first seconds: edges that nobody has heard of yet may have it
     */
    public Curator(PoolPolicies policies, long epoch, long startedMs) {
        this.policies = policies;
        this.epoch = epoch;
        this.startedMs = startedMs;
    }

    // What is told to it.

    /** An operator defines a pool, or changes it. Of a definition that violates its own bounds nothing is taken. */
    public void define(PoolDefinition definition) {
        PoolBook book = pools.get(definition.id());
        if (!definition.validate().isEmpty() || (book == null && pools.size() >= MOST_POOLS)) {
            return;
        }
        if (book == null) {
            pools.put(definition.id(), new PoolBook(definition));
        } else {
            book.definition = definition;
            book.dirty = true;
            book.urgent = true;
        }
        changedPools.add(definition.id());
    }

    /** An operator deletes a pool: all its members are free. */
    public void delete(String poolId, long nowMs) {
        PoolBook book = pools.remove(poolId);
        if (book == null) {
            return;
        }
        Health health = book.health();
        for (Member member : List.copyOf(book.members.values())) {
            health = leave(book, member, Change.Cause.KILL, "the pool was deleted", health, nowMs);
        }
        changedPools.add(poolId);
        pools.values().forEach(other -> other.urgent = true);
    }

    /** The policies of pools have changed. */
    public void policiesChanged() {
        pools.values().forEach(book -> {
            book.dirty = true;
            book.urgent = true;
        });
    }

    /** An edge says what an exit is. */
    public void profile(String exitId, ExitProfile profile, boolean consent) {
        Candidate exit = exit(exitId);
        if (exit != null) {
            index.remove(exit);
            exit.profile = profile;
            exit.consent = consent;
            index.add(exit);
            changed(exit);
        }
    }

    /** The job of scores says how an exit is. */
    public void condition(String exitId, ExitCondition condition, long nowMs) {
        Candidate exit = exit(exitId);
        if (exit == null) {
            return;
        }
        if (exit.condition.online() && !condition.online()) {
            exit.offlineSinceMs = nowMs;
        }
        exit.condition = condition;
        changed(exit);
    }

    /** A heartbeat of an exit. */
    public void heartbeat(String exitId, boolean consent, boolean ownerActive, int batteryPercent, long atMs) {
        Candidate exit = exit(exitId);
        if (exit == null) {
            return;
        }
        exit.history.owner(atMs, ownerActive);
        if (exit.consent != consent || exit.batteryPercent != batteryPercent) {
            exit.consent = consent;
            exit.batteryPercent = batteryPercent;
            changed(exit);
        } else {
            changedExits.add(exitId);
        }
    }

    /** An operator or the owner says something of an exit. */
    public void override(String exitId, boolean killed, boolean consentWithdrawn, String tenant) {
        Candidate exit = exit(exitId);
        if (exit != null) {
            exit.killed = killed;
            exit.consentWithdrawn = consentWithdrawn;
            exit.tenant = tenant;
            changed(exit);
        }
    }

    /** Nothing was heard of an exit for so long that it is forgotten. */
    public void forget(String exitId, long nowMs) {
        Candidate exit = exits.get(exitId);
        if (exit == null) {
            return;
        }
        for (String pool : List.copyOf(exit.pools)) {
            PoolBook book = pools.get(pool);
            Member member = book == null ? null : book.members.get(exitId);
            if (book != null && member != null) {
                leave(book, member, Change.Cause.DEPARTED, "it was not heard of for long", book.health(), nowMs);
            }
        }
        exit.condition = ExitCondition.UNKNOWN;
        if (exit.clearAfter.equals(Stamp.NONE) && exit.domains.isEmpty() && !touched.containsKey(exitId)) {
            index.remove(exit);
            exits.remove(exitId);
        }
        changedExits.add(exitId);
    }

    /** An edge reports the newest assignment that it has applied, at a time by its clock. */
    public void edge(String edgeId, Stamp applied, long atMs) {
        edges.heard(edgeId, applied, atMs);
    }

    /**
     * An assignment of a former start stands on the topic, and nothing else is known of it: there was no checkpoint to go on from. It is taken back, and an
     * exit that had an owner is nobody's until every edge knows.
     *
     * @param owner pool that had it alone; empty: none
     * @param domains that it was kept for, and for which pool
     * @return whether it is taken back
     */
    public boolean former(String exitId, Stamp stamp, String owner, Map<String, String> domains) {
        Candidate exit = stamp.epoch() < epoch ? exit(exitId) : null;
        if (exit == null || !exit.pools.isEmpty() || !exit.clearAfter.equals(Stamp.NONE) || !exit.domains.isEmpty()) {
            return false;
        }
        touch(exit);
        exit.domains.former(domains);
        if (!owner.isEmpty()) {
            exit.held = owner;
            toClear.add(exitId);
        }
        return true;
    }

    // What it decides.

    /**
     * Looks at every pool that is due, and decides.
     *
     * @param nowMs ms since the Unix epoch
     * @return assignments to be told to edges, each exit once
     */
    public List<Assignment> curate(long nowMs) {
        rankings.clear();
        clear(nowMs);
        shortfallExits = 0;
        for (String pool : List.copyOf(unsaid)) {
            PoolBook book = pools.get(pool);
            if (book != null) {
                lacks(book, nowMs);
            }
        }
        for (PoolBook book : pools.values()) {
            foresights.addAll(book.due(nowMs));
            if (book.dirty || nowMs >= book.nextLookMs) {
                new Curation(this, book, policy(book.definition.id(), nowMs), nowMs).look();
            }
        }
        List<Assignment> told = new ArrayList<>(touched.size());
        touched.forEach((exitId, changes) -> {
            Candidate exit = exits.get(exitId);
            if (exit != null) {
                told.add(tell(exit, changes));
            }
        });
        touched.clear();
        toClear.clear();
        return told;
    }

    /** Gives what the edges have let go of. */
    private void clear(long nowMs) {
        if (waiting.isEmpty() || nowMs - startedMs < QUIET_AFTER_START_MS) {
            return;
        }
        long leaseMs = policy("", nowMs).edgeLeaseMs();
        for (String exitId : List.copyOf(waiting)) {
            Candidate exit = exits.get(exitId);
            if (exit == null || cleared(exit, nowMs, leaseMs)) {
                waiting.remove(exitId);
            }
        }
    }

    /** @return whether nothing of it waits any more */
    private boolean cleared(Candidate exit, long nowMs, long leaseMs) {
        if (!exit.clearAfter.equals(Stamp.NONE) && edges.know(exit.clearAfter, nowMs, leaseMs)) {
            exit.clearAfter = Stamp.NONE;
            touch(exit);
        }
        if (exit.domains.settle(stamp -> edges.know(stamp, nowMs, leaseMs))) {
            touch(exit);
            dirty(exit); // who waits for a domain in one of its pools may have it now
        }
        return exit.clearAfter.equals(Stamp.NONE) && !exit.domains.isWaiting();
    }

    private Assignment tell(Candidate exit, List<Change> changes) {
        Stamp stamp = new Stamp(epoch, ++counter);
        if (toClear.contains(exit.id)) {
            exit.clearAfter = stamp;
            waiting.add(exit.id);
        }
        exit.domains.told(stamp);
        if (exit.domains.isWaiting()) {
            waiting.add(exit.id);
        }
        boolean free = exit.clearAfter.equals(Stamp.NONE);
        List<Assignment.Membership> memberships = new ArrayList<>();
        for (String pool : exit.pools) {
            PoolBook book = pools.get(pool);
            Member member = book == null ? null : book.members.get(exit.id);
            if (member != null && free && !exit.domains.isJoining(pool)) {
                memberships.add(new Assignment.Membership(pool, member.rank(), member.sinceMs(), member.reason()));
            }
        }
        if (free) {
            exit.held = exit.owner;
        }
        PoolBook owning = pools.get(exit.owner);
        return new Assignment(
                exit.id,
                stamp,
                memberships,
                exit.owner.isEmpty() ? exit.held : exit.owner,
                owning == null ? 0 : owning.definition.exclusiveUntilMs(),
                exit.domains.told(),
                changes);
    }

    /** Predictions of health whose time has come since the last call, with what came. */
    public List<Foresight> foresights() {
        List<Foresight> all = List.copyOf(foresights);
        foresights.clear();
        return all;
    }

    /** How a pool stands. */
    public Optional<PoolStatus> status(String poolId, long nowMs) {
        PoolBook book = pools.get(poolId);
        if (book == null) {
            return Optional.empty();
        }
        int capacity = 0;
        for (Member member : book.members.values()) {
            Candidate exit = member.exit();
            capacity += exit.condition.online() && exit.allowed() ? exit.condition.capacityRequests() : 0;
        }
        return Optional.of(new PoolStatus(
                book.definition, book.state, book.health(), book.reason, book.missing, book.cures(nowMs), capacity));
    }

    /** What the survival of a pool's present members lets expect after a time: members, capacity in requests, health. */
    public double[] expected(String poolId, long afterMs) {
        PoolBook book = pools.get(poolId);
        double members = 0;
        double capacity = 0;
        double health = 0;
        if (book != null) {
            for (Member member : book.members.values()) {
                Candidate exit = member.exit();
                double q = exit.q(book.definition);
                double v = q > 0 ? exit.condition.stay(afterMs) : 0;
                members += v;
                capacity += v * exit.condition.capacityRequests();
                health += q * v;
            }
            health = book.members.isEmpty() ? 0 : health / book.members.size();
        }
        return new double[] {members, capacity, health};
    }

    /** Ids of all pools, in order. */
    public Set<String> pools() {
        return Set.copyOf(pools.keySet());
    }

    /** Whether there is such a pool. */
    public boolean isPool(String poolId) {
        return pools.containsKey(poolId);
    }

    /** Of which pool an exit is exclusively; empty: of none. */
    public String ownerOf(String exitId) {
        Candidate exit = exits.get(exitId);
        return exit == null ? "" : exit.owner;
    }

    /** Exits known. */
    public int exits() {
        return exits.size();
    }

    /** Exits that wait for edges to let go of them. */
    public int waiting() {
        return waiting.size();
    }

    /** Edges whose reports count. */
    public int edges() {
        return edges.size();
    }

    // What curation of one pool needs.

    PoolPolicy policy(String poolId, long nowMs) {
        return policies.of(poolId, nowMs);
    }

    Ranking ranking(PoolBook book, int relaxed, PoolPolicy policy, long nowMs) {
        Key key = new Key(asked(book.definition), relaxed, policy.withScope(io.fairlead.model.policy.Scope.GLOBAL));
        return rankings.computeIfAbsent(
                key,
                k -> new Ranking(index.ordered(book.definition, relaxed), book.definition, relaxed, policy, nowMs));
    }

    /** Says what a pool lacks, now or, when many do, in the next round. */
    void lacks(PoolBook book, long nowMs) {
        if (shortfallExits > SHORTFALL_EXITS) {
            unsaid.add(book.definition.id());
            return;
        }
        unsaid.remove(book.definition.id());
        List<Candidate> exits = new ArrayList<>();
        index.matching(book.definition, 0).forEach(shelf -> exits.addAll(shelf.exits));
        shortfallExits += exits.size();
        String missing = Shortfall.of(book, exits, pools, nowMs);
        if (!missing.equals(book.missing)) {
            book.missing = missing;
            changedPools.add(book.definition.id());
        }
    }

    /** A pool lacks nothing. */
    void hasAll(PoolBook book) {
        unsaid.remove(book.definition.id());
        book.missing = "";
    }

    /** Whether edges will have to let go of it after this round. */
    boolean clearing(Candidate exit) {
        return toClear.contains(exit.id);
    }

    void changedPools(String poolId) {
        changedPools.add(poolId);
    }

    Health join(PoolBook book, Member member, Change.Cause cause, Health before, Health after, long nowMs) {
        Candidate exit = member.exit();
        String id = book.definition.id();
        book.members.put(exit.id, member);
        exit.pools.add(id);
        if (book.definition.wholeAt(nowMs)) {
            exit.owner = id;
            toClear.add(exit.id);
        } else {
            exit.domains.join(id, book.definition.domainsAt(nowMs), book.definition.exclusiveUntilMs());
        }
        touch(exit)
                .add(new Change(
                        id, true, cause, member.reason(), nowMs, before.foreseen(), after.foreseen(), after.members()));
        changedPools.add(id);
        return after;
    }

    /** @param before health of the pool with it */
    Health leave(PoolBook book, Member member, Change.Cause cause, String reason, Health before, long nowMs) {
        Candidate exit = member.exit();
        String id = book.definition.id();
        Health after = before.without(exit.q(book.definition), exit.v(book.definition));
        book.members.remove(exit.id);
        exit.pools.remove(id);
        if (exit.owner.equals(id)) {
            exit.owner = "";
            toClear.add(exit.id);
        }
        exit.domains.leave(id);
        if (exit.pools.isEmpty()
                && exit.domains.isEmpty()
                && exit.condition.online()
                && exit.allowed()
                && !clearing(exit)) {
            rankings.values().forEach(Ranking::rewind);
        }
        exit.history.left(
                nowMs, cause == Change.Cause.FLOOR || cause == Change.Cause.HEALTH || cause == Change.Cause.DEPARTED);
        if (member.promisedUntilMs() > nowMs && cause == Change.Cause.DEPARTED) {
            exit.history.promise(false);
        }
        touch(exit)
                .add(new Change(id, false, cause, reason, nowMs, before.foreseen(), after.foreseen(), after.members()));
        changedPools.add(id);
        return after;
    }

    /** The exclusivity of a pool has begun or ended for one that is in it already. */
    void owner(Candidate exit, String owner) {
        exit.owner = owner;
        touch(exit);
    }

    /** Domains of a pool that has an exit already are kept for it from now on, as its definition has them. */
    void keep(Candidate exit, PoolDefinition pool, long nowMs) {
        if (exit.domains.keep(pool.id(), pool.domainsAt(nowMs), pool.exclusiveUntilMs())) {
            touch(exit);
        }
    }

    private List<Change> touch(Candidate exit) {
        changedExits.add(exit.id);
        return touched.computeIfAbsent(exit.id, id -> new ArrayList<>(2));
    }

    private @Nullable Candidate exit(String exitId) {
        Candidate known = exits.get(exitId);
        if (known == null && exits.size() < MOST_EXITS) {
            known = new Candidate(exitId);
            exits.put(exitId, known);
            index.add(known);
        }
        return known;
    }

    private void changed(Candidate exit) {
        changedExits.add(exit.id);
        index.changed(exit);
        dirty(exit);
    }

    private void dirty(Candidate exit) {
        for (String pool : exit.pools) {
            PoolBook book = pools.get(pool);
            if (book != null) {
                book.dirty = true;
            }
        }
    }

    /** The part of a definition that a ranking depends on. */
    private static PoolDefinition asked(PoolDefinition pool) {
        return new PoolDefinition(
                "",
                pool.types(),
                pool.countries(),
                pool.regions(),
                pool.cities(),
                pool.asns(),
                pool.minQuality(),
                pool.targetClasses(),
                0,
                0,
                0,
                0,
                pool.horizonMs(),
                0,
                "",
                false,
                0,
                "",
                pool.relaxable());
    }

    // What outlives a restart: exits and pools each by itself, and what is shared.

    /** Ids of exits that have changed since the last call. */
    public Set<String> changedExits() {
        Set<String> ids = Set.copyOf(changedExits);
        changedExits.clear();
        return ids;
    }

    /** Ids of pools that have changed since the last call. */
    public Set<String> changedPools() {
        Set<String> ids = Set.copyOf(changedPools);
        changedPools.clear();
        return ids;
    }

    /** Writes an exit; false: it is not known any more. */
    public boolean writeExit(String exitId, DataOutput out) throws IOException {
        Candidate exit = exits.get(exitId);
        if (exit != null) {
            exit.write(out);
        }
        return exit != null;
    }

    /** Reads an exit; all exits before the first pool. */
    public void readExit(String exitId, DataInputStream in) throws IOException {
        Candidate exit = Candidate.read(exitId, in);
        exits.put(exitId, exit);
        index.add(exit);
        if (!exit.clearAfter.equals(Stamp.NONE) || exit.domains.isWaiting()) {
            waiting.add(exitId);
        }
    }

    /** Writes what is known of a pool beside its definition; false: there is no such pool. */
    public boolean writePool(String poolId, DataOutput out) throws IOException {
        PoolBook book = pools.get(poolId);
        if (book != null) {
            book.write(out);
        }
        return book != null;
    }

    /** Reads a pool, when all exits are read. */
    public void readPool(PoolDefinition definition, DataInput in) throws IOException {
        pools.put(definition.id(), PoolBook.read(definition, in, id -> exits.computeIfAbsent(id, Candidate::new)));
    }

    /** Writes what is known of edges. */
    public void writeEdges(DataOutput out) throws IOException {
        edges.write(out);
    }

    /** Reads what is known of edges. */
    public void readEdges(DataInput in) throws IOException {
        edges = EdgeWatch.read(in);
    }
}
