package io.fairlead.proxy.lease;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.targeting.Targeting;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The sessions of all tenants. Thread-safe; a look-up takes no lock. */
public final class Leases {

    private record Name(String tenant, String pool, Location where, String session) {}

    private final LeaseSettings settings;
    private final LongSupplier nanoClock;
    private final Cache<Name, Lease> leases;
    private final ConcurrentHashMap<String, Integer> perTenant = new ConcurrentHashMap<>();
    private final LongAdder begun = new LongAdder();
    private final LongAdder moved = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** @param nanoClock as {@link System#nanoTime} */
    public Leases(LeaseSettings settings, LongSupplier nanoClock) {
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.leases = Caffeine.newBuilder()
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .expireAfter(Expiry.<Name, Lease>creating(
                        (name, lease) -> java.time.Duration.ofNanos(lease.nanosLeft(nanoClock.getAsLong()))))
                .<Name, Lease>evictionListener((name, lease, cause) -> {
                    if (name != null) {
                        perTenant.computeIfPresent(name.tenant, (tenant, count) -> count == 1 ? null : count - 1);
                    }
                })
                .build();
    }

    public LeaseSettings settings() {
        return settings;
    }

    /**
     * The lease of a session, begun if need be. The same session of another pool or place is another.
     *
     * @return null: it would be one too many
     */
    public @Nullable Lease hold(String tenant, String pool, Location where, Targeting.Session session) {
        Name name = new Name(tenant, pool, where, session.name());
        Lease present = leases.getIfPresent(name);
        if (present != null) {
            return present;
        }
        leases.cleanUp();
        Lease lease = leases.asMap().computeIfAbsent(name, absent -> begin(absent, session));
        if (lease == null) {
            refused.increment();
        }
        return lease;
    }

    private @Nullable Lease begin(Name name, Targeting.Session session) {
        if (leases.estimatedSize() >= settings.most()) {
            return null;
        }
        boolean[] over = new boolean[1];
        perTenant.merge(name.tenant, 1, (have, one) -> {
            over[0] = have >= settings.mostPerTenant();
            return over[0] ? have : have + one;
        });
        if (over[0]) {
            return null;
        }
        begun.increment();
        long ends = nanoClock.getAsLong() + TimeUnit.SECONDS.toNanos(session.ttlSeconds());
        return new Lease(session.name(), session.hard(), ends, moved);
    }

    /** Sessions that are held now. */
    public long count() {
        leases.cleanUp();
        return leases.estimatedSize();
    }

    /** Shows what happens here as meters {@code fairlead.sessions.*}. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("fairlead.sessions", this, Leases::count)
                .description("Sessions that hold an exit")
                .register(registry);
        counter(registry, "fairlead.sessions.begun", begun, "Sessions begun");
        counter(registry, "fairlead.sessions.moved", moved, "Sessions whose exit was changed");
        counter(registry, "fairlead.sessions.refused", refused, "Requests refused because of too many sessions");
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
