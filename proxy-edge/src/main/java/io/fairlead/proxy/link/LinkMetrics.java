package io.fairlead.proxy.link;

import io.fairlead.edge.link.WindowBudget;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.link.LinkCounters.Rejection;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** Puts what the links of this process do among its metrics, all under {@code fairlead.link} and {@code fairlead.exits}. */
public final class LinkMetrics implements MeterBinder {

    private final LinkListener listener;
    private final ExitRegistry exits;

    public LinkMetrics(LinkListener listener, ExitRegistry exits) {
        this.listener = listener;
        this.exits = exits;
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        LinkCounters counters = listener.counters();
        Gauge.builder("fairlead.exits.online", exits, ExitRegistry::exitCount).register(metrics);
        Gauge.builder("fairlead.link.open", exits, ExitRegistry::linkCount).register(metrics);
        Gauge.builder("fairlead.link.unproven", counters, LinkCounters::unproven)
                .description("Connections that have not said hello yet")
                .register(metrics);
        Gauge.builder("fairlead.link.window.grown", listener.windowBudget(), WindowBudget::takenBytes)
                .baseUnit("bytes")
                .description("Growth of all streams' windows, out of the budget")
                .register(metrics);
        FunctionCounter.builder("fairlead.link.accepted", counters, LinkCounters::accepted)
                .register(metrics);
        FunctionCounter.builder("fairlead.link.established", counters, LinkCounters::established)
                .register(metrics);
        FunctionCounter.builder("fairlead.exits.resumed", exits, ExitRegistry::resumedCount)
                .description("Exits that lost all links and came back as the same process")
                .register(metrics);
        FunctionCounter.builder("fairlead.link.heartbeats", counters, LinkCounters::heartbeats)
                .register(metrics);
        for (Rejection why : Rejection.values()) {
            FunctionCounter.builder("fairlead.link.rejected", counters, all -> all.rejections(why))
                    .tag("reason", why.name())
                    .register(metrics);
        }
        for (DisconnectReason why : DisconnectReason.values()) {
            FunctionCounter.builder("fairlead.link.ended", counters, all -> all.disconnects(why))
                    .tag("reason", why.name())
                    .register(metrics);
        }
        for (Outcome outcome : Outcome.values()) {
            FunctionCounter.builder("fairlead.link.tunnels", counters, all -> all.tunnels(outcome))
                    .tag("outcome", outcome.name())
                    .register(metrics);
        }
    }
}
