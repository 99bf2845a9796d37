package io.fairlead.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.cli.UserError;
import io.fairlead.cli.doctor.EdgeReports.Heard;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.PublishedTelemetry;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EdgesHealthTest {

    private static final long NOW_MS = 1_800_000_000_000L;

    @Test
    void edgesThatAreWellAreToldWithTheirVersionsAndTheLoop() {
        EdgesHealth well = new EdgesHealth(Map.of(
                "edge-1", List.of(heard(report("1.0", 10), 0), heard(report("1.0", 12), 1_000)),
                "edge-2", List.of(heard(report("1.1", 90), 0))));
        assertThat(well.reports()).isEqualTo("2 report, of version 1.0 (1), 1.1 (1): as while an upgrade is under way");
        assertThat(well.decisions()).isEqualTo("no edge goes by any that has expired");
        assertThat(well.clocks()).startsWith("no edge is more than 1 s ahead");
        assertThat(well.telemetry()).isEqualTo("nothing waits at edges or gets lost");
        assertThat(well.loop()).isEqualTo("exits p50 5 ms, p99 90 ms");
    }

    @Test
    void nobodyIsHeard() {
        assertThatThrownBy(new EdgesHealth(Map.of())::reports)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none has reported for 30 s");
    }

    @Test
    void aWrongClockIsSaidWithItsDifference() {
        EdgesHealth ahead = new EdgesHealth(Map.of("edge-1", List.of(heard(report("1.0", 10), -5_000))));
        assertThatThrownBy(ahead::clocks)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("edge-1 is 5000 ms ahead of Kafka's brokers");
        EdgesHealth behind = new EdgesHealth(Map.of("edge-1", List.of(heard(report("1.0", 10), 60_000))));
        assertThatThrownBy(behind::clocks).hasMessageContaining("edge-1 is 60000 ms behind Kafka's brokers");
        EdgeReport waited = published(report("1.0", 10), 0, 4_000);
        assertThat(new EdgesHealth(Map.of("edge-1", List.of(heard(waited, 60_000)))).clocks())
                .as("what waited on its way says nothing of the clock")
                .startsWith("no edge");
    }

    @Test
    void whatIsLostNowIsWrongAndWhatWasLostOnceIsTold() {
        EdgesHealth loses = new EdgesHealth(Map.of(
                "edge-1",
                List.of(heard(published(report("1.0", 10), 3, 0), 0), heard(published(report("1.0", 10), 9, 0), 0))));
        assertThatThrownBy(loses::telemetry)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("edge-1 has lost 6 records within 30 s");
        EdgesHealth lost = new EdgesHealth(Map.of(
                "edge-1",
                List.of(heard(published(report("1.0", 10), 9, 0), 0), heard(published(report("1.0", 10), 9, 0), 0))));
        assertThat(lost.telemetry()).isEqualTo("nothing waits at edges or gets lost; since they started, 9 were");
        EdgesHealth holds =
                new EdgesHealth(Map.of("edge-1", List.of(heard(published(report("1.0", 10), 0, 64L << 20), 0))));
        assertThatThrownBy(holds::telemetry).hasMessageContaining("edge-1 holds 64 MiB on its disk");
    }

    @Test
    void lateDecisionsAndThoseThatHaveExpiredAreWrong() {
        assertThatThrownBy(new EdgesHealth(Map.of("edge-1", List.of(heard(report("1.0", 9_000), 0))))::loop)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("exits p50 5 ms, p99 9000 ms");
        EdgeReport alone = report("1.0", 10);
        alone.setLocalScoring(true);
        assertThatThrownBy(new EdgesHealth(Map.of("edge-1", List.of(heard(alone, 0))))::decisions)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("edge-1 scores exits for itself");
        EdgeReport deaf = report("1.0", 10);
        deaf.setJobSilenceMs(Map.of("pools", 75_000L, "quality", 400L));
        assertThatThrownBy(new EdgesHealth(Map.of("edge-2", List.of(heard(deaf, 0))))::decisions)
                .hasMessageContaining("edge-2 has not heard the job pools for 75 s. ");
    }

    private static Heard heard(EdgeReport report, long arrivedAfterMs) {
        return new Heard(report, report.getHeader().getObservedAtMs() + arrivedAfterMs);
    }

    private static EdgeReport published(EdgeReport report, long lost, long spooledBytes) {
        report.setPublished(List.of(new PublishedTelemetry("fairlead.telemetry.exits", 100L, lost, spooledBytes)));
        return report;
    }

    private static EdgeReport report(String version, long p99Ms) {
        return EdgeReport.newBuilder()
                .setHeader(new TelemetryHeader("edge", 1L, 0, 1L, NOW_MS))
                .setKind("proxy")
                .setVersion(version)
                .setUptimeMs(1)
                .setOpenConnections(0)
                .setInFlightRequests(0)
                .setExitLinks(0)
                .setExitsOnline(0)
                .setRequests(0)
                .setFailures(0)
                .setLocalScoring(false)
                .setDraining(false)
                .setJobSilenceMs(Map.of())
                .setApplied(List.of(
                        new AppliedDecisions("fairlead.decisions.exits", 1L, 1L, NOW_MS, 1, 4L, 5L, p99Ms, p99Ms)))
                .setPublished(List.of())
                .setHeapUsedBytes(1)
                .setDirectMemoryBytes(1)
                .setProcessCpuLoad(0)
                .build();
    }
}
