package io.fairlead.proxy.tenant;

import io.fairlead.proxy.destination.AddressBlock;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.schemas.config.Tenant;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What one tenant may do, as its record says it, ready for use by event loops. What it uses
 * survives changes of the record.
 */
public final class TenantRules {

    /** Hashes that one tenant may have: the present secret and those being rotated out. */
    public static final int MOST_SECRETS = 4;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern BCRYPT = Pattern.compile("\\$2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}");
    private static final int MOST_BCRYPT_COST = 14;
    private static final int MOST_SOURCES = 64;
    private static final int LEAST_SOURCE_BITS = 8;

    /** Less would leave connections standing for minutes. */
    private static final int LEAST_BYTES_PER_SECOND = 10_000;

    private final String id;
    private final boolean enabled;
    private final List<String> secretHashes;
    private final List<String> pools;
    private final int maxInFlightRequests;
    private final DestinationRules destinations;
    private final int maxRequestsPerSecond;
    private final List<AddressBlock> sources;
    private final long maxBytesPerSecond;
    private final long maxBytesPerDay;
    private final TenantUse use;

    private TenantRules(
            Tenant tenant,
            int maxInFlightRequests,
            DestinationRules destinations,
            List<AddressBlock> sources,
            TenantUse use) {
        this.id = tenant.getTenantId();
        this.enabled = tenant.getEnabled();
        this.secretHashes = List.copyOf(tenant.getSecretHashes());
        this.pools = List.copyOf(tenant.getPools());
        this.maxInFlightRequests = maxInFlightRequests;
        this.destinations = destinations;
        this.maxRequestsPerSecond = tenant.getMaxRequestsPerSecond();
        this.sources = List.copyOf(sources);
        this.maxBytesPerSecond = tenant.getMaxBytesPerSecond();
        this.maxBytesPerDay = tenant.getMaxBytesPerDay();
        this.use = use;
    }

    /**
     * Makes rules of a record.
     *
     * @param defaultMaxInFlightRequests where the record says none
     * @param allowedDestinations allowed to every tenant beside public addresses
     * @param ownAddresses never dialled
     * @param uses what a tenant of this id uses; asked only if the record is right
     * @throws IllegalArgumentException that lists all that is wrong with the record
     */
    static TenantRules of(
            Tenant tenant,
            int defaultMaxInFlightRequests,
            List<String> allowedDestinations,
            Set<InetAddress> ownAddresses,
            Function<String, TenantUse> uses) {
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
        if (tenant.getMaxRequestsPerSecond() < 0) {
            violations.add("maxRequestsPerSecond is " + tenant.getMaxRequestsPerSecond() + "; it must not be negative");
        }
        if (tenant.getMaxBytesPerSecond() != 0 && tenant.getMaxBytesPerSecond() < LEAST_BYTES_PER_SECOND) {
            violations.add("maxBytesPerSecond is " + tenant.getMaxBytesPerSecond()
                    + "; it must be 0, for none, or at least " + LEAST_BYTES_PER_SECOND);
        }
        if (tenant.getMaxBytesPerDay() < 0) {
            violations.add("maxBytesPerDay is " + tenant.getMaxBytesPerDay() + "; it must not be negative");
        }
        List<AddressBlock> sources = sources(tenant.getSources(), violations);
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
        return new TenantRules(tenant, max, destinations, sources, uses.apply(tenant.getTenantId()));
    }

    private static List<AddressBlock> sources(List<String> texts, List<String> violations) {
        List<AddressBlock> sources = new ArrayList<>();
        if (texts.size() > MOST_SOURCES) {
            violations.add("sources has " + texts.size() + " entries; at most " + MOST_SOURCES);
            return sources;
        }
        for (String text : texts) {
            try {
                AddressBlock block = AddressBlock.parse(text);
                if (block == null) {
                    violations.add("source '" + text
                            + "' is neither an address nor a network; write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
                } else if (block.prefixBits() < LEAST_SOURCE_BITS) {
                    violations.add("source '" + text
                            + "' would let in too much of the world; its prefix length must be at least "
                            + LEAST_SOURCE_BITS);
                } else {
                    sources.add(block);
                }
            } catch (IllegalArgumentException e) {
                violations.add("source " + e.getMessage());
            }
        }
        return sources;
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

    /** 0: no limit. */
    public int maxRequestsPerSecond() {
        return maxRequestsPerSecond;
    }

    /** Both directions together, at each edge; 0: no limit. */
    public long maxBytesPerSecond() {
        return maxBytesPerSecond;
    }

    /** Both directions together, at each edge; 0: no limit. */
    public long maxBytesPerDay() {
        return maxBytesPerDay;
    }

    /** Its bytes. */
    public TenantTraffic traffic() {
        return use.traffic;
    }

    /** Whose requests are this tenant's without a secret. */
    List<AddressBlock> sources() {
        return sources;
    }

    /** Requests that run now. */
    public int inFlightRequests() {
        return use.inFlight.get();
    }

    /** What became of a request that wanted to be counted. */
    public enum Entry {
        /** It is counted, and must be followed by one {@link #leave}. */
        ENTERED,
        TOO_MANY_IN_FLIGHT,
        TOO_MANY_A_SECOND,
        TOO_MANY_BYTES_TODAY
    }

    /** Counts one more request, unless that is over a limit. */
    public Entry enter(long nowNanos) {
        if (use.traffic.isUsedUp()) {
            use.counters.overDay.increment();
            return Entry.TOO_MANY_BYTES_TODAY;
        }
        if (use.inFlight.incrementAndGet() > maxInFlightRequests) {
            use.inFlight.decrementAndGet();
            use.counters.overInFlight.increment();
            return Entry.TOO_MANY_IN_FLIGHT;
        }
        if (maxRequestsPerSecond > 0 && !use.takeOfRate(maxRequestsPerSecond, nowNanos)) {
            use.inFlight.decrementAndGet();
            use.counters.overRate.increment();
            return Entry.TOO_MANY_A_SECOND;
        }
        return Entry.ENTERED;
    }

    public void leave() {
        use.inFlight.decrementAndGet();
    }
}
