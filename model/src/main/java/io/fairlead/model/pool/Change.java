package io.fairlead.model.pool;

/**
 * One exit joined or left a pool.
 *
 * @param pool its id
 * @param joined else it left
 * @param cause which rule demanded it
 * @param reason why, in words
 * @param atMs when it was decided, ms since the Unix epoch
 * @param healthBefore health foreseen for the pool without the change
 * @param healthAfter health foreseen with it
 * @param members of the pool with it
 */
public record Change(
        String pool,
        boolean joined,
        Cause cause,
        String reason,
        long atMs,
        double healthBefore,
        double healthAfter,
        int members) {

    /** Rules in the order of precedence. */
    public enum Cause {
        /** Killed, consent withdrawn, or the pool was deleted. */
        KILL,
        /** Exclusive to somebody else, or of a tenant's own. */
        EXCLUSIVITY,
        /** The definition no longer fits it. */
        DEFINITION,
        /** It has been offline for longer than its place is kept. */
        DEPARTED,
        /** There were fewer members than the least. */
        MINIMUM,
        /** Its quality is under the floor. */
        FLOOR,
        /** Fewer members than wanted, and health does not fall under the minimum by one more. */
        FORMING,
        /** Health foreseen is under the minimum, and rises by it. */
        HEALTH
    }
}
