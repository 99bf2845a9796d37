package io.fairlead.proxy.exit;

import io.fairlead.model.PoolType;
import java.util.Set;

/**
 * What is known of an exit that is online, from its certificate and its hello.
 *
 * @param exitId as the certificate says
 * @param country ISO 3166-1 alpha-2, lower case; empty: not known
 * @param region empty: not known
 * @param city empty: not known
 * @param asn autonomous system number; 0: not known
 * @param os operating system, lower case; empty: not known
 * @param consent the owner agrees to this use; an exit without it is never picked
 * @param declaredCapacityRequests concurrent requests it says it can run; 0: none declared
 * @param pools names of the pools it says it belongs to
 * @param agentEpochMs start of the agent's process, ms since the Unix epoch
 */
public record ExitInfo(
        String exitId,
        PoolType poolType,
        String country,
        String region,
        String city,
        long asn,
        String os,
        boolean consent,
        int declaredCapacityRequests,
        Set<String> pools,
        long agentEpochMs) {

    public ExitInfo {
        pools = Set.copyOf(pools);
    }

    /** Where it says it is. */
    public Location location() {
        return new Location(country, region, city, asn);
    }
}
