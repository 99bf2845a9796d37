package io.fairlead.proxy.pick;

import io.fairlead.proxy.exit.Location;
import java.util.List;

/**
 * What is asked of an exit.
 *
 * @param tenant who asks: exits exclusive to another are never chosen
 * @param pool the exit must be a member of it
 * @param targetClass class of the target, for the quality that counts
 * @param tried exits that have failed this request already; not chosen again
 * @param where it must be
 * @param only exit that will do; empty: any
 * @param targetHost host that the request is for, as telemetry tells it, for politeness; empty: none is observed
 * @param host that the request is for, as it is asked for, in lower case: exits that another pool has for it alone are never chosen; empty: none is kept from it
 * @param stayMs how long the exit is wanted to stay, for sessions, ms; 0: one request
 */
public record PickRequest(
        String tenant,
        String pool,
        String targetClass,
        List<String> tried,
        Location where,
        String only,
        String targetHost,
        String host,
        long stayMs) {

    /** For one request to a target that no exit is kept for. */
    public PickRequest(
            String tenant,
            String pool,
            String targetClass,
            List<String> tried,
            Location where,
            String only,
            String targetHost) {
        this(tenant, pool, targetClass, tried, where, only, targetHost, "", 0);
    }

    /** Of a target that no politeness is due. */
    public PickRequest(
            String tenant, String pool, String targetClass, List<String> tried, Location where, String only) {
        this(tenant, pool, targetClass, tried, where, only, "");
    }

    /** Any exit, anywhere. */
    public PickRequest(String tenant, String pool, String targetClass, List<String> tried) {
        this(tenant, pool, targetClass, tried, Location.ANYWHERE, "");
    }

    /** The same request, to this host. */
    public PickRequest to(String asked) {
        return new PickRequest(tenant, pool, targetClass, tried, where, only, targetHost, asked, stayMs);
    }

    /** The same request, for an exit that stays so long. */
    public PickRequest stayingMs(long ms) {
        return new PickRequest(tenant, pool, targetClass, tried, where, only, targetHost, host, ms);
    }

    /** The same request, but only this exit will do. */
    public PickRequest onlyOf(String exitId) {
        return new PickRequest(tenant, pool, targetClass, tried, where, exitId, targetHost, host, stayMs);
    }
}
