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
        EdgeBroker.patiently()
                .until(() ->
                        metrics.get("fairlead.telemetry.queue.records").gauge().value() == 0
                                && publisher.accounts().stream().anyMatch(account -> account.backlogBytes() > 0));
        // The writer spools what it took before it looks at the queue again.
        EdgeBroker.patiently()
                .until(() -> metrics.get("fairlead.telemetry.spool").gauge().value() >= backlog(publisher));
        System.out.println(publisher.epochMs());
        Thread.currentThread().join();
    }

    private static long backlog(TelemetryPublisher publisher) {
        return publisher.accounts().stream()
                .mapToLong(account -> account.backlogBytes())
                .sum();
    }
}
