package io.fairlead.proxy.pick;

import io.fairlead.model.local.LocalHistory;
import io.fairlead.model.local.ScoreBlend;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.Location;
import io.fairlead.schemas.config.ExitOverride;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One exit: its slots, its terms, and what is known of it.
 *
 * <p>Slots are taken and given back by any thread without a lock. All of the slots' state is one word, so that taking one is a
 * single compare-and-set against the limit and the terms as they are: once a change of either has returned, no slot is taken
 * under the former ones. The rest is changed under the exit's monitor.
 */
final class KnownExit {
    /*
     * bits  0-23  slots taken
     *      24-47  limit: slots that may be taken
     *      48-61  stamp of the terms: rises with every change, so that a slot can't be taken under terms read before it
     *      62     open: it may be chosen at all
     */

    static final int MAX_REQUESTS = (1 << 24) - 1;
    private static final int LIMIT_SHIFT = 24;
    private static final int STAMP_SHIFT = 48;
    private static final long STAMP_MASK = ((1L << 14) - 1) << STAMP_SHIFT;
    private static final long OPEN = 1L << 62;
    private static final VarHandle STATE;
    private static final VarHandle PLACES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(KnownExit.class, "state", long.class);
            PLACES = lookup.findVarHandle(KnownExit.class, "places", Place[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final String id;
    private volatile long state;
    private volatile Place[] places = {};
    volatile Terms terms = Terms.NOBODY;
    volatile @Nullable Score score;
    volatile float localQuality;
    volatile boolean locallyUnproven = true;
    volatile long lastUsedNanos;

    // Under the monitor. Most exits that a decision tells of are never linked here: they need no history.
    @Nullable
    LocalHistory history;

    @Nullable
    ExitInfo info;

    @Nullable
    ExitOverride override;

    boolean consentTold;
    int capacityTold;
    int runningElsewhere;
    private int elsewhereBefore;
    long offlineSinceMs;
    boolean forgotten;

    KnownExit(String id, long nowNanos) {
        this.id = id;
        this.lastUsedNanos = nowNanos;
    }

    // ---- slots

    private static int running(long state) {
        return (int) state & MAX_REQUESTS;
    }

    private static int limit(long state) {
        return (int) (state >>> LIMIT_SHIFT) & MAX_REQUESTS;
    }

    private static boolean hasRoom(long state) {
        return (state & OPEN) != 0 && running(state) < limit(state);
    }

    boolean hasRoom() {
        return hasRoom(state);
    }

    int running() {
        return running(state);
    }

    int limit() {
        return limit(state);
    }

    /** Slots that may still be taken. */
    int available() {
        long now = state;
        return (now & OPEN) == 0 ? 0 : Math.max(0, limit(now) - running(now));
    }

    /**
     * Takes a slot.
     *
     * @param where null: anywhere that the pool reaches
     * @return null: it has no room, or may not be chosen for this pool, tenant and place
     */
    @Nullable
    Taken take(
            Pool pool,
            String tenant,
            @Nullable Location where,
            boolean local,
            boolean exploration,
            int candidates,
            PickPolicy policy) {
        while (true) {
            long before = state;
            Terms now = terms;
            if (!hasRoom(before) || !now.admit(pool, tenant, where)) {
                return null;
            }
            long after = before + 1;
            if (STATE.compareAndSet(this, before, after)) {
                if (!hasRoom(after)) {
                    roomChanged();
                }
                return new Taken(
                        this, now, local ? null : score, running(after), limit(after), exploration, candidates, policy);
            }
        }
    }

    /** Gives a slot back. */
    void giveBack() {
        long before = (long) STATE.getAndAdd(this, -1L);
        if (!hasRoom(before) && hasRoom(before - 1)) {
            roomChanged();
        }
    }

    /** Says how many slots there are. */
    void limit(int requests) {
        long wanted = (long) Math.max(0, Math.min(MAX_REQUESTS, requests)) << LIMIT_SHIFT;
        while (true) {
            long before = state;
            long after = (before & ~((long) MAX_REQUESTS << LIMIT_SHIFT)) | wanted;
            if (before == after || STATE.compareAndSet(this, before, after)) {
                if (hasRoom(before) != hasRoom(after)) {
                    roomChanged();
                }
                return;
            }
        }
    }

    /** Sets the terms; when this returns, no slot is taken any more under the former ones. */
    void terms(Terms next, boolean open) {
        terms = next;
        while (true) {
            long before = state;
            long stamp = (before + (1L << STAMP_SHIFT)) & STAMP_MASK;
            long after = (before & ~STAMP_MASK & ~OPEN) | stamp | (open ? OPEN : 0);
            if (STATE.compareAndSet(this, before, after)) {
                return;
            }
        }
    }

    boolean isOpen() {
        return (state & OPEN) != 0;
    }

    /** Notes on all boards whether there is room. */
    void roomChanged() {
        for (Place place : places) {
            place.board.roomChanged(place);
        }
    }

    // ---- places

    /** Where it stands on a board; made if need be. Under the lock of the board's pool. */
    Place placeOn(Board board) {
        while (true) {
            Place[] before = places;
            for (Place place : before) {
                if (place.board == board) {
                    return place;
                }
            }
            Place[] after = Arrays.copyOf(before, before.length + 1);
            Place added = new Place(this, board);
            after[before.length] = added;
            if (PLACES.compareAndSet(this, before, after)) {
                return added;
            }
        }
    }

    /** Leaves a board. Under the lock of the board's pool. */
    void leave(Board board) {
        while (true) {
            Place[] before = places;
            int at = 0;
            while (at < before.length && before[at].board != board) {
                at++;
            }
            if (at == before.length) {
                return;
            }
            Place[] after = new Place[before.length - 1];
            System.arraycopy(before, 0, after, 0, at);
            System.arraycopy(before, at + 1, after, at, after.length - at);
            if (PLACES.compareAndSet(this, before, after)) {
                board.remove(before[at]);
                return;
            }
        }
    }

    /** Whether too little is known of it: such exits are explored. */
    boolean isUnproven(double localShare) {
        Score told = score;
        return (localShare >= 1 || told == null) ? locallyUnproven : told.lowConfidence;
    }

    /**
     * The quality that counts, 0 to 100.
     *
     * @param targetClass empty: over all
     * @param localShare how much local scoring counts, 0 to 1
     * @param cap most that an exit without a decision has while others stand on theirs
     */
    double quality(String targetClass, double localShare, double cap) {
        Score told = score;
        double local = localQuality;
        double decided = told == null ? Math.min(cap, local) : told.quality(targetClass);
        return ScoreBlend.quality(decided, local, localShare);
    }

    /**
     * Takes in what others run through it: the lesser of two tellings that follow each other. One telling is a snapshot of two
     * counters that are not read at once, and would take slots away for a whole heartbeat where nobody else is.
     */
    void elsewhere(int requests) {
        runningElsewhere = Math.min(requests, elsewhereBefore);
        elsewhereBefore = requests;
    }

    void nothingTold() {
        capacityTold = 0;
        runningElsewhere = 0;
        elsewhereBefore = 0;
    }
}
