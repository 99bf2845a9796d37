package io.fairlead.proxy.agent;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.WindowSettings;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.link.ExitIds;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

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
 * @param lossSpreadMs a link that stood and broke off without a word is dialled again at a moment within this, ms: a supernode that
 *     dies leaves all its agents in the same instant, and they shall not all be at the next one's door together
 * @param leaveGraceMs how long open tunnels may go on when the agent is stopped, ms
 * @param homingMs a link that is not at the supernode it belongs to tries to come home about so often, ms
 * @param terms what the owner has laid down
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
        int lossSpreadMs,
        int leaveGraceMs,
        int homingMs,
        OwnerTerms terms) {

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
                || lossSpreadMs < 1
                || leaveGraceMs < 0
                || homingMs < 100) {
            throw new IllegalArgumentException("exit " + exitId + ": connect " + connectTimeoutMs + " ms, idle "
                    + idleTimeoutMs + " ms, pauses " + firstPauseMs + " to " + mostPauseMs + " ms, spread "
                    + lossSpreadMs + " ms, grace "
                    + leaveGraceMs
                    + " ms, homing " + homingMs
                    + " ms: all must be positive, the pauses rise, the grace may be 0, homing is at least 100");
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
                4_000,
                5_000,
                300_000,
                OwnerTerms.NONE);
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

    public AgentSettings withSupernodes(List<InetSocketAddress> other) {
        return with(draft -> draft.supernodes = other);
    }

    public AgentSettings withConsent(boolean other) {
        return with(draft -> draft.consent = other);
    }

    public AgentSettings withLinks(int other) {
        return with(draft -> draft.links = other);
    }

    public AgentSettings withCapacityRequests(int other) {
        return with(draft -> draft.capacityRequests = other);
    }

    public AgentSettings withPlace(String otherCountry, String otherRegion, String otherCity, long otherAsn) {
        return with(draft -> {
            draft.country = otherCountry;
            draft.region = otherRegion;
            draft.city = otherCity;
            draft.asn = otherAsn;
        });
    }

    public AgentSettings withPools(List<String> other) {
        return with(draft -> draft.pools = other);
    }

    public AgentSettings withAllowedDestinations(List<String> other) {
        return with(draft -> draft.allowedDestinations = other);
    }

    public AgentSettings withPulse(PulseSettings other) {
        return with(draft -> draft.pulse = other);
    }

    public AgentSettings withWindows(WindowSettings other) {
        return with(draft -> draft.windows = other);
    }

    public AgentSettings withPauses(int first, int most) {
        return with(draft -> {
            draft.firstPauseMs = first;
            draft.mostPauseMs = most;
        });
    }

    public AgentSettings withLossSpreadMs(int other) {
        return with(draft -> draft.lossSpreadMs = other);
    }

    public AgentSettings withTimeouts(int connectMs, int idleMs, int graceMs) {
        return with(draft -> {
            draft.connectTimeoutMs = connectMs;
            draft.idleTimeoutMs = idleMs;
            draft.leaveGraceMs = graceMs;
        });
    }

    public AgentSettings withHomingMs(int other) {
        return with(draft -> draft.homingMs = other);
    }

    public AgentSettings withTerms(OwnerTerms other) {
        return with(draft -> draft.terms = other);
    }

    private AgentSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** The same fields, for as long as one of them is being changed. */
    private static final class Draft {

        private final String exitId;
        private List<InetSocketAddress> supernodes;
        private int links;
        private final PoolType poolType;
        private String country;
        private String region;
        private String city;
        private long asn;
        private final String os;
        private final String connectionType;
        private final String version;
        private boolean consent;
        private int capacityRequests;
        private List<String> pools;
        private List<String> allowedDestinations;
        private PulseSettings pulse;
        private WindowSettings windows;
        private final long windowBudgetBytes;
        private int connectTimeoutMs;
        private int idleTimeoutMs;
        private int firstPauseMs;
        private int mostPauseMs;
        private int lossSpreadMs;
        private int leaveGraceMs;
        private int homingMs;
        private OwnerTerms terms;

        Draft(AgentSettings from) {
            this.exitId = from.exitId;
            this.supernodes = from.supernodes;
            this.links = from.links;
            this.poolType = from.poolType;
            this.country = from.country;
            this.region = from.region;
            this.city = from.city;
            this.asn = from.asn;
            this.os = from.os;
            this.connectionType = from.connectionType;
            this.version = from.version;
            this.consent = from.consent;
            this.capacityRequests = from.capacityRequests;
            this.pools = from.pools;
            this.allowedDestinations = from.allowedDestinations;
            this.pulse = from.pulse;
            this.windows = from.windows;
            this.windowBudgetBytes = from.windowBudgetBytes;
            this.connectTimeoutMs = from.connectTimeoutMs;
            this.idleTimeoutMs = from.idleTimeoutMs;
            this.firstPauseMs = from.firstPauseMs;
            this.mostPauseMs = from.mostPauseMs;
            this.lossSpreadMs = from.lossSpreadMs;
            this.leaveGraceMs = from.leaveGraceMs;
            this.homingMs = from.homingMs;
            this.terms = from.terms;
        }

        AgentSettings settings() {
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
                    firstPauseMs,
                    mostPauseMs,
                    lossSpreadMs,
                    leaveGraceMs,
                    homingMs,
                    terms);
        }
    }
}
