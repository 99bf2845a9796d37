package io.fairlead.proxy.tenant;

import io.fairlead.proxy.destination.AddressBlock;
import io.fairlead.schemas.config.Tenant;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All tenants of this edge. Changes come from one thread; look-ups from any, without locks. */
public final class TenantDirectory {

    private record Source(AddressBlock block, String tenantId) {}

    private final ConcurrentHashMap<String, TenantRules> tenants = new ConcurrentHashMap<>();
    private final int defaultMaxInFlightRequests;
    private final List<String> allowedDestinations;
    private final Set<InetAddress> ownAddresses;
    private volatile List<Source> sources = List.of();
    private volatile int hashCost;
    private volatile int hashesPerTenant = 1;

    /**
     * @param defaultMaxInFlightRequests for tenants that have no limit of their own
     * @param allowedDestinations allowed to every tenant beside public addresses
     * @param ownAddresses of this process: never dialled, unless an allowance covers them
     */
    public TenantDirectory(
            int defaultMaxInFlightRequests, List<String> allowedDestinations, Set<InetAddress> ownAddresses) {
        this.defaultMaxInFlightRequests = defaultMaxInFlightRequests;
        this.allowedDestinations = List.copyOf(allowedDestinations);
        this.ownAddresses = Set.copyOf(ownAddresses);
    }

    /**
     * Adds or replaces a tenant. Requests in flight go on under the rules they began with.
     *
     * @throws IllegalArgumentException that lists all that is wrong with the record; the former one stays
     */
    public void put(Tenant tenant) {
        tenants.compute(
                tenant.getTenantId(),
                (id, former) -> TenantRules.of(
                        tenant,
                        defaultMaxInFlightRequests,
                        allowedDestinations,
                        ownAddresses,
                        former == null ? new TenantUse() : former.use()));
        orderSources();
        hashesPerTenant = Math.max(hashesPerTenant, tenant.getSecretHashes().size());
        for (String hash : tenant.getSecretHashes()) {
            hashCost = Math.max(hashCost, SecretHashes.costOf(hash));
        }
    }

    /** Cost of the costliest hash seen so far: what verifying an unknown user's secret must cost, too. */
    int hashCost() {
        return hashCost == 0 ? SecretHashes.COST : hashCost;
    }

    /** Most hashes that one tenant has had so far; at least 1. */
    int hashesPerTenant() {
        return hashesPerTenant;
    }

    public void remove(String tenantId) {
        tenants.remove(tenantId);
        orderSources();
    }

    public @Nullable TenantRules find(String tenantId) {
        return tenants.get(tenantId);
    }

    /** Whose requests from this address are without a secret: the narrowest network decides, then the id. Null: nobody's. */
    @Nullable
    TenantRules ofSource(InetAddress source) {
        for (Source candidate : sources) {
            if (candidate.block.contains(source)) {
                TenantRules tenant = tenants.get(candidate.tenantId);
                return tenant != null && tenant.enabled() ? tenant : null;
            }
        }
        return null;
    }

    private void orderSources() {
        List<Source> all = new ArrayList<>();
        tenants.forEach((id, tenant) -> tenant.sources().forEach(block -> all.add(new Source(block, id))));
        all.sort(Comparator.comparing((Source source) -> -source.block.prefixBits())
                .thenComparing(Source::tenantId));
        sources = List.copyOf(all);
    }

    public boolean isEmpty() {
        return tenants.isEmpty();
    }

    public int size() {
        return tenants.size();
    }
}
