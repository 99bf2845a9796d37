package io.fairlead.proxy.attempt;

import io.fairlead.schemas.telemetry.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts of requests and tries since the process began. */
public final class AttemptCounters {

    private final Map<Outcome, LongAdder> requests = new EnumMap<>(Outcome.class);
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder attempts = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder retriesForgone = new LongAdder();
    private final LongAdder sessionWaits = new LongAdder();
    private final LongAdder sessionWaitsInVain = new LongAdder();
    private final LongAdder settledTunnels = new LongAdder();
    private final LongAdder differingTunnels = new LongAdder();
    private final LongAdder bytesUp = new LongAdder();
    private final LongAdder bytesDown = new LongAdder();

    AttemptCounters() {
        for (Outcome outcome : Outcome.values()) {
            requests.put(outcome, new LongAdder());
        }
    }

    void begun() {
        begun.increment();
    }

    void attempted(boolean again) {
        attempts.increment();
        if (again) {
            retries.increment();
        }
    }

    void settled(boolean differs) {
        settledTunnels.increment();
        if (differs) {
            differingTunnels.increment();
        }
    }

    void retryForgone() {
        retriesForgone.increment();
    }

    void sessionBeginsToWait() {
        sessionWaits.increment();
    }

    void sessionWaitedInVain() {
        sessionWaitsInVain.increment();
    }

    void ended(Outcome outcome, long up, long down) {
        ended.increment();
        requests(outcome).increment();
        bytesUp.add(up);
        bytesDown.add(down);
    }

    private LongAdder requests(Outcome outcome) {
        LongAdder adder = requests.get(outcome);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + outcome);
        }
        return adder;
    }

    /** Requests that are over. */
    public long endedRequests() {
        return ended.sum();
    }

    /** Requests that are over with this outcome. */
    public long endedWith(Outcome outcome) {
        return requests(outcome).sum();
    }

    /** Requests that are over and whose outcome was not OK. */
    public long failures() {
        return ended.sum() - endedWith(Outcome.OK);
    }

    public int inFlightRequests() {
        return (int) Math.max(0, begun.sum() - ended.sum());
    }

    public long attempts() {
        return attempts.sum();
    }

    /** Tunnels whose agents have told what they counted. */
    public long settledTunnels() {
        return settledTunnels.sum();
    }

    /** Of these, those that ended cleanly and differ by more than a hundredth. */
    public long differingTunnels() {
        return differingTunnels.sum();
    }

    public long retries() {
        return retries.sum();
    }

    /** Retries that the budget did not allow. */
    public long retriesForgone() {
        return retriesForgone.sum();
    }

    /** Requests of sessions that waited for room on their exit. */
    public long sessionWaits() {
        return sessionWaits.sum();
    }

    /** Shows them as meters {@code fairlead.proxy.*}. */
    public void bindTo(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            FunctionCounter.builder("fairlead.proxy.requests", requests(outcome), LongAdder::sum)
                    .description("Requests that are over, by outcome")
                    .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("fairlead.proxy.requests.in.flight", this, AttemptCounters::inFlightRequests)
                .description("Requests that run now, tunnels included")
                .register(registry);
        counter(registry, "fairlead.proxy.attempts", attempts, "Tries through exits");
        counter(registry, "fairlead.proxy.retries", retries, "Tries after the first");
        counter(registry, "fairlead.proxy.retries.forgone", retriesForgone, "Retries that the budget did not allow");
        counter(
                registry,
                "fairlead.sessions.waits",
                sessionWaits,
                "Requests of sessions that waited for room on their exit");
        counter(
                registry,
                "fairlead.sessions.waits.vain",
                sessionWaitsInVain,
                "Requests of sessions that waited for room on their exit in vain");
        counter(
                registry,
                "fairlead.proxy.tunnels.settled",
                settledTunnels,
                "Tunnels whose agents have told their bytes");
        counter(
                registry,
                "fairlead.proxy.tunnels.bytes.differ",
                differingTunnels,
                "Tunnels that ended cleanly and whose agents count over 1 % more or less than this edge");
        counter(registry, "fairlead.proxy.bytes.up", bytesUp, "Bytes sent to targets");
        counter(registry, "fairlead.proxy.bytes.down", bytesDown, "Bytes received from targets");
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
