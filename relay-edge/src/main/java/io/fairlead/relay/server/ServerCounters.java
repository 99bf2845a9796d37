package io.fairlead.relay.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What happens on the HTTP side; counted on any thread. */
public final class ServerCounters {

    /** Why a request was turned away. */
    public enum Turned {
        /** The request itself is wrong. */
        MALFORMED,
        /** The head did not come in time. */
        LATE,
        /** No or a wrong key. */
        DENIED,
        /** There is no such room, or no such path. */
        NOT_FOUND,
        /** Another publishes there. */
        TAKEN,
        /** The container that is asked for has no place for the room's media. */
        NOT_CARRIED,
        /** A bound of the edge. */
        FULL,
        /** The media server refused or could not be reached. */
        UPSTREAM
    }

    final AtomicInteger connections = new AtomicInteger();
    final LongAdder accepted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder tlsFailed = new LongAdder();
    final LongAdder published = new LongAdder();
    final LongAdder malformedMedia = new LongAdder();
    final AtomicInteger hlsViewers = new AtomicInteger();
    private final Map<Turned, LongAdder> turned = new EnumMap<>(Turned.class);

    public ServerCounters() {
        for (Turned each : Turned.values()) {
            turned.put(each, new LongAdder());
        }
    }

    void count(Turned why) {
        adder(why).increment();
    }

    private LongAdder adder(Turned why) {
        LongAdder adder = turned.get(why);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + why);
        }
        return adder;
    }

    /** Connections that are open. */
    public int connections() {
        return connections.get();
    }

    /** Connections reset because there were too many. */
    public long refused() {
        return refused.sum();
    }

    /** Viewers by HLS that are there. */
    public int hlsViewers() {
        return hlsViewers.get();
    }

    /** Connections that were accepted. */
    public long accepted() {
        return accepted.sum();
    }

    /** Requests turned away for any reason. */
    public long turnedAway() {
        return turned.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Publishers that were let in. */
    public long published() {
        return published.sum();
    }

    /** Publishers ended because what they sent could not be read. */
    public long malformedMedia() {
        return malformedMedia.sum();
    }

    /** Requests turned away for that reason. */
    public long turnedAway(Turned why) {
        return adder(why).sum();
    }

    /** Shows them as meters {@code fairlead.relay.http.*}. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("fairlead.relay.http.connections", connections, AtomicInteger::get)
                .description("Connections of viewers and publishers that are open")
                .register(registry);
        Gauge.builder("fairlead.relay.http.hls.viewers", hlsViewers, AtomicInteger::get)
                .description("Viewers by HLS that are there")
                .register(registry);
        counter(registry, "fairlead.relay.http.connections.accepted", accepted, "Connections accepted");
        counter(registry, "fairlead.relay.http.tls.failed", tlsFailed, "Connections that came to no terms of TLS");
        counter(registry, "fairlead.relay.http.connections.refused", refused, "Connections reset: there were too many");
        counter(registry, "fairlead.relay.http.publishers", published, "Publishers that were let in");
        counter(registry, "fairlead.relay.http.media.malformed", malformedMedia, "Publishers ended for what they sent");
        turned.forEach((why, adder) -> FunctionCounter.builder("fairlead.relay.http.turned.away", adder, LongAdder::sum)
                .description("Requests turned away")
                .tag("reason", why.name().toLowerCase(Locale.ROOT))
                .register(registry));
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
