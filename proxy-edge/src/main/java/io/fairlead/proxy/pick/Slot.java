package io.fairlead.proxy.pick;

import static java.util.Objects.requireNonNull;

import io.fairlead.model.PoolType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Room for one of an exit's slots. Whoever wants one brings it along, a chooser fills it, and it is given back once by
 * {@link #release()}; then it can be filled again.
 *
 * <p>Filled and read on one thread; released on any. What it says of the exit can be asked while it is held, what it says of the pick until it
 * is filled again.
 */
public final class Slot {

    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(Slot.class, "held", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private @Nullable Lender lender;
    private int exit;
    private int running;
    private int capacity;
    private int candidates;
    private boolean local;
    private boolean exploration;
    private boolean ofSession;
    private String policy = "";
    private long retryAfterMs;
    private boolean full;
    private String obstacle = "";
    private volatile boolean held;

    /** Nothing is taken. */
    public boolean isFree() {
        return !held;
    }

    /**
     * Takes in what was lent; for choosers.
     *
     * @param exit its number there
     * @param running requests this edge runs through the exit, this one included
     * @param capacity that the slot was taken under
     * @param local the pick stood on local scoring
     * @param exploration the pick explored rather than chose the best
     * @param candidates eligible exits looked at
     * @param policy name of the policy that chose
     */
    public void fill(
            Lender from,
            int exit,
            int running,
            int capacity,
            boolean local,
            boolean exploration,
            int candidates,
            String policy) {
        requireFree();
        lender = from;
        this.exit = exit;
        this.running = running;
        this.capacity = capacity;
        this.local = local;
        this.exploration = exploration;
        this.candidates = candidates;
        this.policy = policy;
        this.ofSession = false;
        HELD.setRelease(this, true);
    }

    /** It was taken for a session; for choosers, right after {@link #fill}. */
    void ofSession() {
        ofSession = true;
    }

    void requireFree() {
        if (held) {
            throw new IllegalStateException("a slot of exit " + exitId() + " is still held here; release it first");
        }
    }

    /** Nothing was found, because exits have to be gentle with the target: when to try again; for choosers. */
    void rested(long ms) {
        retryAfterMs = ms;
    }

    /** The one exit that would do has no room now, or has; for choosers. */
    public void full(boolean now) {
        full = now;
    }

    /** Why exits that have room won't do, in words that go on after a colon; empty: there is no such reason; for choosers. */
    void obstacle(String words) {
        obstacle = words;
    }

    /** When nothing was found though exits had room: why they won't do, in words that go on after a colon; else empty. */
    public String obstacle() {
        return obstacle;
    }

    /** Nothing was found because the one exit that would do has no room now: it may have soon. */
    public boolean isFull() {
        return full;
    }

    /** When nothing was found because the exits that have room must rest for this target: after how long one may serve it, ms; else 0. */
    public long retryAfterMs() {
        return retryAfterMs;
    }

    public String exitId() {
        return lender().exitId(exit);
    }

    /** As the exit has now. */
    public PoolType poolType() {
        return lender().poolType(exit);
    }

    /** Autonomous system number that the exit has now; 0: not known. */
    public long asn() {
        return lender().asn(exit);
    }

    /** Requests this edge ran through the exit, this one included, when the slot was taken. */
    public int running() {
        return running;
    }

    /** Capacity that the slot was taken under. */
    public int capacity() {
        return capacity;
    }

    /** Version of the decision about the exit that is held now, if the pick stood on one; else 0. */
    public long scoreJobEpoch() {
        return local ? 0 : lender().scoreJobEpoch(exit);
    }

    public long scoreCounter() {
        return local ? 0 : lender().scoreCounter(exit);
    }

    /** The pick stood on local scoring. */
    public boolean local() {
        return local;
    }

    /** The pick explored rather than chose the best. */
    public boolean exploration() {
        return exploration;
    }

    /** Eligible exits looked at. */
    public int candidates() {
        return candidates;
    }

    /** Name of the policy that chose: best or band. */
    public String policy() {
        return policy;
    }

    /** Gives the slot back. Further calls do nothing. */
    public void release() {
        if (held && HELD.compareAndSet(this, true, false)) {
            if (ofSession) {
                requireNonNull(lender).sessionPaused(exit);
            }
            requireNonNull(lender).takeBack(exit);
        }
    }

    private Lender lender() {
        if (!held) {
            throw new IllegalStateException("no slot is held; ask which exit it is of before it is released");
        }
        return requireNonNull(lender);
    }
}
