package io.fairlead.lab.edge;

import io.fairlead.edge.publish.PublisherSettings;
import io.fairlead.edge.publish.TelemetryPublisher;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A process that tells records while Kafka is away, says its epoch when all are in its spool, and waits to be killed. */
final class SpoolingEdge {

    static final int RECORDS = 5_000;

    private SpoolingEdge() {}

    public static void main(String[] args) throws Exception {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        TelemetryPublisher publisher = TelemetryPublisher.start(
                args[0],
                Path.of(args[1]),
                Map.of("bootstrap.servers", args[2]),
                PublisherSettings.defaults().withTicks(1_000_000, List.of()),
                metrics,
                InstantSource.system(),
                System::nanoTime);
        for (int i = 0; i < RECORDS; i++) {
            publisher.offer(Topics.TELEMETRY_EXITS, "exit-" + i % 50, EdgeTelemetryTest.left(i));
        }
        EdgeBroker.patiently().until(() -> queued(metrics) == 0);
        // When this one has left the queue, those before it have been encoded; it may itself be lost in the kill.
        publisher.offer(Topics.TELEMETRY_EXITS, "exit-0", EdgeTelemetryTest.left(RECORDS));
        EdgeBroker.patiently().until(() -> queued(metrics) == 0 && spooled(metrics) >= backlog(publisher));
        System.out.println(publisher.epochMs());
        Thread.currentThread().join();
    }

    private static double queued(SimpleMeterRegistry metrics) {
        return metrics.get("fairlead.telemetry.queue.records").gauge().value();
    }

    private static double spooled(SimpleMeterRegistry metrics) {
        return metrics.get("fairlead.telemetry.spool").gauge().value();
    }

    private static long backlog(TelemetryPublisher publisher) {
        return publisher.accounts().stream()
                .mapToLong(account -> account.backlogBytes())
                .sum();
    }
}
