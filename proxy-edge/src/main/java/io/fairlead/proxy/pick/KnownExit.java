package io.fairlead.proxy.pick;

import io.fairlead.model.PoolType;
import io.fairlead.model.local.LocalHistory;
import io.fairlead.model.local.ScoreBlend;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.schemas.config.ExitOverride;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One exit: its slots, its terms, and what is known of it.
 *
 * <p>Slots are taken and given back by any thread without a lock, by the {@link SlotWord} that the {@link Roster} keeps for it. The rest is
 * changed under the exit's monitor.
 */
final class KnownExit {

    private static final VarHandle PLACES;

    static {
        try {
            PLACES = MethodHandles.lookup().findVarHandle(KnownExit.class, "places", Place[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final String id;
    final int number;
    private final Roster roster;
    private volatile Place[] places = {};
    volatile Terms terms = Terms.NOBODY;
    volatile @Nullable Score score;
    volatile float localQuality;
    volatile boolean locallyUnproven = true;

    // As it said when it was last online: what runs through it may be told of when it has gone.
    volatile PoolType poolType = PoolType.UNKNOWN;
    volatile long asn;

    // Under the monitor. Most exits that a decision tells of are never linked here: they need no history.
    @Nullable
    LocalHistory history;

    @Nullable
    ExitInfo info;

    @Nullable
    ExitOverride override;

    @Nullable
    Assigned assigned;

    OperatorTerms operatorTerms = OperatorTerms.NONE;

    /** It is linked, and would serve if the operator's terms held. */
    boolean heldBack;

    private boolean deviceTold;
    private boolean ownerActive;
    private int batteryPercent = -1;
    private boolean onBattery;

    boolean consentTold;
    int capacityTold;
    int runningElsewhere;
    private int elsewhereBefore;

    // As the exit has told of those that share it: 0 supernodes: it has not.
    private int supernodes;
    private int turn;
    private int hereWhenShared;
    private int elsewhereWhenShared;

    long offlineSinceMs;
    long onlineSinceMs;

    /** It refused for lack of resources: slots given here at most, until it has grown over its limit again; 0: it has not. */
    int fullAt;

    /** Seconds since it refused, or was last given more. */
    int fullForS;

    /** Up to when its stay has been counted. */
    long watchedUntilMs;

    boolean forgotten;

    KnownExit(String id, Roster roster, long nowNanos) {
        this.id = id;
        this.roster = roster;
        this.number = roster.add(this);
        roster.lastUsed(number, nowNanos);
    }

    /** It has a link here, and says this of itself. */
    void linked(ExitInfo as) {
        info = as;
        poolType = as.poolType();
        asn = as.asn();
    }

    /** The same in every run: sets of exits are gone through in an order that does not depend on addresses. */
    @Override
    public int hashCode() {
        return number;
    }

    // ---- slots

    int running() {
        return SlotWord.running(roster.word(number));
    }

    int limit() {
        return SlotWord.limit(roster.word(number));
    }

    boolean isOpen() {
        return SlotWord.isOpen(roster.word(number));
    }

    /** Of its present terms. Under the monitor. */
    int stamp() {
        return SlotWord.stamp(roster.word(number));
    }

    /**
     * Takes a slot, if it has room and its terms as they are admit the request.
     *
     * @param where null: anywhere that the pool reaches
     * @return the slots' word with it; {@link Roster#NOT_TAKEN}: no
     */
    long take(Pool pool, String tenant, @Nullable Location where, AskedDomains asked) {
        while (true) {
            long before = roster.word(number);
            if (!SlotWord.hasRoom(before) || !terms.admit(pool, tenant, where, asked)) {
                return Roster.NOT_TAKEN;
            }
            if (roster.change(number, before, before + 1)) {
                roster.taken(number, before + 1);
                return before + 1;
            }
        }
    }

    /** Says how many slots there are. */
    void limit(int requests) {
        while (true) {
            long before = roster.word(number);
            long after = SlotWord.withLimit(before, requests);
            if (before == after) {
                return;
            }
            if (roster.change(number, before, after)) {
                if (SlotWord.hasRoom(before) != SlotWord.hasRoom(after)) {
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
            long before = roster.word(number);
            if (roster.change(number, before, SlotWord.restamped(before, open))) {
                return;
            }
        }
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

    /** It has told what it runs for others. */
    void shared(int elsewhere, int ofSupernodes, int ourTurn) {
        supernodes = ofSupernodes;
        turn = ourTurn;
        hereWhenShared = running();
        elsewhereWhenShared = elsewhere;
    }

    /**
     * Slots that may be taken here of all that it has. Where it is shared: what ran here when it told, and an even part of what was
     * left then. So edges that learn of each other a second late do not fill the same room twice.
     */
    int slotsHere(int capacityRequests) {
        if (supernodes < 2) {
            return Math.max(0, capacityRequests - runningElsewhere);
        }
        int left = capacityRequests - hereWhenShared - elsewhereWhenShared;
        return Math.max(0, hereWhenShared + Math.floorDiv(left + supernodes - 1 - turn, supernodes));
    }

    /** What its agent says of the device. */
    void device(ExitLoad load) {
        deviceTold = true;
        ownerActive = load.ownerActive();
        batteryPercent = load.batteryPercent();
        onBattery = load.onBattery();
    }

    /** Why its operator's terms let nothing go through it now; empty: they do. What nobody has told yet does not count in its favour. */
    String objection(Instant now) {
        String known = operatorTerms.objection(now, ownerActive, batteryPercent, onBattery);
        return known.isEmpty() && operatorTerms.askTheDevice() && !deviceTold
                ? "it has not told yet of its owner and its battery, which its operator asks for"
                : known;
    }

    void nothingTold() {
        deviceTold = false;
        ownerActive = false;
        batteryPercent = -1;
        onBattery = false;
        capacityTold = 0;
        runningElsewhere = 0;
        elsewhereBefore = 0;
        supernodes = 0;
    }
}
