package io.fairlead.model.pool;

/**
 * A place in a pool.
 *
 * @param exit whose it is
 * @param sinceMs when that was decided
 * @param rank standing at that time
 * @param reason in words
 * @param relaxed how many of the relaxable requirements were done without for it
 * @param promisedUntilMs it is foreseen to stay until then; 0: that time is over
 */
record Member(Candidate exit, long sinceMs, double rank, String reason, int relaxed, long promisedUntilMs) {

    Member promiseOver() {
        return new Member(exit, sinceMs, rank, reason, relaxed, 0);
    }
}
