package io.fairlead.model.pool;

import java.util.List;

/**
 * All pools of one exit: what is told to edges, as one, so that two owners can't stand side by side.
 *
 * @param exitId it
 * @param stamp number of this assignment
 * @param memberships pools that may use it; none while edges have still to let go of it
 * @param owner pool that alone may use it, also while nobody may yet; empty: none
 * @param ownerUntilMs when that ends; 0: with the pool's definition
 * @param domains for which a pool alone may use it, also while that one may not yet: others never
 * @param changes that led to it, in the order in which they were decided
 */
public record Assignment(
        String exitId,
        Stamp stamp,
        List<Membership> memberships,
        String owner,
        long ownerUntilMs,
        List<Exclusive> domains,
        List<Change> changes) {

    public Assignment {
        memberships = List.copyOf(memberships);
        domains = List.copyOf(domains);
        changes = List.copyOf(changes);
    }

    /**
     * In one pool.
     *
     * @param rank where it stands there, 0–1
     * @param sinceMs ms since the Unix epoch
     * @param reason why it is in, in words
     */
    public record Membership(String pool, double rank, long sinceMs, String reason) {}

    /**
     * A domain that it is kept for.
     *
     * @param domain for it and all hosts under it
     * @param pool that alone may use it for these
     * @param untilMs when that ends, ms since the Unix epoch; 0: with the pool's definition
     * @param granted every edge keeps it from others; false: some have still to hear of it, or to let go of it
     */
    public record Exclusive(String domain, String pool, long untilMs, boolean granted) {}
}
