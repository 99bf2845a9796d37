package io.fairlead.proxy.pick;

import io.fairlead.model.PoolType;

/**
 * Lends slots of exits, which it knows by number: a slot is filled without a look at the exit. Asked only of exits with a slot out.
 * Thread-safe.
 */
public interface Lender {

    String exitId(int exit);

    PoolType poolType(int exit);

    /** Autonomous system number; 0: not known. */
    long asn(int exit);

    /** Version of the decision held of it; zeros: none. */
    long scoreJobEpoch(int exit);

    long scoreCounter(int exit);

    /** Takes back a slot that it lent. */
    void takeBack(int exit);

    /** The slot that is taken back next was lent to a session; who keeps no room for sessions need not care. */
    default void sessionPaused(int exit) {}
}
