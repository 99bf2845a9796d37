package io.fairlead.model.pool;

/**
 * How a pool stands, for people.
 *
 * @param health now and foreseen
 * @param reason why the state is not healthy; empty: it is
 * @param missing what keeps it from having the members wanted; empty: it has them
 * @param changesInHour members that curing has changed within the last hour
 */
public record PoolStatus(
        PoolDefinition definition,
        PoolState state,
        Health health,
        String reason,
        String missing,
        int changesInHour,
        int capacityRequests) {}
