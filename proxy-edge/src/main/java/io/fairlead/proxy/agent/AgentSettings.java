package io.fairlead.proxy.agent;

import io.fairlead.proxy.link.ExitIds;
import io.fairlead.proxy.link.PulseSettings;
import io.fairlead.proxy.link.WindowSettings;
import io.fairlead.schemas.telemetry.PoolType;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Settings of one exit agent. Begin with {@link #of} and change what differs.
 *
 * @param exitId must be what the certificate says
 * @param supernodes where to dial; links go to them in turn. Unresolved addresses are resolved at every dial
 * @param links how many links are kept, 1–4
 * @param poolType what kind of connection this exit has
 * @param country ISO 3166-1 alpha-2, lower case; empty: not told
 * @param asn autonomous system number; 0: not told
 * @param consent the owner agrees to this use of the device; without it no tunnel is served
 * @param capacityRequests most tunnels at once, over all links; {@link #capacityOf} has the usual ones
 * @param pools names of pools it says it belongs to
 * @param allowedDestinations entries beside the public addresses, see {@link
 *     io.fairlead.proxy.destination.DestinationPattern}
 * @param pulse heartbeats and patience
 * @param windows flow control
 * @param windowBudgetBytes growth of all streams' windows together, bytes
 * @param connectTimeoutMs most time for resolving and connecting, whatever the supernode allows, ms
 * @param idleTimeoutMs a tunnel without a byte in either direction is ended after this, ms
 * @param firstPauseMs, mostPauseMs ceiling of the first and of all later pauses before dialling again, ms
 * @param leaveGraceMs how long open tunnels may go on when the agent is stopped, ms
 */
public record AgentSettings(
        String exitId,
        List<InetSocketAddress> supernodes,
        int links,
        PoolType poolType,
        String country,
        String region,
        String city,
        long asn,
        String os,
        String connectionType,
        String version,
        boolean consent,
        int capacityRequests,
        List<String> pools,
        List<String> allowedDestinations,
        PulseSettings pulse,
        WindowSettings windows,
        long windowBudgetBytes,
        int connectTimeoutMs,
        int idleTimeoutMs,
        int firstPauseMs,
        int mostPauseMs,
        int leaveGraceMs) {

    private static final int MOST_LINKS = 4;

    public AgentSettings {
        ExitIds.check(exitId);
        supernodes = List.copyOf(supernodes);
        pools = List.copyOf(pools);
        allowedDestinations = List.copyOf(allowedDestinations);
        if (supernodes.isEmpty()) {
            throw new IllegalArgumentException(
                    "exit " + exitId + " has no supernode to dial; name at least one host:port");
        }
        if (links < 1 || links > MOST_LINKS) {
            throw new IllegalArgumentException(
                    "exit " + exitId + " wants " + links + " links; 1 to " + MOST_LINKS + " are kept");
        }
        if (capacityRequests < 1) {
            throw new IllegalArgumentException(
                    "exit " + exitId + " has a capacity of " + capacityRequests + " requests; it must be positive");
        }
        if (connectTimeoutMs < 1
                || idleTimeoutMs < 1
                || firstPauseMs < 1
                || mostPauseMs < firstPauseMs
                || leaveGraceMs < 0) {
            throw new IllegalArgumentException("exit " + exitId + ": connect " + connectTimeoutMs + " ms, idle "
                    + idleTimeoutMs + " ms, pauses " + firstPauseMs + " to " + mostPauseMs + " ms, grace "
                    + leaveGraceMs
                    + " ms: all must be positive, the pauses rise, the grace may be 0");
        }
    }

    /** Defaults for an exit of this kind; consent is not among them. */
    public static AgentSettings of(String exitId, PoolType poolType, List<InetSocketAddress> supernodes) {
        return new AgentSettings(
                exitId,
                supernodes,
                2,
                poolType,
                "",
                "",
                "",
                0,
                "",
                "",
                "0.1.0",
                false,
                capacityOf(poolType),
                List.of(),
                List.of(),
                PulseSettings.DEFAULTS,
                WindowSettings.DEFAULTS,
                32L << 20,
                20_000,
                600_000,
                500,
                60_000,
                5_000);
    }

    /** What an exit of this kind can usually run. */
    public static int capacityOf(PoolType poolType) {
        return switch (poolType) {
            case MOBILE -> 3;
            case RESIDENTIAL, UNKNOWN -> 12;
            case ISP -> 64;
            case DATACENTER -> 128;
        };
    }

    public AgentSettings withConsent(boolean other) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                other,
                capacityRequests,
                pools,
                allowedDestinations,
                pulse,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                leaveGraceMs);
    }

    public AgentSettings withLinks(int other) {
        return new AgentSettings(
                exitId,
                supernodes,
                other,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                consent,
                capacityRequests,
                pools,
                allowedDestinations,
                pulse,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                leaveGraceMs);
    }

    public AgentSettings withCapacityRequests(int other) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                consent,
                other,
                pools,
                allowedDestinations,
                pulse,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                leaveGraceMs);
    }

    public AgentSettings withPlace(String otherCountry, String otherRegion, String otherCity, long otherAsn) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                otherCountry,
                otherRegion,
                otherCity,
                otherAsn,
                os,
                connectionType,
                version,
                consent,
                capacityRequests,
                pools,
                allowedDestinations,
                pulse,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                leaveGraceMs);
    }

    public AgentSettings withPools(List<String> other) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                consent,
                capacityRequests,
                other,
                allowedDestinations,
                pulse,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                leaveGraceMs);
    }

    public AgentSettings withAllowedDestinations(List<String> other) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                consent,
                capacityRequests,
                pools,
                other,
                pulse,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                leaveGraceMs);
    }

    public AgentSettings withPulse(PulseSettings other) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                consent,
                capacityRequests,
                pools,
                allowedDestinations,
                other,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                leaveGraceMs);
    }

    public AgentSettings withPauses(int first, int most) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                consent,
                capacityRequests,
                pools,
                allowedDestinations,
                pulse,
                windows,
                windowBudgetBytes,
                connectTimeoutMs,
                idleTimeoutMs,
                first,
                most,
                leaveGraceMs);
    }

    public AgentSettings withTimeouts(int connectMs, int idleMs, int graceMs) {
        return new AgentSettings(
                exitId,
                supernodes,
                links,
                poolType,
                country,
                region,
                city,
                asn,
                os,
                connectionType,
                version,
                consent,
                capacityRequests,
                pools,
                allowedDestinations,
                pulse,
                windows,
                windowBudgetBytes,
                connectMs,
                idleMs,
                firstPauseMs,
                mostPauseMs,
                graceMs);
    }
}
