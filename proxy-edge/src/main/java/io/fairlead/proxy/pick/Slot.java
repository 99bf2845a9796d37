package io.fairlead.proxy.pick;

import io.fairlead.schemas.telemetry.PoolType;

/** One of an exit's slots, taken. Thread-safe. */
public interface Slot {

    String exitId();

    PoolType poolType();

    /** Autonomous system number; 0: not known. */
    long asn();

    /** Requests this edge runs through the exit, this one included, when the slot was taken. */
    int running();

    /** Capacity that the slot was taken under. */
    int capacity();

    /** Version of the score the pick stood on; zeros: local scoring. */
    long scoreJobEpoch();

    long scoreCounter();

    /** The pick stood on local scoring. */
    boolean local();

    /** The pick explored rather than chose the best. */
    boolean exploration();

    /** Eligible exits looked at. */
    int candidates();

    /** Name of the policy that chose: best or band. */
    String policy();

    /** Gives the slot back. Further calls do nothing. */
    void release();
}
