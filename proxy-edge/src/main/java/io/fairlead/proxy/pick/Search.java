package io.fairlead.proxy.pick;

import io.fairlead.proxy.exit.Location;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thread's search for an exit. Kept and used again, so that a pick allocates nothing but its slot. Takes no lock: what it
 * reads may change under it, and what counts is decided by {@link KnownExit#take}.
 *
 * <p>Where at most {@value #FEW} exits come into question, all are looked at, and the rules hold exactly. Where there are more,
 * {@code best} looks at {@value #LOOKS} of the highest half point that has room, and {@code band} draws two at random and
 * weighs them: qualities less than half a point apart are one, and a pick costs the same among a million.
 */
final class Search {

    static final int FEW = 16;
    static final int LOOKS = 4;
    private static final int ROUNDS = 8;
    private static final int PROBES = 4;
    private static final int SEARCHES = 3;
    private static final int NO_BUCKET = -1;

    private final @Nullable Place[] found = new Place[FEW];
    private int foundSize;
    private int resumeAt;
    private long seed;

    private @Nullable Pool pool;
    private @Nullable Board exclusive;
    private @Nullable Board shared;
    private String tenant = "";
    private List<String> tried = List.of();
    private @Nullable Location where;
    private boolean local;
    private boolean exploration;
    private int candidates;

    /**
     * Looks for an exit and takes one of its slots.
     *
     * @param filter where the exit must be; null: all of the pool is there
     * @param isLocal decisions do not count now
     * @param explore look for one of which too little is known, else for any
     * @param seed of all chance in this search
     * @return null: no eligible exit has room
     */
    @Nullable
    Taken run(
            Pool among,
            PickRequest request,
            @Nullable Location filter,
            double bandPoints,
            boolean isLocal,
            boolean explore,
            long seed) {
        this.seed = seed;
        pool = among;
        tenant = request.tenant();
        tried = request.tried();
        where = filter;
        local = isLocal;
        Pool.Group own = among.exclusiveTo(tenant);
        Pool.Group all = among.shared();
        if (explore) {
            exploration = true;
            Taken taken = search(own == null ? null : own.unproven, all.unproven, PickPolicy.BAND, 0);
            if (taken == null) {
                taken = search(own == null ? null : own.whole, all.whole, PickPolicy.BAND, 100);
            }
            return taken;
        }
        exploration = false;
        String targetClass = request.targetClass();
        return search(own == null ? null : own.board(targetClass), all.board(targetClass), among.policy, bandPoints);
    }

    private @Nullable Taken search(@Nullable Board ofTenant, Board ofAll, PickPolicy policy, double bandPoints) {
        exclusive = ofTenant;
        shared = ofAll;
        for (int i = 0; ; i++) {
            candidates = 0;
            int moves = moves(ofTenant, ofAll);
            Taken taken = policy == PickPolicy.BEST ? best() : band(bandPoints);
            if (taken != null || i == SEARCHES || moves == moves(ofTenant, ofAll)) {
                return taken;
            }
        }
    }

    private static int moves(@Nullable Board ofTenant, Board ofAll) {
        return ofTenant == null ? ofAll.moves() : ofTenant.moves() + ofAll.moves();
    }

    // ---- best

    private @Nullable Taken best() {
        for (int bucket = highest(Board.BUCKETS - 1); bucket >= 0; bucket = highest(bucket - 1)) {
            for (int round = 0; round < ROUNDS; round++) {
                Place best = bestIn(exclusive, bucket, bestIn(shared, bucket, null));
                if (best == null) {
                    break;
                }
                Taken taken = take(best);
                if (taken != null) {
                    return taken;
                }
            }
            Taken taken = firstIn(bucket);
            if (taken != null) {
                return taken;
            }
        }
        return null;
    }

    private @Nullable Place bestIn(@Nullable Board board, int number, @Nullable Place before) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return before;
        }
        Bucket.Page page = bucket.page;
        RoomBits room = page.room;
        boolean few = room.count() <= FEW;
        int start = few ? 0 : random(Math.max(1, bucket.size));
        int left = few ? 2 * FEW : LOOKS;
        Place best = before;
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
            Place place = eligible(board, bucket, page, number, at);
            if (place != null && (best == null || isBetter(place, best))) {
                best = place;
            }
        }
        return best;
    }

    private static boolean isBetter(Place one, Place other) {
        if (one.quality != other.quality) {
            return one.quality > other.quality;
        }
        int available = one.exit.available();
        int otherAvailable = other.exit.available();
        if (available != otherAvailable) {
            return available > otherAvailable;
        }
        return one.exit.lastUsedNanos - other.exit.lastUsedNanos < 0;
    }

    // ---- band

    private @Nullable Taken band(double points) {
        int top = highest(Board.BUCKETS - 1);
        while (top >= 0) {
            int bottom = Math.max(0, (int) Math.floor(top - points * Board.BUCKETS_PER_POINT));
            int count = 0;
            for (int bucket = top; bucket >= bottom; bucket = highest(bucket - 1)) {
                count += withRoom(exclusive, bucket) + withRoom(shared, bucket);
            }
            Taken taken = count <= FEW ? amongFew(top, bottom, points) : amongMany(top, bottom, count, points);
            if (taken != null) {
                return taken;
            }
            top = resumeAt;
        }
        return null;
    }

    private @Nullable Taken amongFew(int top, int bottom, double points) {
        foundSize = 0;
        for (int bucket = top; bucket >= bottom; bucket = highest(bucket - 1)) {
            collect(exclusive, bucket);
            collect(shared, bucket);
        }
        float best = -1;
        for (int i = 0; i < foundSize; i++) {
            best = Math.max(best, at(i).quality);
        }
        if (foundSize == 0) {
            resumeAt = highest(bottom - 1);
            return null;
        }
        if (Board.bucketOf(best) < top) {
            // The top has only exits that are not eligible: the band begins further down, and reaches lower.
            resumeAt = highest(Math.min(top - 1, Board.bucketOf(best)));
            return null;
        }
        keepFrom(best - points);
        while (foundSize > 0) {
            int chosen = weighted();
            Taken taken = take(at(chosen));
            if (taken != null) {
                return taken;
            }
            found[chosen] = found[--foundSize];
        }
        resumeAt = highest(top - 1);
        return null;
    }

    private void collect(@Nullable Board board, int number) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return;
        }
        Bucket.Page page = bucket.page;
        for (int at = page.room.next(0); at >= 0 && foundSize < FEW; at = page.room.next(at + 1)) {
            Place place = eligible(board, bucket, page, number, at);
            if (place != null) {
                found[foundSize++] = place;
            }
        }
    }

    private void keepFrom(double quality) {
        for (int i = foundSize - 1; i >= 0; i--) {
            if (at(i).quality < quality) {
                found[i] = found[--foundSize];
            }
        }
    }

    /** One of those found, by weight. An exit that has just become full weighs one, so that the sum is never nothing. */
    private int weighted() {
        int sum = 0;
        for (int i = 0; i < foundSize; i++) {
            sum += weight(at(i));
        }
        int left = random(sum);
        for (int i = 0; i < foundSize - 1; i++) {
            left -= weight(at(i));
            if (left < 0) {
                return i;
            }
        }
        return foundSize - 1;
    }

    private static int weight(Place place) {
        return Math.max(1, place.exit.available());
    }

    private Place at(int index) {
        Place place = found[index];
        if (place == null) {
            throw new IllegalStateException("nothing was found at " + index + " of " + foundSize);
        }
        return place;
    }

    private @Nullable Taken amongMany(int top, int bottom, int count, double points) {
        double floor = (double) top / Board.BUCKETS_PER_POINT - points;
        for (int round = 0; round < ROUNDS; round++) {
            Place one = draw(top, bottom, count, floor);
            Place other = draw(top, bottom, count, floor);
            if (one == null || (other != null && random(weight(one) + weight(other)) >= weight(one))) {
                one = other;
            }
            Taken taken = one == null ? null : take(one);
            if (taken != null) {
                return taken;
            }
        }
        for (int bucket = top; bucket >= bottom; bucket = highest(bucket - 1)) {
            Taken taken = firstIn(bucket);
            if (taken != null) {
                return taken;
            }
        }
        resumeAt = highest(bottom - 1);
        return null;
    }

    private @Nullable Place draw(int top, int bottom, int count, double floor) {
        int left = random(count);
        for (int bucket = top; bucket >= bottom; bucket = highest(bucket - 1)) {
            int ofTenant = withRoom(exclusive, bucket);
            int ofAll = withRoom(shared, bucket);
            if (left < ofTenant + ofAll) {
                Place place = anyIn(left < ofTenant ? exclusive : shared, bucket);
                return place == null || place.quality < floor ? null : place;
            }
            left -= ofTenant + ofAll;
        }
        return null;
    }

    /** Any with room: at random, where every {@value #PROBES}th or so has; else the next after a place at random. */
    private @Nullable Place anyIn(@Nullable Board board, int number) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return null;
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
        return at < 0 ? null : eligible(board, bucket, page, number, at);
    }

    // ---- what both use

    /** Takes a slot of the first in a bucket that gives one, after a place at random. */
    private @Nullable Taken firstIn(int number) {
        Taken taken = firstIn(exclusive, number);
        return taken == null ? firstIn(shared, number) : taken;
    }

    private @Nullable Taken firstIn(@Nullable Board board, int number) {
        Bucket bucket = board == null ? null : board.bucket(number);
        if (bucket == null) {
            return null;
        }
        Bucket.Page page = bucket.page;
        int start = random(Math.max(1, bucket.size));
        Taken taken = firstIn(board, bucket, page, number, start, Integer.MAX_VALUE);
        return taken == null ? firstIn(board, bucket, page, number, 0, start) : taken;
    }

    private @Nullable Taken firstIn(
            @Nullable Board board, Bucket bucket, Bucket.Page page, int number, int from, int before) {
        for (int at = page.room.next(from); at >= 0 && at < before; at = page.room.next(at + 1)) {
            Place place = eligible(board, bucket, page, number, at);
            Taken taken = place == null ? null : take(place);
            if (taken != null) {
                return taken;
            }
        }
        return null;
    }

    private @Nullable Place eligible(@Nullable Board board, Bucket bucket, Bucket.Page page, int number, int at) {
        Place place = page.get(at);
        if (place == null || !place.exit.hasRoom()) {
            if (board != null) {
                board.look(bucket, number, at);
            }
            return null;
        }
        Location asked = where;
        if (asked != null && !asked.covers(place.exit.terms.location())) {
            return null;
        }
        for (int i = 0; i < tried.size(); i++) {
            if (tried.get(i).equals(place.exit.id)) {
                return null;
            }
        }
        candidates++;
        return place;
    }

    private @Nullable Taken take(Place place) {
        Pool among = pool;
        return among == null
                ? null
                : place.exit.take(among, tenant, where, local, exploration, Math.max(1, candidates), among.policy);
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

    /** 0 to bound − 1, by SplitMix64. */
    private int random(int bound) {
        seed += 0x9E3779B97F4A7C15L;
        long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return (int) (((z >>> 33) * bound) >>> 31);
    }
}
