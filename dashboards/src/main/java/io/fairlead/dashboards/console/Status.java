package io.fairlead.dashboards.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * State of the loop as this console sees it.
 *
 * @param atMs when this was true, by the console's clock
 * @param problems one sentence for each thing that is down or silent
 */
record Status(
        long atMs,
        Source kafka,
        Source clickHouse,
        List<Job> jobs,
        List<Edge> edges,
        int exits,
        int exitsNotShown,
        int liveClients,
        int windowSeconds,
        Objectives objectives,
        List<String> problems) {

    /** Version of the policies that a job decides by, as its newest heartbeat says; null: it was not heard. */
    @Nullable
    Long policyAtWork(String job) {
        return jobs.stream()
                .filter(each -> each.job().equals(job))
                .map(Job::policyVersion)
                .findFirst()
                .orElse(null);
    }

    /**
     * Where data come from.
     *
     * @param up it answered the last time it was asked
     * @param ageMs age of the newest data from it; null: none came yet
     * @param problem what is wrong; null: nothing
     */
    record Source(
            boolean up, @Nullable Long ageMs, @Nullable String problem) {}

    /** @param silenceMs since its newest heartbeat was issued */
    record Job(
            String job,
            boolean alive,
            long silenceMs,
            long epoch,
            long policyVersion,
            long watermarkLagMs,
            long decisions) {}

    /**
     * @param silenceMs since its newest report
     * @param loopP50Ms from an event on an edge to the decision applied here, see {@link LoopLately.Figures}; null: none
     *     applied in the last minute
     * @param lost telemetry records since its start
     */
    record Edge(
            String id,
            String kind,
            long silenceMs,
            int exitsOnline,
            int inFlightRequests,
            boolean localScoring,
            boolean draining,
            @Nullable Long loopP50Ms,
            @Nullable Long loopP99Ms,
            long lost) {}
}
