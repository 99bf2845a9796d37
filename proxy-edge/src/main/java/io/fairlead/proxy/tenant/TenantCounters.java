package io.fairlead.proxy.tenant;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** How often limits of tenants have bitten since the process began. */
public final class TenantCounters {

    final LongAdder overInFlight = new LongAdder();
    final LongAdder overRate = new LongAdder();
    final LongAdder overDay = new LongAdder();
    final LongAdder heldReads = new LongAdder();
    final LongAdder cut = new LongAdder();

    TenantCounters() {}

    /** Times that reading was held back because of bytes a second. */
    public long heldReads() {
        return heldReads.sum();
    }

    /** What was open of a tenant has been ended because its record, or its day's bytes, do not allow it any more. */
    public void wasCut() {
        cut.increment();
    }

    /** Shows them as meters {@code fairlead.tenants.*}. */
    void bindTo(MeterRegistry registry, TenantDirectory tenants) {
        Gauge.builder("fairlead.tenants", tenants, TenantDirectory::size)
                .description("Tenants that are known")
                .register(registry);
        refused(registry, "in_flight", overInFlight);
        refused(registry, "requests_per_second", overRate);
        refused(registry, "bytes_per_day", overDay);
        counter(registry, "fairlead.tenants.reads.held", heldReads, "Reads held back because of bytes a second");
        counter(
                registry,
                "fairlead.tenants.cut",
                cut,
                "Requests and tunnels ended because their tenant may not any more");
    }

    private static void refused(MeterRegistry registry, String limit, LongAdder adder) {
        FunctionCounter.builder("fairlead.tenants.refused", adder, LongAdder::sum)
                .description("Requests refused because their tenant was over a limit")
                .tag("limit", limit)
                .register(registry);
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
