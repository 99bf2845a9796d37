package io.fairlead.edge.report;

import io.fairlead.edge.health.JobSilence;
import io.fairlead.edge.publish.TelemetryPublisher;
import io.fairlead.edge.publish.TopicAccount;
import io.fairlead.edge.table.DecisionTable;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.PublishedTelemetry;
import io.fairlead.schemas.topics.Topics;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Makes the {@link EdgeReport} of a moment and tells it. For one thread. */
public final class EdgeReporter {

    private final String edgeId;
    private final String kind;
    private final String version;
    private final TelemetryPublisher publisher;
    private final JobSilence jobs;
    private final List<DecisionTable<?>> decisions;
    private final Supplier<EdgeLoad> load;
    private final LongSupplier nanoClock;
    private final long startNanos;

    /**
     * @param kind what sort of edge it is, such as {@code supernode}
     * @param version of the program
     * @param load asked at each report
     */
    public EdgeReporter(
            String edgeId,
            String kind,
            String version,
            TelemetryPublisher publisher,
            JobSilence jobs,
            List<DecisionTable<?>> decisions,
            Supplier<EdgeLoad> load,
            LongSupplier nanoClock) {
        this.edgeId = edgeId;
        this.kind = kind;
        this.version = version;
        this.publisher = publisher;
        this.jobs = jobs;
        this.decisions = List.copyOf(decisions);
        this.load = load;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    /** Tells how the edge is now. */
    public void report() {
        EdgeLoad now = load.get();
        EdgeReport report = new EdgeReport();
        report.setKind(kind);
        report.setVersion(version);
        report.setUptimeMs(TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - startNanos));
        report.setOpenConnections(now.openConnections());
        report.setInFlightRequests(now.inFlightRequests());
        report.setExitLinks(now.exitLinks());
        report.setExitsOnline(now.exitsOnline());
        report.setRequests(now.requests());
        report.setFailures(now.failures());
        report.setLocalScoring(now.localScoring());
        report.setDraining(now.draining());
        report.setJobSilenceMs(jobs.all());
        report.setApplied(decisions.stream().map(DecisionTable::appliedSince).toList());
        report.setPublished(
                publisher.accounts().stream().map(EdgeReporter::published).toList());
        Runtime runtime = Runtime.getRuntime();
        report.setHeapUsedBytes(runtime.totalMemory() - runtime.freeMemory());
        report.setDirectMemoryBytes(directMemoryBytes());
        report.setProcessCpuLoad(processCpuLoad());
        report.setGroupId(now.groupId());
        report.setDeliveredBitsPerSecond(now.deliveredBitsPerSecond());
        report.setLinkAddress(now.linkAddress());
        report.setViewerAddress(now.viewerAddress());
        publisher.offer(Topics.TELEMETRY_EDGES, edgeId, report);
    }

    private static PublishedTelemetry published(TopicAccount account) {
        return new PublishedTelemetry(
                account.topic(), account.acknowledged(), account.lost(), Math.max(0, account.backlogBytes()));
    }

    /** Netty takes its direct memory past the platform's own count where it can: whichever of the two knows of more. */
    private static long directMemoryBytes() {
        long counted = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                counted = pool.getMemoryUsed();
            }
        }
        return Math.max(counted, PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
    }

    private static double processCpuLoad() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean known ? known.getProcessCpuLoad() : -1;
    }
}
