package io.fairlead.proxy.supernode;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.front.FrontSettings;
import io.fairlead.proxy.link.LinkSettings;
import io.fairlead.proxy.upstream.UpstreamSettings;
import io.fairlead.schemas.config.Tenant;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Settings of a supernode. Begin with {@link #of} and change what differs.
 *
 * @param edgeId its name, unique in the deployment
 * @param userAddress where users connect
 * @param linkAddress where exit agents dial in
 * @param front the user side
 * @param attempts tries and retries
 * @param links the exits' side
 * @param upstreams exits that are existing proxies
 * @param tenants known from the start
 * @param tenantsFromTopic more come from {@code config.tenants}: without any the listener starts all the same, and answers 407
 *     to everybody
 * @param allowedDestinations entries beside the public addresses, for every tenant, see {@link
 *     io.fairlead.proxy.destination.DestinationPattern}
 * @param maxInFlightPerTenant requests in flight of a tenant whose record says no limit
 * @param maxLinksPerExit links one exit may hold
 * @param maxExits exits in all
 * @param eventLoops threads for sockets; 0: one for each processor
 * @param loginThreads threads that compute slow hashes
 * @param loginQueue log-ins that may wait for them
 * @param hostDigestKey at least 16 bytes: key of the digests of host names in telemetry, if {@link AttemptSettings#hashHosts}
 * @param drainMs requests and tunnels may go on this long when the supernode stops
 */
public record SupernodeSettings(
        String edgeId,
        InetSocketAddress userAddress,
        InetSocketAddress linkAddress,
        FrontSettings front,
        AttemptSettings attempts,
        LinkSettings links,
        UpstreamSettings upstreams,
        List<Tenant> tenants,
        boolean tenantsFromTopic,
        List<String> allowedDestinations,
        int maxInFlightPerTenant,
        int maxLinksPerExit,
        int maxExits,
        int eventLoops,
        int loginThreads,
        int loginQueue,
        String hostDigestKey,
        int drainMs) {

    private static final int SHORTEST_KEY = 16;

    public SupernodeSettings {
        tenants = List.copyOf(tenants);
        allowedDestinations = List.copyOf(allowedDestinations);
        if (edgeId.isEmpty() || edgeId.length() > 64 || !edgeId.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException(
                    "edge id '" + edgeId + "' must be 1 to 64 letters, digits, '.', '_' or '-'");
        }
        if (maxInFlightPerTenant < 1 || maxLinksPerExit < 1 || maxExits < 1 || loginThreads < 1 || loginQueue < 1) {
            throw new IllegalArgumentException("maxInFlightPerTenant is " + maxInFlightPerTenant + ", maxLinksPerExit "
                    + maxLinksPerExit + ", maxExits " + maxExits + ", loginThreads " + loginThreads + ", loginQueue "
                    + loginQueue + "; all must be positive");
        }
        if (eventLoops < 0 || drainMs < 0) {
            throw new IllegalArgumentException(
                    "eventLoops is " + eventLoops + ", drainMs " + drainMs + "; they must not be negative");
        }
        if (attempts.hashHosts() && hostDigestKey.length() < SHORTEST_KEY) {
            throw new IllegalArgumentException("hosts are to be hashed, but hostDigestKey has only "
                    + hostDigestKey.length() + " characters; give at least " + SHORTEST_KEY);
        }
    }

    /** Defaults. */
    public static SupernodeSettings of(String edgeId, InetSocketAddress userAddress, InetSocketAddress linkAddress) {
        return new SupernodeSettings(
                edgeId,
                userAddress,
                linkAddress,
                FrontSettings.DEFAULTS,
                AttemptSettings.DEFAULTS,
                LinkSettings.DEFAULTS,
                UpstreamSettings.DEFAULTS,
                List.of(),
                false,
                List.of(),
                1_000,
                4,
                100_000,
                0,
                2,
                256,
                "",
                10_000);
    }

    public SupernodeSettings withFront(FrontSettings other) {
        return copy(
                other, attempts, links, upstreams, tenants, tenantsFromTopic, allowedDestinations, eventLoops, drainMs);
    }

    public SupernodeSettings withAttempts(AttemptSettings other) {
        return copy(
                front, other, links, upstreams, tenants, tenantsFromTopic, allowedDestinations, eventLoops, drainMs);
    }

    public SupernodeSettings withLinks(LinkSettings other) {
        return copy(
                front, attempts, other, upstreams, tenants, tenantsFromTopic, allowedDestinations, eventLoops, drainMs);
    }

    public SupernodeSettings withUpstreams(UpstreamSettings other) {
        return copy(front, attempts, links, other, tenants, tenantsFromTopic, allowedDestinations, eventLoops, drainMs);
    }

    public SupernodeSettings withTenants(List<Tenant> known, boolean moreFromTopic) {
        return copy(front, attempts, links, upstreams, known, moreFromTopic, allowedDestinations, eventLoops, drainMs);
    }

    public SupernodeSettings withAllowedDestinations(List<String> entries) {
        return copy(front, attempts, links, upstreams, tenants, tenantsFromTopic, entries, eventLoops, drainMs);
    }

    public SupernodeSettings withEventLoops(int threads) {
        return copy(
                front, attempts, links, upstreams, tenants, tenantsFromTopic, allowedDestinations, threads, drainMs);
    }

    public SupernodeSettings withDrainMs(int ms) {
        return copy(front, attempts, links, upstreams, tenants, tenantsFromTopic, allowedDestinations, eventLoops, ms);
    }

    private SupernodeSettings copy(
            FrontSettings newFront,
            AttemptSettings newAttempts,
            LinkSettings newLinks,
            UpstreamSettings newUpstreams,
            List<Tenant> newTenants,
            boolean newTenantsFromTopic,
            List<String> newAllowedDestinations,
            int newEventLoops,
            int newDrainMs) {
        return new SupernodeSettings(
                edgeId,
                userAddress,
                linkAddress,
                newFront,
                newAttempts,
                newLinks,
                newUpstreams,
                newTenants,
                newTenantsFromTopic,
                newAllowedDestinations,
                maxInFlightPerTenant,
                maxLinksPerExit,
                maxExits,
                newEventLoops,
                loginThreads,
                loginQueue,
                hostDigestKey,
                newDrainMs);
    }
}
