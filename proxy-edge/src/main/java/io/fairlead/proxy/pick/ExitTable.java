package io.fairlead.proxy.pick;

import com.github.benmanes.caffeine.cache.Interner;
import io.fairlead.model.local.LocalHistory;
import io.fairlead.model.local.ScoreBlend;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.PolitenessPolicy;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.ExitShare;
import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All exits that this edge knows, by link, decision or override, and the choice among them.
 *
 * <p>{@link #pick} and releasing a slot take no lock and may be called from any thread. An exit never runs more requests from
 * here than its limit, the least of what the decision (else the override, else its type) gives it, what its agent declares and
 * accepts, and that less what other edges run through it; lowered under what runs, it gives no slot until enough have ended.
 *
 * <p>{@link #online}, {@link #heartbeat}, {@link #offline} and {@link #observed} are for event loops: they hold the lock of one
 * exit, and that of a pool for the time it takes to move one exit. {@link #decided} and the other changes are for a control
 * thread. {@link #jobSilent}, {@link #tick} and new policies may order all exits anew, which takes about a second for a
 * million: never call them on an event loop.
 *
 * <p>Until {@link #jobSilent} has told that the job is heard, local scoring counts alone.
 */
public final class ExitTable implements ExitChooser, ExitEvents {

    private static final double US_PER_MS = 1_000;
    private static final String KEPT =
            "those that have room are exclusive to another pool for this target; ask through a pool that may reach it, or give this one further exits";
    private static final String LAPSED =
            "pools have exits for this target alone, and this edge was cut off from what is decided of these for longer than their lease";
    private static final long FORGET_EVERY_MS = 60_000;
    private static final int MAX_SHARED_NAMES = 10_000;

    /** An exit that refused is given more again every so many seconds: a full one is full for longer than a request lasts. */
    private static final int TRUST_EVERY_S = 4;

    private final PickSettings settings;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final PickCounters counters = new PickCounters();
    private final Map<String, KnownExit> exits = new ConcurrentHashMap<>();
    private final Map<String, String> sharedNames = new ConcurrentHashMap<>();
    private final Roster roster = new Roster();
    private final Stays stays = new Stays();
    private final Politeness politeness;
    private final Interner<Terms> sharedTerms = Interner.newWeakInterner();
    private final Queue<KnownExit> refusing = new ConcurrentLinkedQueue<>();
    private final AtomicInteger onlineExits = new AtomicInteger();
    private final AtomicInteger heldBackExits = new AtomicInteger();

    private final Assignments assignments = new Assignments();
    private final Outlooks outlooks;

    /** Exits whose operator has named hours: the only ones whose terms change with the time alone. */
    private final Set<KnownExit> timed = ConcurrentHashMap.newKeySet();

    private final ThreadLocal<Search> searches = ThreadLocal.withInitial(this::search);
    private final Ranking ranking;
    private final PoolIndex pools;
    private volatile QualityPolicy quality = QualityPolicy.defaults();
    private volatile CapacityPolicy capacity = CapacityPolicy.defaults();
    private volatile boolean silent = true;

    // Under this lock, which is taken before that of an exit, which is taken before that of a pool.
    private final Object turn = new Object();
    private ScoreBlend blend = ScoreBlend.start();
    private long forgottenAtMs;

    /**
     * An empty table.
     *
     * @param clock wall clock, for histories
     * @param nanoClock as {@link System#nanoTime}
     * @param random safe for use by several threads
     */
    public ExitTable(PickSettings settings, InstantSource clock, LongSupplier nanoClock, RandomGenerator random) {
        this.settings = settings;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.random = random;
        this.politeness = new Politeness(settings.maxPolitePairs());
        this.outlooks = new Outlooks(clock);
        this.ranking = new Ranking(quality.lowConfidenceCap());
        this.pools = new PoolIndex(settings, ranking, roster, counters);
        this.forgottenAtMs = clock.millis();
    }

    // ---- picks

    @Override
    public boolean pick(PickRequest request, Slot into) {
        into.requireFree();
        into.rested(0);
        into.full(false);
        into.obstacle("");
        boolean found = request.only().isEmpty() ? pickAny(request, into) : pickOnly(request, into);
        if (!found && !into.obstacle().isEmpty()) {
            counters.keptFromOne();
        }
        return found;
    }

    private boolean pickAny(PickRequest request, Slot into) {
        boolean found = request.stayMs() > 0 ? pickToStay(request, into) : pickForOne(request, into);
        if (found) {
            counters.picked(into);
        } else {
            counters.noneFound();
        }
        return found;
    }

    /** Of its pool; while that is forecast to fall short, also of its sibling. */
    private boolean pickForOne(PickRequest request, Slot into) {
        if (search(request.pool(), request.pool(), request, 0, into)) {
            return true;
        }
        return outlooks.isShort(request.pool()) && borrow(request, into);
    }

    /** A session that begins while its pool is forecast to fall short avoids weak members: it rather goes to the sibling, and to them if that can't either. */
    private boolean pickToStay(PickRequest request, Slot into) {
        Outlook outlook = outlooks.of(request.pool());
        if (outlook == null || !outlooks.isShort(request.pool())) {
            return search(request.pool(), request.pool(), request, 0, into);
        }
        return search(request.pool(), request.pool(), request, outlook.weakThousandths(), into)
                || borrow(request, into)
                || search(request.pool(), request.pool(), request, 0, into);
    }

    private boolean borrow(PickRequest request, Slot into) {
        String lender = outlooks.lender(request.pool());
        if (lender.isEmpty() || !search(lender, outlooks.borrowsAs(request.pool()), request, 0, into)) {
            return false;
        }
        counters.borrowedOne();
        return true;
    }

    /**
     * @param as pool as whose the request counts where pools have exits for themselves
     * @param leastThousandths quality that an exit must have for a session; 0: any
     */
    private boolean search(String poolName, String as, PickRequest request, int leastThousandths, Slot into) {
        Location where = request.where();
        Area part = where.equals(Location.ANYWHERE) ? null : pools.partedFor(where);
        Pool pool = part == null ? pools.whole(poolName) : pools.part(poolName, part, where);
        boolean allThere = part == null ? where.equals(Location.ANYWHERE) : part.isAll(where);
        Location filter = allThere ? null : where;
        if (pool == null) {
            return false;
        }
        Search search = searches.get();
        if (!isReachable(request, as, search.asked(), into)) {
            return false;
        }
        boolean found = search.run(
                pool,
                request,
                filter,
                leastThousandths,
                settings.bandPoints(),
                silent,
                quality.explorationShare(),
                into);
        if (!found) {
            into.rested(search.retryAfterMs());
            if (search.hasMetKept()) {
                into.obstacle(KEPT);
            }
        }
        return found;
    }

    /** Finds for which of the domains that exits are kept for a request asks; false: whose they are now is not known here any more. */
    private boolean isReachable(PickRequest request, String as, AskedDomains asked, Slot into) {
        asked.of(request.host(), as);
        if (asked.isEmpty() || !assignments.haveLapsed()) {
            return true;
        }
        into.obstacle(LAPSED);
        return false;
    }

    /** Of its pool, or of the sibling that has lent it: a session stays where it is when its pool is well again. */
    private boolean pickOnly(PickRequest request, Slot into) {
        KnownExit exit = exits.get(request.only());
        if (exit == null || request.tried().contains(exit.id)) {
            return false;
        }
        if (pickOnly(pools.whole(request.pool()), request.pool(), exit, request, into)) {
            return true;
        }
        String lender = outlooks.lender(request.pool());
        if (lender.isEmpty()
                || !pickOnly(pools.whole(lender), outlooks.borrowsAs(request.pool()), exit, request, into)) {
            return false;
        }
        counters.borrowedOne();
        return true;
    }

    private boolean pickOnly(@Nullable Pool pool, String as, KnownExit exit, PickRequest request, Slot into) {
        AskedDomains asked = searches.get().asked();
        if (pool == null || !isReachable(request, as, asked, into)) {
            return false;
        }
        if (asked.areKept(exit.terms)) {
            into.obstacle(KEPT);
            return false;
        }
        PolitenessPolicy gentle = request.targetHost().isEmpty() || !politeness.counts()
                ? PolitenessPolicy.defaults()
                : politeness.policyOf(exit.poolType, request.pool(), request.targetClass());
        Politeness.Conduct conduct = null;
        if (gentle.holdsBack()) {
            long nowNanos = nanoClock.getAsLong();
            conduct = politeness.of(exit.id, request.targetHost(), nowNanos);
            if (!conduct.admit(gentle, nowNanos)) {
                into.rested(Search.millis(conduct.waitNanos(gentle, nowNanos)));
                return false;
            }
        }
        long word = exit.take(pool, request.tenant(), request.where(), asked);
        if (word == Roster.NOT_TAKEN) {
            if (conduct != null) {
                conduct.giveBack(gentle);
            }
            roster.sessionMissed(exit.number);
            into.full(exit.isOpen() && exit.limit() > 0);
            return false;
        }
        boolean local = silent || exit.score == null;
        int running = SlotWord.running(word);
        into.fill(roster, exit.number, running, SlotWord.limit(word), local, false, 1, pool.policy.word());
        into.ofSession();
        roster.sessionGoesOn(exit.number);
        if (pool.policy == PickPolicy.BEST) {
            roster.lastUsed(exit.number, nanoClock.getAsLong());
        }
        counters.picked(into);
        return true;
    }

    @Override
    public void waiting(String exitId, boolean begins) {
        KnownExit exit = exits.get(exitId);
        if (exit != null) {
            roster.sessionWaits(exit.number, begins);
        }
    }

    private Search search() {
        return new Search(roster, politeness, assignments.domains(), stays, nanoClock, random.nextLong());
    }

    // ---- exits come, live and go

    @Override
    public void online(ExitInfo info) {
        change(info.exitId(), true, exit -> {
            if (exit.info == null) {
                onlineExits.incrementAndGet();
                exit.onlineSinceMs = clock.millis();
                exit.watchedUntilMs = exit.onlineSinceMs;
                roster.upSince(exit.number, nanoClock.getAsLong());
            }
            exit.linked(info);
            exit.consentTold = info.consent();
            exit.nothingTold();
            history(exit).online(clock.millis());
            settle(exit);
        });
    }

    @Override
    public void heartbeat(ExitLoad load) {
        change(load.exitId(), false, exit -> {
            if (exit.info == null) {
                return;
            }
            history(exit).pinged(clock.millis(), load.pingUs() / US_PER_MS);
            exit.capacityTold = load.capacityRequests();
            exit.elsewhere(Math.max(0, load.runningRequests() - load.runningHereRequests()));
            exit.device(load);
            if (exit.consentTold != load.consent() || exit.heldBack != isHeldBack(exit)) {
                exit.consentTold = load.consent();
                settle(exit);
            } else {
                judgeLocally(exit);
                rank(exit);
            }
        });
    }

    @Override
    public void shared(ExitShare share) {
        change(share.exitId(), false, exit -> {
            if (exit.info != null) {
                exit.shared(share.elsewhereRequests(), share.supernodes(), share.turn());
                exit.limit(limit(exit));
            }
        });
    }

    @Override
    public void offline(String exitId, DisconnectReason reason) {
        change(exitId, false, exit -> {
            if (exit.info == null) {
                return;
            }
            boolean itsFault =
                    switch (reason) {
                        case LINK_LOST, SILENT, PROTOCOL_ERROR -> true;
                        case ANNOUNCED, SUPERSEDED, EDGE_DRAINED, REVOKED, UNKNOWN -> false;
                    };
            long nowMs = clock.millis();
            history(exit).offline(nowMs, itsFault, quality);
            watch(exit, nowMs, itsFault);
            exit.info = null;
            exit.offlineSinceMs = nowMs;
            onlineExits.decrementAndGet();
            settle(exit);
        });
    }

    /** The exit carried a request through, or failed it by its own fault. */
    public void observed(String exitId, boolean carried) {
        change(exitId, false, exit -> {
            if (carried) {
                history(exit).succeeded(clock.millis(), quality);
            } else {
                history(exit).failed(clock.millis(), quality);
            }
            judgeLocally(exit);
            if (ranking.localShare > 0 || exit.score == null) {
                rank(exit);
            }
        });
    }

    /**
     * The exit has connected to a target in this time. Any thread.
     *
     * @param us µs
     */
    public void connected(String exitId, long us) {
        KnownExit exit = exits.get(exitId);
        if (exit != null) {
            roster.connected(exit.number, us);
        }
    }

    /**
     * The exit refused a request because it was full. From now on it is given less from here than it runs, and every {@value #TRUST_EVERY_S} s a
     * tenth more, at least one: decisions tell of it seconds later, and other edges fill it meanwhile. For event loops.
     */
    public void refused(String exitId) {
        change(exitId, false, exit -> {
            if (exit.fullAt == 0) {
                refusing.add(exit);
            }
            exit.fullForS = 0;
            exit.fullAt = Math.max(1, Math.min(exit.limit(), exit.running()) - 1);
            rank(exit);
        });
    }

    /** Gives more again to those that have refused. Every second. */
    private void trustAgain() {
        for (int left = refusing.size(); left > 0; left--) {
            KnownExit exit = refusing.poll();
            if (exit == null) {
                return;
            }
            synchronized (exit) {
                if (++exit.fullForS % TRUST_EVERY_S == 0) {
                    exit.fullAt += Math.max(1, exit.fullAt / 10);
                }
                if (exit.info == null || exit.fullAt >= admitted(exit)) {
                    exit.fullAt = 0;
                } else {
                    refusing.add(exit);
                }
                if (exit.info != null) {
                    rank(exit);
                }
            }
        }
    }

    /** Learns from records of requests and passes them on. */
    public RequestTelemetry learningFrom(RequestTelemetry next) {
        return new LocalVerdicts(this, next, settings.maxDoubts(), nanoClock);
    }

    // ---- decisions and config

    /** Applies a decision, unless one of the same or a newer version is held. */
    public void decided(ExitScore told) {
        change(told.getExitId(), true, exit -> {
            Score held = exit.score;
            if (held != null && !held.isBefore(told)) {
                counters.staleDecision();
                return;
            }
            exit.score = new Score(told, this::shared);
            rank(exit);
        });
    }

    /** The decision about an exit is gone. */
    public void withdrawn(String exitId) {
        change(exitId, false, exit -> {
            exit.score = null;
            rank(exit);
        });
    }

    /**
     * The operator or the owner says something of an exit: consent, kill switch, pools, owner, capacity, terms.
     *
     * @throws IllegalArgumentException if the terms can't be read; what was said before goes on
     */
    public void overridden(ExitOverride override) {
        OperatorTerms terms = OperatorTerms.of(override);
        change(override.getExitId(), true, exit -> {
            exit.override = override;
            operatorTerms(exit, terms);
            settle(exit);
        });
    }

    /** Nothing is said of the exit any more. */
    public void overrideRemoved(String exitId) {
        change(exitId, false, exit -> {
            exit.override = null;
            operatorTerms(exit, OperatorTerms.NONE);
            settle(exit);
        });
    }

    /** The curated pools of an exit are decided anew. What runs through it goes on. */
    public void assigned(PoolAssignment told) {
        change(told.getExitId(), true, exit -> assignments.assign(exit, told, () -> settle(exit)));
    }

    /** Nothing is decided of an exit's curated pools any more. */
    public void unassigned(String exitId) {
        change(exitId, false, exit -> assignments.assign(exit, null, () -> settle(exit)));
    }

    /** A pool is curated by this definition from now on: exits that declare it are in it no more. Looks at all exits if it was not before. */
    public void defined(PoolDefinition definition) {
        outlooks.defined(definition);
        curated(definition.getPoolId(), true);
    }

    /** A pool is curated no more. */
    public void undefined(String poolId) {
        outlooks.undefined(poolId);
        curated(poolId, false);
    }

    /** A pool is forecast to fall short, or not. */
    public void foreseen(PoolForecast forecast) {
        outlooks.foreseen(forecast);
    }

    /** Nothing is foreseen of a pool any more. */
    public void unforeseen(String poolId) {
        outlooks.unforeseen(poolId);
    }

    /** Domains that pools have exits here for alone. */
    public int keptDomains() {
        return assignments.domains().size();
    }

    /** Pools that are forecast to fall short now. */
    public int shortPools() {
        return outlooks.shortPools();
    }

    /** A pool is curated from now on, or no more: exits that declare it are in it no more, or again. Looks at all exits. */
    void curated(String poolId, boolean now) {
        if (assignments.curated(poolId, now)) {
            exits.keySet().forEach(exitId -> change(exitId, false, this::settle));
        }
    }

    /**
     * How long Kafka was not heard. Exits that a pool alone may use are picked no more when that is longer than their lease: somebody else may have been
     * given them meanwhile. So it is with all exits for hosts of domains that some are kept for.
     */
    public void unheard(long ms) {
        for (KnownExit each : assignments.unheard(ms)) {
            change(each.id, false, exit -> {
                assignments.lapse(exit);
                settle(exit);
            });
        }
    }

    private void operatorTerms(KnownExit exit, OperatorTerms terms) {
        exit.operatorTerms = terms;
        if (terms.activeHours() == null) {
            timed.remove(exit);
        } else {
            timed.add(exit);
        }
    }

    /** Takes a policy: local scoring, exploration, and the cap of exits without a decision follow it. */
    public void policy(QualityPolicy policy) {
        synchronized (turn) {
            quality = policy;
            ranking.cap = policy.lowConfidenceCap();
            orderAnew();
        }
    }

    /** Takes a policy: where exits start that neither decision nor agent gives a capacity. */
    public void policy(CapacityPolicy policy) {
        synchronized (turn) {
            capacity = policy;
            orderAnew();
        }
    }

    /** Takes a policy: how gently exits treat targets. */
    public void policy(PolitenessPolicy policy) {
        synchronized (turn) {
            politeness.policy(policy);
        }
    }

    /** No policy of this scope says any more how gently exits treat targets. */
    public void politenessRemoved(Scope scope) {
        synchronized (turn) {
            politeness.removed(scope);
        }
    }

    /**
     * A target has blocked an exit, as its answer or a customer says: the exit rests for it, as long as the policy says. Any thread.
     *
     * @param pool that the request was for
     * @param targetHost as telemetry tells it
     */
    public void blocked(String exitId, String pool, String targetHost, String targetClass) {
        KnownExit exit = exits.get(exitId);
        if (exit != null && !targetHost.isEmpty() && politeness.counts()) {
            PolitenessPolicy policy = politeness.policyOf(exit.poolType, pool, targetClass);
            politeness.blocked(exitId, targetHost, policy, nanoClock.getAsLong());
        }
    }

    /** An exit brought an answer of a target with this status; one that is a block by the policy counts as {@link #blocked}. */
    void answered(String exitId, String pool, String targetHost, String targetClass, int status) {
        KnownExit exit = exits.get(exitId);
        if (status >= 400 && exit != null && politeness.counts()) {
            PolitenessPolicy policy = politeness.policyOf(exit.poolType, pool, targetClass);
            if (policy.restStatuses().contains(status)) {
                politeness.blocked(exitId, targetHost, policy, nanoClock.getAsLong());
            }
        }
    }

    // ---- time

    /**
     * The job is heard, or is held silent. Silent: its scores count less and less for {@link PickSettings#blendMs}, then not at
     * all. Heard again: they count at once. May be told again and again.
     */
    public void jobSilent(boolean isSilent) {
        synchronized (turn) {
            blend = blend.told(isSilent, clock.millis());
            silent = isSilent;
            follow();
        }
    }

    /** Lets time pass. Call it about every second. */
    public void tick() {
        roster.second((int) TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong()));
        synchronized (turn) {
            follow();
            part();
            followHours();
            trustAgain();
            long nowMs = clock.millis();
            if (nowMs - forgottenAtMs >= Math.min(FORGET_EVERY_MS, settings.keepOfflineMs())) {
                forgottenAtMs = nowMs;
                exits.values().forEach(exit -> forget(exit, nowMs));
                stays.fit(nowMs);
            }
        }
    }

    private void follow() {
        double share = blend.localShare(clock.millis(), settings.blendMs());
        if (share != ranking.localShare) {
            ranking.localShare = share;
            orderAnew();
        }
    }

    /** Hours begin and end. */
    private void followHours() {
        for (KnownExit exit : timed) {
            synchronized (exit) {
                if (exit.heldBack != isHeldBack(exit)) {
                    settle(exit);
                }
            }
        }
    }

    /** Parts the pools by what has been asked for since. */
    private void part() {
        if (!pools.beginParting()) {
            return;
        }
        for (KnownExit exit : exits.values()) {
            synchronized (exit) {
                if (exit.info != null) {
                    settle(exit);
                }
            }
        }
        pools.parted();
    }

    private void orderAnew() {
        for (KnownExit exit : exits.values()) {
            synchronized (exit) {
                if (exit.info != null) {
                    judgeLocally(exit);
                    rank(exit);
                }
            }
        }
    }

    /** Forgets an exit that nothing holds any more. One that still has slots out stays, or it would be given them twice. */
    private void forget(KnownExit exit, long nowMs) {
        synchronized (exit) {
            if (exit.info != null) {
                watch(exit, nowMs, false);
            }
            boolean held = exit.info != null || exit.score != null || exit.override != null || exit.running() > 0;
            if (!held && nowMs - exit.offlineSinceMs >= settings.keepOfflineMs()) {
                exit.forgotten = true;
                assignments.assign(exit, null, () -> {});
                exits.remove(exit.id, exit);
                roster.remove(exit.number);
            }
        }
    }

    /** Counts the time that an exit was linked since it was counted last. Under its monitor. */
    private void watch(KnownExit exit, long nowMs, boolean dropped) {
        stays.watched(exit.poolType, exit.watchedUntilMs - exit.onlineSinceMs, nowMs - exit.onlineSinceMs, dropped);
        exit.watchedUntilMs = nowMs;
    }

    // ---- views

    public PickCounters counters() {
        return counters;
    }

    /** Shows what happens here as meters. */
    public void bindTo(MeterRegistry metrics) {
        counters.bindTo(metrics, this);
    }

    /** Exits known by link, decision or override. */
    public int knownExits() {
        return exits.size();
    }

    /** Exits with a link here. */
    public int onlineExits() {
        return onlineExits.get();
    }

    /** Exits with a link here that their operators' terms hold back. */
    public int heldBackExits() {
        return heldBackExits.get();
    }

    @Override
    public String objection(String exitId) {
        KnownExit exit = exits.get(exitId);
        if (exit == null) {
            return "";
        }
        synchronized (exit) {
            return exit.objection(clock.instant());
        }
    }

    /** Pools with an exit here, and parts of them by area. */
    public int pools() {
        return pools.size();
    }

    /** Rests of an exit for a target that were begun or lengthened. */
    public long rests() {
        return politeness.rests();
    }

    /** Pairs of exit and target whose politeness was forgotten over the bound. */
    public long politenessForgotten() {
        return politeness.forgotten();
    }

    /** Pairs of exit and target whose politeness is remembered. */
    public long politePairs() {
        return politeness.pairs();
    }

    /** How much local scoring counts, 0 to 1. */
    public double localShare() {
        return ranking.localShare;
    }

    /** What is held of an exit; null: it is not known. */
    public @Nullable Standing standing(String exitId) {
        KnownExit exit = exits.get(exitId);
        if (exit == null) {
            return null;
        }
        synchronized (exit) {
            if (exit.forgotten) {
                return null;
            }
            return new Standing(
                    exitId,
                    exit.info != null,
                    exit.isOpen(),
                    exit.running(),
                    exit.limit(),
                    exit.quality("", ranking.localShare, ranking.cap),
                    exit.score != null,
                    exit.isUnproven(ranking.localShare),
                    exit.objection(clock.instant()));
        }
    }

    // ---- under the lock of the exit

    private void change(String exitId, boolean mayAdd, Consumer<KnownExit> change) {
        while (true) {
            KnownExit exit = exits.get(exitId);
            if (exit == null && mayAdd) {
                exit = added(exitId);
            }
            if (exit == null) {
                return;
            }
            synchronized (exit) {
                if (!exit.forgotten) {
                    change.accept(exit);
                    return;
                }
            }
        }
    }

    private @Nullable KnownExit added(String exitId) {
        if (exits.size() >= settings.maxExits()) {
            counters.exitNotKept();
            return null;
        }
        return exits.computeIfAbsent(exitId, id -> {
            KnownExit exit = new KnownExit(id, roster, nanoClock.getAsLong());
            exit.offlineSinceMs = clock.millis();
            return exit;
        });
    }

    private static LocalHistory history(KnownExit exit) {
        LocalHistory history = exit.history;
        if (history == null) {
            history = new LocalHistory();
            exit.history = history;
        }
        return history;
    }

    /** Brings the terms in line with what is known, and the exit into its pools or out of them. */
    private void settle(KnownExit exit) {
        ExitInfo info = exit.info;
        ExitOverride override = exit.override;
        boolean takenOut = override != null && (override.getKilled() || override.getConsentWithdrawn());
        holdBack(exit, isHeldBack(exit));
        boolean open = info != null && exit.consentTold && !takenOut && !exit.heldBack;
        Terms before = exit.terms;
        if (info == null || !open) {
            exit.terms(Terms.NOBODY, false);
            exit.limit(limit(exit));
            pools.leave(exit, before.pools());
            return;
        }
        Collection<String> declared =
                override == null || override.getPools().isEmpty() ? info.pools() : override.getPools();
        Location location = info.location();
        PoolIndex.Move move = pools.move(before, assignments.pools(exit, declared), location);
        String owner = override == null ? "" : override.getExclusiveTenant();
        Terms next = new Terms(move.joined(), owner, assignments.kept(exit), info.poolType(), location);
        exit.terms(sharedTerms.intern(next), true);
        pools.leave(exit, move.left());
        judgeLocally(exit);
        rank(exit);
        exit.roomChanged();
    }

    private boolean isHeldBack(KnownExit exit) {
        return exit.info != null && !exit.objection(clock.instant()).isEmpty();
    }

    private void holdBack(KnownExit exit, boolean now) {
        if (exit.heldBack != now) {
            exit.heldBack = now;
            heldBackExits.addAndGet(now ? 1 : -1);
        }
    }

    /** Brings the limit and the places in line with what is known. */
    private void rank(KnownExit exit) {
        exit.limit(limit(exit));
        Terms terms = exit.terms;
        for (Pool pool : terms.pools()) {
            pool.put(exit, terms.owner(), exit.stamp());
        }
    }

    private int limit(KnownExit exit) {
        int admitted = admitted(exit);
        return exit.fullAt > 0 ? Math.min(exit.fullAt, admitted) : admitted;
    }

    /** Slots by what is decided, declared and told. */
    private int admitted(KnownExit exit) {
        ExitInfo info = exit.info;
        if (info == null) {
            return 0;
        }
        ExitOverride override = exit.override;
        Score score = exit.score;
        int requests;
        if (override != null && override.getCapacityRequests() > 0) {
            requests = override.getCapacityRequests();
        } else if (score != null && score.capacityRequests > 0) {
            requests = score.capacityRequests;
        } else {
            requests = capacity.startRequests(info.poolType(), info.declaredCapacityRequests());
        }
        if (info.declaredCapacityRequests() > 0) {
            requests = Math.min(requests, info.declaredCapacityRequests());
        }
        if (exit.capacityTold > 0) {
            requests = Math.min(requests, exit.capacityTold);
        }
        return exit.slotsHere(requests);
    }

    private void judgeLocally(KnownExit exit) {
        LocalHistory history = history(exit);
        long nowMs = clock.millis();
        exit.localQuality = (float) history.quality(nowMs, quality);
        exit.locallyUnproven = history.isUnproven(nowMs, quality);
    }

    /** One and the same string for equal names, as long as there are not too many. */
    private String shared(String name) {
        if (sharedNames.size() >= MAX_SHARED_NAMES) {
            return sharedNames.getOrDefault(name, name);
        }
        return sharedNames.computeIfAbsent(name, n -> n);
    }
}
