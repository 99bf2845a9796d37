package io.fairlead.proxy.front;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts of the user side since the process began. */
public final class FrontCounters {

    final AtomicInteger open = new AtomicInteger();
    final LongAdder accepted = new LongAdder();
    final LongAdder overTotal = new LongAdder();
    final LongAdder overSource = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder denied = new LongAdder();
    final LongAdder backedOff = new LongAdder();
    final LongAdder headTimeouts = new LongAdder();
    final LongAdder reused = new LongAdder();
    final LongAdder secured = new LongAdder();
    final LongAdder handshakesFailed = new LongAdder();
    final LongAdder streams = new LongAdder();
    final LongAdder floods = new LongAdder();
    final LongAdder proxyHeadersRefused = new LongAdder();
    final LongAdder resetUnderPressure = new LongAdder();

    FrontCounters() {}

    public int openConnections() {
        return open.get();
    }

    /** Connections reset because of the limit in all. */
    public long refusedOverTotal() {
        return overTotal.sum();
    }

    /** Connections reset because of the limit per source. */
    public long refusedOverSource() {
        return overSource.sum();
    }

    public long malformedRequests() {
        return malformed.sum();
    }

    /** Requests that were answered 407. */
    public long deniedLogins() {
        return denied.sum();
    }

    /** Requests that went through a tunnel that was kept open. */
    public long reusedTunnels() {
        return reused.sum();
    }

    /** Connections that speak TLS. */
    public long securedConnections() {
        return secured.sum();
    }

    /** Connections that began TLS and did not come to an end with it. */
    public long failedHandshakes() {
        return handshakesFailed.sum();
    }

    /** Heads and handshakes that were not whole in time. */
    public long timedOutHeads() {
        return headTimeouts.sum();
    }

    /** Connections of load balancers that did not begin with a PROXY header as they should. */
    public long refusedProxyHeaders() {
        return proxyHeadersRefused.sum();
    }

    /** Connections reset because the edge was at its end. */
    public long resetUnderPressure() {
        return resetUnderPressure.sum();
    }

    /** Requests over HTTP/2. */
    public long streams() {
        return streams.sum();
    }

    /** Connections of HTTP/2 closed because of what leads nowhere. */
    public long floods() {
        return floods.sum();
    }

    /** Shows them as meters {@code fairlead.front.*}. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("fairlead.front.connections", this, FrontCounters::openConnections)
                .description("User connections that are open")
                .register(registry);
        counter(registry, "fairlead.front.connections.accepted", "", accepted, "User connections accepted");
        String refused = "User connections reset because of a limit";
        counter(registry, "fairlead.front.connections.refused", "total", overTotal, refused);
        counter(registry, "fairlead.front.connections.refused", "source", overSource, refused);
        counter(registry, "fairlead.front.connections.refused", "proxy_header", proxyHeadersRefused, refused);
        counter(registry, "fairlead.front.connections.refused", "pressure", resetUnderPressure, refused);
        String rejected = "Requests refused before they belonged to a tenant";
        counter(registry, "fairlead.front.requests.rejected", "malformed", malformed, rejected);
        counter(registry, "fairlead.front.requests.rejected", "denied", denied, rejected);
        counter(registry, "fairlead.front.requests.rejected", "backoff", backedOff, rejected);
        counter(registry, "fairlead.front.requests.rejected", "timeout", headTimeouts, rejected);
        counter(registry, "fairlead.front.requests.rejected", "flood", floods, rejected);
        String handshakes = "Handshakes of TLS by users";
        counter(registry, "fairlead.front.tls.handshakes", "done", secured, handshakes);
        counter(registry, "fairlead.front.tls.handshakes", "failed", handshakesFailed, handshakes);
        counter(registry, "fairlead.front.streams", "", streams, "Requests over HTTP/2");
        counter(registry, "fairlead.front.tunnels.reused", "", reused, "Requests through a tunnel that was kept open");
    }

    private static void counter(
            MeterRegistry registry, String name, String reason, LongAdder adder, String description) {
        FunctionCounter.Builder<LongAdder> counter =
                FunctionCounter.builder(name, adder, LongAdder::sum).description(description);
        (reason.isEmpty() ? counter : counter.tag("reason", reason)).register(registry);
    }
}
