package io.fairlead.edge.table;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * How long decisions took to come here: from the event on an edge (the loop) and from their being issued (the delivery). Clocks
 * of several machines are compared, so that both are as right as these agree; less than nothing counts as nothing.
 */
final class LoopLatency {

    private static final long LONGEST_MS = TimeUnit.HOURS.toMillis(1);

    private final Timer loop;
    private final Timer delivery;
    private final Recorder recent = new Recorder(LONGEST_MS, 3);
    private Histogram spare = recent.getIntervalHistogram();

    LoopLatency(String topic, MeterRegistry metrics) {
        this.loop = timer("fairlead.decisions.loop", "From the event on an edge to the decision applied here", topic)
                .register(metrics);
        this.delivery = timer(
                        "fairlead.decisions.delivery", "From the decision in the job to its being applied here", topic)
                .register(metrics);
    }

    private static Timer.Builder timer(String name, String description, String topic) {
        return Timer.builder(name)
                .description(description)
                .tag("topic", topic)
                .serviceLevelObjectives(
                        Duration.ofMillis(20),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(200),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(60));
    }

    void applied(Decision<?> decision, long nowMs) {
        delivery.record(Math.max(0, nowMs - decision.issuedAtMs()), TimeUnit.MILLISECONDS);
        if (decision.observedAtMs() > 0) {
            long loopMs = Math.min(LONGEST_MS, Math.max(0, nowMs - decision.observedAtMs()));
            loop.record(loopMs, TimeUnit.MILLISECONDS);
            recent.recordValue(loopMs);
        }
    }

    /** Loops since the last call of this method. One caller. */
    synchronized Histogram since() {
        spare = recent.getIntervalHistogram(spare);
        return spare;
    }
}
