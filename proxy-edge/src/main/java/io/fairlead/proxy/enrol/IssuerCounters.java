package io.fairlead.proxy.enrol;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What the issuer has done since it started. Any thread. */
public final class IssuerCounters implements MeterBinder {

    private final LongAdder enrolled = new LongAdder();
    private final LongAdder renewed = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();
    private final Map<IssuerRefusal, LongAdder> refused = new EnumMap<>(IssuerRefusal.class);

    IssuerCounters() {
        for (IssuerRefusal reason : IssuerRefusal.values()) {
            refused.put(reason, new LongAdder());
        }
    }

    void enrolled() {
        enrolled.increment();
    }

    void renewed() {
        renewed.increment();
    }

    void turnedAway() {
        turnedAway.increment();
    }

    void refused(IssuerRefusal reason) {
        LongAdder adder = refused.get(reason);
        if (adder != null) {
            adder.increment();
        }
    }

    /** First certificates given. */
    public long enrolledCount() {
        return enrolled.sum();
    }

    /** Further certificates given. */
    public long renewedCount() {
        return renewed.sum();
    }

    public long refusedCount(IssuerRefusal reason) {
        LongAdder adder = refused.get(reason);
        return adder == null ? 0 : adder.sum();
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        FunctionCounter.builder("fairlead.issuer.enrolled", enrolled, LongAdder::sum)
                .register(metrics);
        FunctionCounter.builder("fairlead.issuer.renewed", renewed, LongAdder::sum)
                .register(metrics);
        FunctionCounter.builder("fairlead.issuer.turned.away", turnedAway, LongAdder::sum)
                .description("Connections closed because there were too many")
                .register(metrics);
        refused.forEach((reason, count) -> FunctionCounter.builder("fairlead.issuer.refused", count, LongAdder::sum)
                .tag("reason", reason.name())
                .register(metrics));
    }
}
