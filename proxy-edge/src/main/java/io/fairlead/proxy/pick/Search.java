package io.fairlead.proxy.pick;

import io.fairlead.model.policy.PolitenessPolicy;
import io.fairlead.proxy.exit.Location;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread's search for an exit. Kept and used again, so that a pick allocates nothing. Takes no lock: what it
 * reads may change under it, and what counts is decided when a slot is taken.
 *
 * <p>Where at most {@value #FEW} exits come into question, all are looked at, and the rules hold exactly. Where there are more,
 * {@code best} looks at {@value #LOOKS} of the highest half point that has room, and {@code band} draws two at random and
 * weighs them: qualities less than half a point apart are one, and a pick costs the same among a million.
 *
 * <p>A session must come back to its exit, so single requests leave some room on each where they can: {@code band} and {@code hot-cold} look first
 * for exits that have a quarter of their slots beside, and more than the sessions on it want again ({@link SessionWord}); then for the latter alone, and
 * fill one to the brim only when bounded searches find none. {@code best} keeps to its rule. A slot that a session waits for is left to it by all.
 */
final class Search {
    /*
     * A pick among a million exits is as fast as the memory that it waits for, and a line that is not in the cache costs as much as fifty
     * that are. So what it reads lies close together:
     *
     *   - the notes of which buckets have room, and of how many exits (Board): a few lines a board, which stay in the first cache, also
     *     when exploring adds up all buckets;
     *   - the bits of a bucket and its entries (Bucket): dense, some hundred KiB for all that are within a band;
     *   - the word of each exit that is drawn (Roster): one line, by number. It says whether there is room, and a slot is taken in it.
     *
     * Neither the exit's own object nor its terms are looked at. The entry holds the stamp of the terms under which the exit stands on
     * this board, that is, in this pool and for this owner; if the word has the same stamp when the slot is taken, those are its terms.
     * If not, the terms are being changed, or have been since the entry was read; then they are looked at (KnownExit.take).
     */

    static final int FEW = 16;
    static final int LOOKS = 4;
    private static final int ROUNDS = 8;
    private static final int PROBES = 4;
    private static final int SEARCHES = 3;
    private static final int NO_BUCKET = -1;
    private static final int HOT_COLD_DRAWS = 3;

    /** Exits drawn for a session, of which the one that will likeliest stay is taken. */
    private static final int STAY_DRAWS = 8;

    /** A chance to stay that is a hundredth less weighs as much as a tenth of the quality. */
    private static final double STAY_POWER = 10;

    /** A session looks so many times as deep below the best as one request does. */
    private static final double STAY_BANDS = 4;

    /** Share of an exit's slots that single requests leave to sessions while other exits have more. */
    private static final double ROOM_FOR_SESSIONS = 0.25;

    private static final int SPARING_ROUNDS = 4;

    /** Exits looked at for one that has more room than is kept. */
    private static final int SPARING_LOOKS = 64;

    /** Picks at most that don't look for one after such a look was in vain. */
    private static final int MOST_UNSPARING = 15;

    private static final double NANOS_PER_MS = 1e6;

    /** Exits that are found to be kept for another pool before a search gives up, likewise. */
    static final int MAX_KEPT = 10_000;

    /** Exits that are found to rest for a target before a search gives up: all of a million would be looked at. */
    static final int MAX_RESTING = 1_000;

    /** After a vain look for room beside that of sessions: picks that do without one, and how many did the last time. */
    private static final class Restraint {
        private int left;
        private int before;

        boolean holds() {
            if (left == 0) {
                return false;
            }
            left--;
            return true;
        }

        void looked(boolean taken) {
            before = taken ? 0 : Math.min(MOST_UNSPARING, 2 * before + 1);
            left = before;
        }
    }

    /** Where one that is drawn stands. */
    private static final class Draw {

        private @Nullable Board board;
        private @Nullable Bucket bucket;
        private Bucket.@Nullable Page page;
        private int number;
        private int at;
    }

    private final Draw firstDraw = new Draw();
    private final Draw secondDraw = new Draw();
    private final Roster roster;
    private final Politeness politeness;
    private final Stays stays;
    private final LongSupplier nanoClock;
    private final long[] found = new long[FEW];
    private int foundSize;
    private int resumeAt;
    private long seed;

    private @Nullable Pool pool;
    private @Nullable Board exclusive;
    private @Nullable Board shared;
    private Slot into = new Slot();
    private String tenant = "";
    private List<String> tried = List.of();
    private @Nullable Location where;
    private boolean local;
    private boolean exploration;

    /** Exits count only while they have more room than their sessions will want again. */
    private boolean keeping;

    /** Exits count only while they have a share of room beside. */
    private boolean sparing;

    private int looks;

    private final Restraint sparingRestraint = new Restraint();
    private final Restraint keepingRestraint = new Restraint();

    private double stayMs;
    private int leastThousandths;
    private int candidates;

    // Of politeness: empty host, if none is due; how many have to wait for it, and how long the first.
    private String host = "";
    private String poolName = "";
    private String targetClass = "";
    private long nowNanos;
    private int resting;
    private long waitNanos;

    private final AskedDomains asked;
    private int keptFromUs;

    /** @param seed of all chance in searches by this */
    Search(
            Roster roster,
            Politeness politeness,
            TargetDomains domains,
            Stays stays,
            LongSupplier nanoClock,
            long seed) {
        this.roster = roster;
        this.asked = new AskedDomains(domains);
        this.politeness = politeness;
        this.stays = stays;
        this.nanoClock = nanoClock;
        this.seed = seed;
    }

    /**
     * Looks for an exit and takes one of its slots.
     *
     * @param filter where the exit must be; null: all of the pool is there
     * @param least quality that the exit of a session must have, thousandths of a point; 0: any
     * @param isLocal decisions do not count now
     * @param explorationShare share of picks that look for an exit of which too little is known, else for any
     * @param slot filled if one is found
     * @return false: no eligible exit has room
     */
    boolean run(
            Pool among,
            PickRequest request,
            @Nullable Location filter,
            int least,
            double bandPoints,
            boolean isLocal,
            double explorationShare,
            Slot slot) {
        pool = among;
        into = slot;
        tenant = request.tenant();
        tried = request.tried();
        where = filter;
        local = isLocal;
        stayMs = (double) request.stayMs();
        leastThousandths = least;
        exploration = stayMs <= 0 && (random() >>> 11) * 0x1.0p-53 < explorationShare;
        polite(request);
        keptFromUs = 0;
        Pool.Group own = among.exclusiveTo(tenant);
        Pool.Group all = among.shared();
        if (exploration) {
            return search(own == null ? null : own.unproven, all.unproven, PickPolicy.BAND, 0)
                    || search(own == null ? null : own.whole, all.whole, PickPolicy.BAND, 100);
        }
        return search(own == null ? null : own.board(targetClass), all.board(targetClass), among.policy, bandPoints);
    }

    private void polite(PickRequest request) {
        resting = 0;
        waitNanos = Long.MAX_VALUE;
        targetClass = request.targetClass();
        host = politeness.counts() ? request.targetHost() : "";
        if (!host.isEmpty()) {
            poolName = request.pool();
            nowNanos = nanoClock.getAsLong();
        }
    }

    /** Domains that the target of this thread's pick is under: to be set before each run. */
    AskedDomains asked() {
        return asked;
    }

    /** After a search that found nothing: whether exits had room that another pool has for the target alone. */
    boolean hasMetKept() {
        return keptFromUs > 0;
    }

    /** After a search that found nothing, though exits had room that rest for the target: when the first may serve it, ms; else 0. */
    long retryAfterMs() {
        return resting == 0 ? 0 : millis(waitNanos);
    }

    /** Rounded up. */
    static long millis(long nanos) {
        return Math.max(1, (nanos + 999_999) / 1_000_000);
    }

    private boolean search(@Nullable Board ofTenant, Board ofAll, PickPolicy policy, double bandPoints) {
        exclusive = ofTenant;
        shared = ofAll;
        for (int i = 0; ; i++) {
            candidates = 0;
            int moves = moves(ofTenant, ofAll);
            boolean taken =
                    stayMs > 0 ? staying(bandPoints) : sparing(policy, bandPoints) || byPolicy(policy, bandPoints);
            if (taken || i == SEARCHES || moves == moves(ofTenant, ofAll)) {
                return taken;
            }
        }
    }

    /** As the policy says, among those that keep room for sessions: a share of all slots; else what theirs will want again. */
    private boolean sparing(PickPolicy policy, double bandPoints) {
        if (policy == PickPolicy.BEST || exploration) {
            return false;
        }
        return (!sparingRestraint.holds() && bounded(policy, bandPoints, true, sparingRestraint))
                || (!keepingRestraint.holds() && bounded(policy, bandPoints, false, keepingRestraint));
    }

    private boolean bounded(PickPolicy policy, double bandPoints, boolean share, Restraint restraint) {
        keeping = true;
        sparing = share;
        looks = 0;
        boolean taken = byPolicy(policy, bandPoints);
        keeping = false;
        sparing = false;
        restraint.looked(taken);
        return taken;
    }

    private boolean byPolicy(PickPolicy policy, double bandPoints) {
        return switch (policy) {
            case BEST -> best();
            case BAND -> band(bandPoints);
            case HOT_COLD -> hotCold();
        };
    }

    private static int moves(@Nullable Board ofTenant, Board ofAll) {
        return ofTenant == null ? ofAll.moves() : ofTenant.moves() + ofAll.moves();
    }

    // ---- best

    private boolean best() {
        for (int bucket = highest(Board.BUCKETS - 1); bucket >= 0; bucket = highest(bucket - 1)) {
            for (int round = 0; round < ROUNDS; round++) {
                long best = bestIn(exclusive, bucket, bestIn(shared, bucket, Entry.NONE));
                if (best == Entry.NONE) {
                    break;
                }
                if (take(best)) {
                    return true;
                }
            }
            if (firstIn(bucket)) {
                return true;
            }
        }
        return false;
    }

    private long bestIn(@Nullable Board board, int number, long before) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return before;
        }
        Bucket.Page page = bucket.page;
        RoomBits room = page.room;
        boolean few = room.count() <= FEW;
        int start = few ? 0 : random(Math.max(1, bucket.size));
        int left = few ? 2 * FEW : LOOKS;
        long best = before;
        boolean again = start > 0;
        for (int at = room.next(start); left > 0; at = room.next(at + 1)) {
            if (at < 0) {
                if (!again) {
                    break;
                }
                again = false;
                at = room.next(0);
                if (at < 0) {
                    break;
                }
            }
            left--;
            long entry = eligible(board, bucket, page, number, at);
            if (entry != Entry.NONE && (best == Entry.NONE || isBetter(entry, best))) {
                best = entry;
            }
        }
        return best;
    }

    private boolean isBetter(long one, long other) {
        if (Entry.thousandths(one) != Entry.thousandths(other)) {
            return Entry.thousandths(one) > Entry.thousandths(other);
        }
        int available = available(one);
        int otherAvailable = available(other);
        if (available != otherAvailable) {
            return available > otherAvailable;
        }
        return roster.lastUsedNanos(Entry.number(one)) - roster.lastUsedNanos(Entry.number(other)) < 0;
    }

    // ---- band

    private boolean band(double points) {
        int top = highest(Board.BUCKETS - 1);
        while (top >= 0 && !(keeping && looks >= SPARING_LOOKS)) {
            int bottom = Math.max(0, (int) Math.floor(top - points * Board.BUCKETS_PER_POINT));
            int count = withRoom(top, bottom);
            if (count <= FEW ? amongFew(top, bottom, points) : amongMany(top, bottom, count, points)) {
                return true;
            }
            top = resumeAt;
        }
        return false;
    }

    private boolean amongFew(int top, int bottom, double points) {
        foundSize = 0;
        for (int bucket = top; bucket >= bottom; bucket = highest(bucket - 1)) {
            collect(exclusive, bucket);
            collect(shared, bucket);
        }
        if (foundSize == 0) {
            resumeAt = highest(bottom - 1);
            return false;
        }
        int best = 0;
        for (int i = 0; i < foundSize; i++) {
            best = Math.max(best, Entry.thousandths(found[i]));
        }
        if (Board.bucketOf(best) < top) {
            // The top has only exits that are not eligible: the band begins further down, and reaches lower.
            resumeAt = highest(Math.min(top - 1, Board.bucketOf(best)));
            return false;
        }
        keepFrom(best - Entry.thousandths(points));
        while (foundSize > 0) {
            int chosen = weighted();
            if (take(found[chosen])) {
                return true;
            }
            found[chosen] = found[--foundSize];
        }
        resumeAt = highest(top - 1);
        return false;
    }

    private void collect(@Nullable Board board, int number) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return;
        }
        Bucket.Page page = bucket.page;
        for (int at = page.room.next(0); at >= 0 && foundSize < FEW; at = page.room.next(at + 1)) {
            long entry = eligible(board, bucket, page, number, at);
            if (entry != Entry.NONE) {
                found[foundSize++] = entry;
            }
        }
    }

    private void keepFrom(int thousandths) {
        for (int i = foundSize - 1; i >= 0; i--) {
            if (Entry.thousandths(found[i]) < thousandths) {
                found[i] = found[--foundSize];
            }
        }
    }

    /** One of those found, by weight. An exit that has just become full weighs one, so that the sum is never nothing. */
    private int weighted() {
        int sum = 0;
        for (int i = 0; i < foundSize; i++) {
            sum += weight(found[i]);
        }
        int left = random(sum);
        for (int i = 0; i < foundSize - 1; i++) {
            left -= weight(found[i]);
            if (left < 0) {
                return i;
            }
        }
        return foundSize - 1;
    }

    private int weight(long entry) {
        return Math.max(1, available(entry));
    }

    private boolean amongMany(int top, int bottom, int count, double points) {
        int floor = Entry.thousandths((double) top / Board.BUCKETS_PER_POINT - points);
        for (int round = 0; round < (keeping ? SPARING_ROUNDS : ROUNDS); round++) {
            draw(top, bottom, count, firstDraw);
            draw(top, bottom, count, secondDraw);
            long one = within(firstDraw, floor); // both are drawn by now: their words are waited for at once
            long other = within(secondDraw, floor);
            if (one == Entry.NONE || (other != Entry.NONE && random(weight(one) + weight(other)) >= weight(one))) {
                one = other;
            }
            if (one != Entry.NONE && take(one)) {
                return true;
            }
        }
        for (int bucket = top; !keeping && bucket >= bottom; bucket = highest(bucket - 1)) {
            if (firstIn(bucket)) {
                return true;
            }
        }
        resumeAt = highest(bottom - 1);
        return false;
    }

    private void draw(int top, int bottom, int count, Draw into) {
        into.page = null;
        int left = random(count);
        for (int bucket = top; bucket >= bottom; bucket--) {
            int ofTenant = withRoom(exclusive, bucket);
            int ofAll = withRoom(shared, bucket);
            if (left < ofTenant + ofAll) {
                drawIn(left < ofTenant ? exclusive : shared, bucket, into);
                return;
            }
            left -= ofTenant + ofAll;
        }
    }

    /** Any with room: at random, where every {@value #PROBES}th or so has; else the next after a place at random. */
    private void drawIn(@Nullable Board board, int number, Draw into) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return;
        }
        Bucket.Page page = bucket.page;
        int size = Math.max(1, Math.min(bucket.size, page.length()));
        int at = random(size);
        for (int probe = 1; probe < PROBES && !page.room.get(at); probe++) {
            at = random(size);
        }
        if (!page.room.get(at)) {
            at = page.room.next(at);
            if (at < 0) {
                at = page.room.next(0);
            }
        }
        if (at >= 0) {
            into.board = board;
            into.bucket = bucket;
            into.page = page;
            into.number = number;
            into.at = at;
        }
    }

    /** Who was drawn, if a slot may be had of it and it is within the band; else {@link Entry#NONE}. */
    private long within(Draw draw, int floor) {
        Bucket bucket = draw.bucket;
        Bucket.Page page = draw.page;
        if (bucket == null || page == null) {
            return Entry.NONE;
        }
        long entry = eligible(draw.board, bucket, page, draw.number, draw.at);
        return entry == Entry.NONE || Entry.thousandths(entry) < floor ? Entry.NONE : entry;
    }

    // ---- hot-cold

    private boolean hotCold() {
        Pool among = pool;
        int top = highest(Board.BUCKETS - 1);
        int count = withRoom(top, 0);
        for (int round = 0; among != null && count > 0 && round < (keeping ? SPARING_ROUNDS : ROUNDS); round++) {
            double hot = among.hot.value();
            long chosen = Entry.NONE;
            for (int i = 0; i < HOT_COLD_DRAWS; i++) {
                draw(top, 0, count, firstDraw);
                long entry = within(firstDraw, 0);
                if (entry != Entry.NONE) {
                    among.hot.drawn(load(entry));
                    chosen = chosen == Entry.NONE || isPreferred(entry, chosen, hot) ? entry : chosen;
                }
            }
            if (chosen != Entry.NONE && take(chosen)) {
                return true;
            }
        }
        return !keeping && best();
    }

    private boolean isPreferred(long one, long other, double hot) {
        double load = load(one);
        double otherLoad = load(other);
        if (load <= hot && otherLoad <= hot) {
            return roster.connectUs(Entry.number(one)) < roster.connectUs(Entry.number(other));
        }
        return load < otherLoad;
    }

    private double load(long entry) {
        long word = roster.word(Entry.number(entry));
        return (double) SlotWord.running(word) / Math.max(1, SlotWord.limit(word));
    }

    // ---- sessions

    /** Among those that are good enough, one that will likely stay and has room for when the session comes back; if none can be had, as for one request. */
    private boolean staying(double points) {
        int top = highest(Board.BUCKETS - 1);
        int bottom = Math.max(Board.bucketOf(leastThousandths), (int)
                Math.floor(top - STAY_BANDS * points * Board.BUCKETS_PER_POINT));
        int count = top < bottom ? 0 : withRoom(top, bottom);
        long now = nanoClock.getAsLong();
        keeping = true;
        boolean taken = count > 0 && staying(top, bottom, count, now);
        keeping = false;
        return taken || (leastThousandths == 0 && band(points));
    }

    private boolean staying(int top, int bottom, int count, long now) {
        for (int round = 0; round < ROUNDS; round++) {
            long chosen = Entry.NONE;
            double most = -1;
            for (int i = 0; i < STAY_DRAWS; i++) {
                draw(top, bottom, count, firstDraw);
                long entry = within(firstDraw, leastThousandths);
                double worth = entry == Entry.NONE ? -1 : worth(entry, now);
                if (worth > most) {
                    chosen = entry;
                    most = worth;
                }
            }
            if (chosen != Entry.NONE && take(chosen)) {
                return true;
            }
        }
        return false;
    }

    /** The chance that it stays counts most, since what breaks a session breaks all of it; then quality, and that there will be room next time. */
    private double worth(long entry, long now) {
        int number = Entry.number(entry);
        double room = (double) room(roster.word(number), number);
        return Math.pow(stay(entry, now), STAY_POWER) * Entry.thousandths(entry) * room / (1 + room);
    }

    private double stay(long entry, long now) {
        int number = Entry.number(entry);
        KnownExit exit = roster.exit(number);
        double ageMs = (double) (now - roster.upSinceNanos(number)) / NANOS_PER_MS;
        return exit == null ? 0 : stays.stay(exit.poolType, Math.max(0, ageMs), stayMs);
    }

    // ---- what all use

    /** Exits with room from one bucket down to another, about. */
    private int withRoom(int top, int bottom) {
        int count = 0;
        for (int bucket = top; bucket >= bottom; bucket--) {
            count += withRoom(exclusive, bucket) + withRoom(shared, bucket);
        }
        return count;
    }

    /** Takes a slot of the first in a bucket that gives one, after a place at random. */
    private boolean firstIn(int number) {
        return firstIn(exclusive, number) || firstIn(shared, number);
    }

    private boolean firstIn(@Nullable Board board, int number) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return false;
        }
        Bucket.Page page = bucket.page;
        int start = random(Math.max(1, bucket.size));
        return firstIn(board, bucket, page, number, start, Integer.MAX_VALUE)
                || firstIn(board, bucket, page, number, 0, start);
    }

    private boolean firstIn(@Nullable Board board, Bucket bucket, Bucket.Page page, int number, int from, int before) {
        for (int at = page.room.next(from);
                at >= 0 && at < before && resting < MAX_RESTING && keptFromUs < MAX_KEPT;
                at = page.room.next(at + 1)) {
            long entry = eligible(board, bucket, page, number, at);
            if (entry != Entry.NONE && take(entry)) {
                return true;
            }
        }
        return false;
    }

    /** Who stands here, if a slot may be had of it; else {@link Entry#NONE}. */
    private long eligible(@Nullable Board board, Bucket bucket, Bucket.Page page, int number, int at) {
        long entry = page.get(at);
        long word = entry == Entry.NONE ? 0 : roster.word(Entry.number(entry));
        if (!SlotWord.hasRoom(word)) {
            if (board != null) {
                board.look(bucket, number, at);
            }
            return Entry.NONE;
        }
        looks++;
        if (keeping && room(word, Entry.number(entry)) <= 0) {
            return Entry.NONE;
        }
        if (!keeping && SlotWord.available(word) <= roster.waitingSessions(Entry.number(entry))) {
            return Entry.NONE;
        }
        if ((where != null || !tried.isEmpty() || !host.isEmpty() || !asked.isEmpty()) && !isAskedFor(entry)) {
            return Entry.NONE;
        }
        candidates++;
        return entry;
    }

    /** Slots beside those that are kept. */
    private long room(long word, int number) {
        long beside = (long) SlotWord.available(word) - roster.keptForSessions(number);
        return sparing
                ? Math.min(beside, SlotWord.available(word) - Math.round(ROOM_FOR_SESSIONS * SlotWord.limit(word)))
                : beside;
    }

    private boolean isAskedFor(long entry) {
        KnownExit exit = roster.exit(Entry.number(entry));
        Location place = where;
        if (exit == null || (place != null && !place.covers(exit.terms.location()))) {
            return false;
        }
        if (!asked.isEmpty() && asked.areKept(exit.terms)) {
            keptFromUs++;
            return false;
        }
        for (int i = 0; i < tried.size(); i++) {
            if (tried.get(i).equals(exit.id)) {
                return false;
            }
        }
        return host.isEmpty() || !rests(exit);
    }

    private boolean rests(KnownExit exit) {
        Politeness.Conduct conduct = politeness.known(exit.id, host);
        long wait = conduct == null ? 0 : conduct.waitNanos(policyFor(exit), nowNanos);
        if (wait <= 0) {
            return false;
        }
        resting++;
        waitNanos = Math.min(waitNanos, wait);
        return true;
    }

    private PolitenessPolicy policyFor(KnownExit exit) {
        return politeness.policyOf(exit.poolType, poolName, targetClass);
    }

    /** Takes a slot where politeness is due: the request is counted first, and no more if there is no slot. */
    private boolean takeGently(long entry) {
        KnownExit exit = roster.exit(Entry.number(entry));
        if (exit == null) {
            return false;
        }
        PolitenessPolicy policy = policyFor(exit);
        if (!policy.holdsBack()) {
            return takeSlot(entry);
        }
        Politeness.Conduct conduct = politeness.of(exit.id, host, nowNanos);
        if (!conduct.admit(policy, nowNanos)) {
            rests(exit);
            return false;
        }
        if (takeSlot(entry)) {
            return true;
        }
        conduct.giveBack(policy);
        return false;
    }

    private boolean take(long entry) {
        return host.isEmpty() ? takeSlot(entry) : takeGently(entry);
    }

    private boolean takeSlot(long entry) {
        int number = Entry.number(entry);
        Pool among = pool;
        if (among == null) {
            return false;
        }
        long word = roster.take(number, Entry.stamp(entry));
        if (word == Roster.NOT_TAKEN) {
            KnownExit exit = roster.exit(number);
            word = exit == null ? Roster.NOT_TAKEN : exit.take(among, tenant, where, asked);
        }
        if (word == Roster.NOT_TAKEN) {
            return false;
        }
        if (among.policy == PickPolicy.BEST) {
            roster.lastUsed(number, nanoClock.getAsLong()); // nobody else asks for it
        }
        into.fill(
                roster,
                number,
                SlotWord.running(word),
                SlotWord.limit(word),
                local || !Entry.isDecided(entry),
                exploration,
                Math.max(1, candidates),
                among.policy.word());
        if (stayMs > 0) {
            into.ofSession();
            roster.sessionGoesOn(number);
        }
        return true;
    }

    private int available(long entry) {
        return SlotWord.available(roster.word(Entry.number(entry)));
    }

    private static int withRoom(@Nullable Board board, int bucket) {
        return board == null ? 0 : board.withRoom(bucket);
    }

    /** The highest bucket with room, from this one down. */
    private int highest(int from) {
        if (from < 0) {
            return NO_BUCKET;
        }
        int word = from >>> 6;
        long bits = bucketsWithRoom(word) & (-1L >>> (63 - (from & 63)));
        while (bits == 0) {
            if (--word < 0) {
                return NO_BUCKET;
            }
            bits = bucketsWithRoom(word);
        }
        return (word << 6) + 63 - Long.numberOfLeadingZeros(bits);
    }

    private long bucketsWithRoom(int word) {
        Board ofAll = shared;
        Board ofTenant = exclusive;
        long bits = ofAll == null ? 0 : ofAll.bucketsWithRoom(word);
        return ofTenant == null ? bits : bits | ofTenant.bucketsWithRoom(word);
    }

    /** 0 to bound − 1. */
    private int random(int bound) {
        return (int) (((random() >>> 33) * bound) >>> 31);
    }

    /** By SplitMix64 (Steele, Lea, Flood, 2014). */
    private long random() {
        seed += 0x9E3779B97F4A7C15L;
        long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
