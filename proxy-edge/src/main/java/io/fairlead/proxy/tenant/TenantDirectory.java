package io.fairlead.proxy.tenant;

import io.fairlead.proxy.destination.AddressBlock;
import io.fairlead.schemas.config.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All tenants of this edge. Changes come from one thread; look-ups from any, without locks. */
public final class TenantDirectory {

    private record Source(AddressBlock block, String tenantId) {}

    private final ConcurrentHashMap<String, TenantRules> tenants = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, TenantUse> uses = new ConcurrentHashMap<>();
    private final TenantCounters counters = new TenantCounters();
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final int defaultMaxInFlightRequests;
    private final List<String> allowedDestinations;
    private final Set<InetAddress> ownAddresses;
    private volatile List<Source> sources = List.of();
    private volatile int hashCost;
    private volatile int hashesPerTenant = 1;
    private volatile long version;
    private volatile Consumer<String> dayUsedUp = tenantId -> {};

    /** With the clocks of the machine. */
    public TenantDirectory(
            int defaultMaxInFlightRequests, List<String> allowedDestinations, Set<InetAddress> ownAddresses) {
        this(defaultMaxInFlightRequests, allowedDestinations, ownAddresses, InstantSource.system(), System::nanoTime);
    }

    /**
     * @param defaultMaxInFlightRequests for tenants that have no limit of their own
     * @param allowedDestinations allowed to every tenant beside public addresses
     * @param ownAddresses of this process: never dialled, unless an allowance covers them
     * @param clock says which day it is
     */
    public TenantDirectory(
            int defaultMaxInFlightRequests,
            List<String> allowedDestinations,
            Set<InetAddress> ownAddresses,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.defaultMaxInFlightRequests = defaultMaxInFlightRequests;
        this.allowedDestinations = List.copyOf(allowedDestinations);
        this.ownAddresses = Set.copyOf(ownAddresses);
    }

    /**
     * Adds or replaces a tenant. Its limits of bytes hold for what is open, too; whether that may go on at all is for the caller to see.
     *
     * @throws IllegalArgumentException that lists all that is wrong with the record; the former one stays
     */
    public void put(Tenant tenant) {
        String id = tenant.getTenantId();
        TenantRules rules =
                TenantRules.of(tenant, defaultMaxInFlightRequests, allowedDestinations, ownAddresses, this::use);
        rules.traffic().limits(rules.maxBytesPerSecond(), rules.maxBytesPerDay());
        tenants.put(id, rules);
        orderSources();
        hashesPerTenant = Math.max(hashesPerTenant, tenant.getSecretHashes().size());
        for (String hash : tenant.getSecretHashes()) {
            hashCost = Math.max(hashCost, SecretHashes.costOf(hash));
        }
        changed();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void changed() {
        version++;
    }

    /** Another after every change: what was looked up under the same one still stands. */
    long version() {
        return version;
    }

    private TenantUse use(String tenantId) {
        return uses.computeIfAbsent(tenantId, id -> {
            TenantUse fresh = new TenantUse(clock, nanoClock, counters);
            fresh.traffic.whenUsedUp(() -> dayUsedUp.accept(id));
            return fresh;
        });
    }

    /** @param listener told when a tenant has had its bytes of the day, on any thread: must not block */
    public void whenDayUsedUp(Consumer<String> listener) {
        dayUsedUp = listener;
    }

    /** As {@link TenantTraffic#restore}, of a tenant that need not be known yet. */
    void restore(String tenantId, long dayNumber, long bytes) {
        use(tenantId).traffic.restore(dayNumber, bytes);
    }

    /**
     * Fills in the bytes of this day of all tenants that had any. What is left of tenants that are gone goes with its day.
     *
     * @return number of the day since 1970
     */
    long collectDay(Map<String, Long> bytesByTenant) {
        long day = Math.floorDiv(clock.millis(), TenantTraffic.DAY_MS);
        uses.forEach((id, use) -> {
            long bytes = use.traffic.bytesToday();
            if (bytes > 0) {
                bytesByTenant.put(id, bytes);
            } else if (!tenants.containsKey(id) && use.inFlight.get() == 0) {
                uses.remove(id, use);
            }
        });
        return day;
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
        changed();
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

    /** The rules under which a log-in of before would be let in now; null: it would not. */
    public @Nullable TenantRules standing(String tenantId, Login.Proof proof) {
        TenantRules rules = tenants.get(tenantId);
        if (rules == null || !rules.enabled()) {
            return null;
        }
        boolean stands = proof instanceof Login.BySecret secret
                ? rules.secretHashes().contains(secret.hash())
                : ofSource(((Login.ByAddress) proof).source()) == rules;
        return stands ? rules : null;
    }

    private void orderSources() {
        List<Source> all = new ArrayList<>();
        tenants.forEach((id, tenant) -> tenant.sources().forEach(block -> all.add(new Source(block, id))));
        all.sort(Comparator.comparing((Source source) -> -source.block.prefixBits())
                .thenComparing(Source::tenantId));
        sources = List.copyOf(all);
    }

    public TenantCounters counters() {
        return counters;
    }

    /** Shows what limits do as meters {@code fairlead.tenants.*}. */
    public void bindTo(MeterRegistry metrics) {
        counters.bindTo(metrics, this);
    }

    public boolean isEmpty() {
        return tenants.isEmpty();
    }

    public int size() {
        return tenants.size();
    }
}
