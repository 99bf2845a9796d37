package io.fairlead.proxy.tenant;

import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.schemas.config.Tenant;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * What one tenant may do, as its record says it, ready for use by event loops. The count of its requests in flight
 * survives changes of the record.
 */
public final class TenantRules {

    /** Hashes that one tenant may have: the present secret and those being rotated out. */
    public static final int MOST_SECRETS = 4;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern BCRYPT = Pattern.compile("\\$2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}");
    private static final int MOST_BCRYPT_COST = 14;

    private final String id;
    private final boolean enabled;
    private final List<String> secretHashes;
    private final List<String> pools;
    private final int maxInFlightRequests;
    private final DestinationRules destinations;
    private final AtomicInteger inFlight;

    private TenantRules(Tenant tenant, int maxInFlightRequests, DestinationRules destinations, AtomicInteger inFlight) {
        this.id = tenant.getTenantId();
        this.enabled = tenant.getEnabled();
        this.secretHashes = List.copyOf(tenant.getSecretHashes());
        this.pools = List.copyOf(tenant.getPools());
        this.maxInFlightRequests = maxInFlightRequests;
        this.destinations = destinations;
        this.inFlight = inFlight;
    }

    /**
     * Makes rules of a record.
     *
     * @param defaultMaxInFlightRequests where the record says none
     * @param allowedDestinations allowed to every tenant beside public addresses
     * @param ownAddresses never dialled
     * @throws IllegalArgumentException that lists all that is wrong with the record
     */
    static TenantRules of(
            Tenant tenant,
            int defaultMaxInFlightRequests,
            List<String> allowedDestinations,
            Set<InetAddress> ownAddresses,
            AtomicInteger inFlight) {
        List<String> violations = new ArrayList<>();
        if (!ID.matcher(tenant.getTenantId()).matches()) {
            violations.add("tenantId '" + tenant.getTenantId()
                    + "' must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit");
        }
        if (tenant.getSecretHashes().size() > MOST_SECRETS) {
            violations.add("secretHashes has " + tenant.getSecretHashes().size() + " entries; at most " + MOST_SECRETS);
        }
        for (String hash : tenant.getSecretHashes()) {
            if (!BCRYPT.matcher(hash).matches() || SecretHashes.costOf(hash) > MOST_BCRYPT_COST) {
                violations.add("secretHashes has an entry that is no bcrypt hash with a cost of at most "
                        + MOST_BCRYPT_COST + "; make one with: fairlead tenant hash");
            }
        }
        if (tenant.getMaxInFlightRequests() < 0) {
            violations.add("maxInFlightRequests is " + tenant.getMaxInFlightRequests() + "; it must not be negative");
        }
        DestinationRules destinations = DestinationRules.publicOnly();
        try {
            List<String> entries = new ArrayList<>(allowedDestinations);
            entries.addAll(tenant.getAllowedDestinations());
            destinations = DestinationRules.allowing(entries).refusing(ownAddresses);
        } catch (IllegalArgumentException e) {
            violations.add("allowedDestinations: " + e.getMessage());
        }
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(
                    "tenant '" + tenant.getTenantId() + "': " + String.join("; ", violations));
        }
        int max = tenant.getMaxInFlightRequests() == 0 ? defaultMaxInFlightRequests : tenant.getMaxInFlightRequests();
        return new TenantRules(tenant, max, destinations, inFlight);
    }

    public String id() {
        return id;
    }

    /** Whether it may log in. */
    public boolean enabled() {
        return enabled;
    }

    List<String> secretHashes() {
        return secretHashes;
    }

    /** Pools it may use; the first is its default. */
    public List<String> pools() {
        return pools;
    }

    public DestinationRules destinations() {
        return destinations;
    }

    public int maxInFlightRequests() {
        return maxInFlightRequests;
    }

    /** Requests that run now. */
    public int inFlightRequests() {
        return inFlight.get();
    }

    AtomicInteger inFlight() {
        return inFlight;
    }

    /** Counts one more request in flight, unless that is over the limit. Each true must be followed by one {@link #leave}. */
    public boolean enter() {
        if (inFlight.incrementAndGet() <= maxInFlightRequests) {
            return true;
        }
        inFlight.decrementAndGet();
        return false;
    }

    public void leave() {
        inFlight.decrementAndGet();
    }
}
