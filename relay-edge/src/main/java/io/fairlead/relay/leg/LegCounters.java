package io.fairlead.relay.leg;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What happens on legs; counted on any thread. */
public final class LegCounters {

    final AtomicInteger legs = new AtomicInteger();
    final AtomicInteger viewers = new AtomicInteger();
    final AtomicInteger carriers = new AtomicInteger();
    final LongAdder carried = new LongAdder();
    final LongAdder promotions = new LongAdder();
    final LongAdder asked = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder lost = new LongAdder();

    /** Legs that are open. */
    public int legs() {
        return legs.get();
    }

    /** Viewers on them. */
    public int viewers() {
        return viewers.get();
    }

    /** Streams of the long link that carry media now. */
    public int carriers() {
        return carriers.get();
    }

    /** Streams of the long link that were chosen to carry media. */
    public long carried() {
        return carried.sum();
    }

    /** Times that another viewer's stream from the media server took the master's place. */
    public long promotions() {
        return promotions.sum();
    }

    /** Requests to media servers. */
    public long asked() {
        return asked.sum();
    }

    /** Viewers whom the media server refused. */
    public long refused() {
        return refused.sum();
    }

    /** Shows them as meters {@code fairlead.relay.legs.*}. */
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "fairlead.relay.legs", legs, "Legs that are open: rooms times relay clients");
        gauge(registry, "fairlead.relay.legs.viewers", viewers, "Viewers behind relay clients");
        gauge(registry, "fairlead.relay.legs.carriers", carriers, "Streams of the long link that carry media");
        counter(registry, "fairlead.relay.legs.carried", carried, "Streams that were chosen to carry media");
        counter(registry, "fairlead.relay.legs.promotions", promotions, "Other streams in the master's place");
        counter(registry, "fairlead.relay.legs.asked", asked, "Requests to media servers for viewers");
        counter(registry, "fairlead.relay.legs.refused", refused, "Viewers whom the media server refused");
        counter(registry, "fairlead.relay.legs.lost", lost, "Streams from media servers that ended");
    }

    private static void gauge(MeterRegistry registry, String name, AtomicInteger value, String description) {
        Gauge.builder(name, value, AtomicInteger::get).description(description).register(registry);
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
