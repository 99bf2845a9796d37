package io.fairlead.proxy.pick;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The exits of one pool and one owner in the order of their quality for one class of targets: a bucket for each half point, and
 * a bit for each bucket with room. Exits are moved under the pool's lock; readers, and whoever takes or gives back a
 * slot, take none.
 *
 * <p>An exit stands in its new bucket before it leaves the old one, so a reader may meet it twice; one that comes by from
 * above while an exit rises past it may miss it, and finds {@link #moves} changed.
 */
final class Board {
    /*
     * How bits stay right without a lock. An exit's state says whether it has room; the bit is a note of it, made after the
     * state has changed: read where the exit stands, look at that bit, and again if it has moved meanwhile (or its bucket got
     * another page). Whoever moves an exit tells where it stands first and looks at the bit afterwards. So of two that
     * cross, the later one sees the other's change. A bit may be noted for a place where another exit stands by now: setting
     * it does no harm (readers check), and clearing is followed by another look (RoomBits).
     */

    static final int BUCKETS_PER_POINT = 2;
    private static final int THOUSANDTHS_PER_BUCKET = 1_000 / BUCKETS_PER_POINT;
    static final int BUCKETS = 100 * BUCKETS_PER_POINT + 1;

    final String targetClass;
    private final AtomicReferenceArray<@Nullable Bucket> buckets = new AtomicReferenceArray<>(BUCKETS);
    private final AtomicInteger moves = new AtomicInteger();
    private final AtomicLongArray withRoom = new AtomicLongArray((BUCKETS + 63) / 64);

    /** Exits with room in each bucket, noted side by side: a pick adds up those of a whole band. */
    private final AtomicIntegerArray roomy = new AtomicIntegerArray(BUCKETS);

    private final Roster roster;

    /** @param targetClass class whose quality counts here; empty: the quality over all */
    Board(String targetClass, Roster roster) {
        this.targetClass = targetClass;
        this.roster = roster;
    }

    static int bucketOf(int thousandths) {
        return thousandths / THOUSANDTHS_PER_BUCKET;
    }

    @Nullable
    Bucket bucket(int index) {
        return buckets.get(index);
    }

    /** Exits with room in a bucket, about. */
    int withRoom(int bucket) {
        return roomy.getOpaque(bucket);
    }

    /** Rises before an exit leaves the place where it stood. */
    int moves() {
        return moves.get();
    }

    /** Word of the bits that say which buckets have room. */
    long bucketsWithRoom(int word) {
        return withRoom.get(word);
    }

    /**
     * Puts an exit where its quality belongs, from wherever it stood. Under the pool's lock.
     *
     * @param stamp of the terms under which it is to be taken from here
     * @param decided the quality is a decision's
     */
    void put(Place place, int stamp, boolean decided, double quality) {
        int thousandths = Entry.thousandths(quality);
        int number = bucketOf(thousandths);
        long entry = Entry.of(place.exit.number, stamp, decided, thousandths);
        long from = place.at;
        Bucket into = buckets.get(number);
        if (into == null) {
            into = new Bucket(roster);
            buckets.set(number, into);
        }
        if (from != Place.NOWHERE && Place.bucket(from) == number) {
            into.set(Place.index(from), entry);
            look(into, number, Place.index(from));
            return;
        }
        int index = into.add(place, entry);
        place.at = Place.at(number, index);
        look(into, number, index);
        if (from != Place.NOWHERE) {
            leave(from);
        }
    }

    /** Takes an exit off. Under the pool's lock. */
    void remove(Place place) {
        long from = place.at;
        if (from != Place.NOWHERE) {
            place.at = Place.NOWHERE;
            leave(from);
        }
    }

    private void leave(long from) {
        Bucket bucket = buckets.get(Place.bucket(from));
        if (bucket == null) {
            throw new IllegalStateException("an exit stands in bucket " + Place.bucket(from) + ", which is not there");
        }
        Place moved = bucket.remove(Place.index(from));
        if (moved != null) {
            moved.at = from;
            look(bucket, Place.bucket(from), Place.index(from));
        }
        moves.getAndIncrement();
        bucket.dropLast();
        lookAtBucket(bucket, Place.bucket(from));
    }

    /** Notes whether an exit has room, after that has changed. Any thread. */
    void roomChanged(Place place) {
        while (true) {
            long at = place.at;
            Bucket bucket = at == Place.NOWHERE ? null : buckets.get(Place.bucket(at));
            if (bucket == null) {
                return;
            }
            Bucket.Page page = bucket.page;
            look(bucket, Place.bucket(at), Place.index(at));
            if (place.at == at && bucket.page == page) {
                return;
            }
        }
    }

    /** Makes the bit of a place say what its exit says now. Any thread. */
    void look(Bucket bucket, int number, int index) {
        bucket.page.look(index);
        lookAtBucket(bucket, number);
    }

    private void lookAtBucket(Bucket bucket, int number) {
        count(bucket, number);
        long mask = 1L << number;
        boolean noted = (withRoom.get(number >>> 6) & mask) != 0;
        if (!bucket.page.room.isEmpty()) {
            if (!noted) {
                withRoom.getAndUpdate(number >>> 6, bits -> bits | mask);
            }
        } else if (noted) {
            withRoom.getAndUpdate(number >>> 6, bits -> bits & ~mask);
            if (!bucket.page.room.isEmpty()) {
                withRoom.getAndUpdate(number >>> 6, bits -> bits | mask);
            }
        }
    }

    /** Whoever notes last has looked once more: when all is quiet, the note is right. */
    private void count(Bucket bucket, int number) {
        int seen = bucket.page.room.count();
        while (roomy.get(number) != seen) {
            roomy.set(number, seen);
            seen = bucket.page.room.count();
        }
    }
}
