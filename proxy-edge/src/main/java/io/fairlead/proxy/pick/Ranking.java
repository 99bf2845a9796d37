package io.fairlead.proxy.pick;

/** What all boards are ordered by beside the exits' own scores. Written by one thread at a time, read by any. */
final class Ranking {

    /** How much local scoring counts, 0 to 1. */
    volatile double localShare = 1;

    /** Most quality of an exit without a decision, while others stand on theirs. */
    volatile double cap;

    Ranking(double cap) {
        this.cap = cap;
    }
}
