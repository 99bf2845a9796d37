package io.fairlead.proxy.upstream;

import io.fairlead.schemas.telemetry.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts of what upstreams do, since the process began. */
public final class UpstreamCounters {

    private final Map<Outcome, LongAdder> tunnels = new EnumMap<>(Outcome.class);
    private final LongAdder checks = new LongAdder();
    private final LongAdder failedChecks = new LongAdder();
    private final LongAdder withoutSecret = new LongAdder();
    private final LongAdder notKept = new LongAdder();

    UpstreamCounters() {
        for (Outcome outcome : Outcome.values()) {
            tunnels.put(outcome, new LongAdder());
        }
    }

    void tunnel(Outcome outcome) {
        of(outcome).increment();
    }

    void checked(boolean answered) {
        checks.increment();
        if (!answered) {
            failedChecks.increment();
        }
    }

    void withoutSecret() {
        withoutSecret.increment();
    }

    void notKept() {
        notKept.increment();
    }

    private LongAdder of(Outcome outcome) {
        LongAdder adder = tunnels.get(outcome);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + outcome);
        }
        return adder;
    }

    /** Tunnels that were asked for, and ended up like this: OK was opened, CLIENT_ABORTED given up before. */
    public long tunnels(Outcome outcome) {
        return of(outcome).sum();
    }

    /** Connections made only to see whether an upstream answers. */
    public long checks() {
        return checks.sum();
    }

    /** Shows them as meters {@code fairlead.upstream.*}. */
    void bindTo(MeterRegistry metrics, Upstreams upstreams) {
        Gauge.builder("fairlead.upstream.known", upstreams, Upstreams::size)
                .description("Upstream exits that config names and nobody has taken out")
                .register(metrics);
        Gauge.builder("fairlead.upstream.online", upstreams, Upstreams::onlineCount)
                .description("Upstream exits that answer")
                .register(metrics);
        FunctionCounter.builder("fairlead.upstream.checks", checks, LongAdder::sum)
                .description("Connections made only to see whether an upstream answers")
                .register(metrics);
        FunctionCounter.builder("fairlead.upstream.checks.failed", failedChecks, LongAdder::sum)
                .register(metrics);
        FunctionCounter.builder("fairlead.upstream.without.secret", withoutSecret, LongAdder::sum)
                .description("Times that the password of an upstream was not where its record says")
                .register(metrics);
        FunctionCounter.builder("fairlead.upstream.not.kept", notKept, LongAdder::sum)
                .description("Records of upstreams over the limit")
                .register(metrics);
        for (Outcome outcome : Outcome.values()) {
            FunctionCounter.builder("fairlead.upstream.tunnels", of(outcome), LongAdder::sum)
                    .tag("outcome", outcome.name())
                    .register(metrics);
        }
    }
}
