package io.fairlead.dashboards.console;

import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.PublishedTelemetry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Puts the state of the loop together, and says in sentences what is wrong with it. */
final class Statuses {

    /** Jobs tell every second; five seconds of silence are worth a word. */
    static final long JOB_ALIVE_MS = 5_000;

    static final long EDGE_ALIVE_MS = 5_000;
    private static final long EDGE_GONE_MS = 3_600_000;
    static final long FACTS_LATE_MS = 15_000;

    private Statuses() {}

    static Status of(
            long nowMs, LiveTopics topics, History history, FleetState fleet, int liveClients, Objectives objectives) {
        List<Status.Job> jobs = fleet.jobs().stream()
                .map(heartbeat -> job(nowMs, heartbeat))
                .sorted(Comparator.comparing(Status.Job::job))
                .toList();
        List<Status.Edge> edges = fleet.edges().stream()
                .map(report -> edge(nowMs, report, fleet))
                .filter(edge -> edge.silenceMs() < EDGE_GONE_MS)
                .sorted(Comparator.comparing(Status.Edge::id))
                .toList();
        Status.Source kafka = topics.source(nowMs);
        Status.Source clickHouse = history.source(nowMs);
        return new Status(
                nowMs,
                kafka,
                clickHouse,
                jobs,
                edges,
                fleet.exits(),
                fleet.exitsNotShown(),
                liveClients,
                History.WINDOW_SECONDS,
                objectives,
                problems(kafka, clickHouse, jobs, edges, fleet.exitsNotShown(), topics.unreadable()));
    }

    private static List<String> problems(
            Status.Source kafka,
            Status.Source clickHouse,
            List<Status.Job> jobs,
            List<Status.Edge> edges,
            int notShown,
            long unreadable) {
        List<String> problems = new ArrayList<>();
        if (kafka.problem() != null) {
            problems.add(kafka.problem());
        }
        if (clickHouse.problem() != null) {
            problems.add(clickHouse.problem());
        } else if (clickHouse.ageMs() != null && clickHouse.ageMs() > FACTS_LATE_MS) {
            problems.add("History is " + clickHouse.ageMs() / 1_000
                    + " s behind: no newer fact is in ClickHouse. Look at the facts job.");
        }
        if (kafka.up()) {
            jobs.stream()
                    .filter(job -> !job.alive())
                    .forEach(job -> problems.add("The job '" + job.job() + "' has been silent for "
                            + job.silenceMs() / 1_000 + " s; its decisions stand still."));
            edges.stream()
                    .filter(edge -> edge.silenceMs() > EDGE_ALIVE_MS && !edge.draining())
                    .forEach(edge -> problems.add(
                            "The edge '" + edge.id() + "' has not reported for " + edge.silenceMs() / 1_000 + " s."));
        }
        edges.stream()
                .filter(edge -> edge.localScoring() && edge.silenceMs() <= EDGE_ALIVE_MS)
                .forEach(edge -> problems.add(
                        "The edge '" + edge.id() + "' scores for itself: the quality job is silent to it."));
        if (notShown > 0) {
            problems.add(notShown + " scores of exits over the console's limit are not shown.");
        }
        if (unreadable > 0) {
            problems.add(unreadable + " records could not be read and are not shown; the console's log names them.");
        }
        return List.copyOf(problems);
    }

    private static Status.Job job(long nowMs, JobHeartbeat heartbeat) {
        long silenceMs = Math.max(0, nowMs - heartbeat.getIssuedAtMs());
        long watermark = heartbeat.getWatermarkMs();
        return new Status.Job(
                heartbeat.getJob(),
                silenceMs < JOB_ALIVE_MS,
                silenceMs,
                heartbeat.getJobEpoch(),
                heartbeat.getPolicyVersion(),
                watermark <= 0 ? -1 : Math.max(0, heartbeat.getIssuedAtMs() - watermark),
                heartbeat.getDecisions());
    }

    private static Status.Edge edge(long nowMs, EdgeReport report, FleetState fleet) {
        LoopLately.Figures loop = fleet.loop(report.getHeader().getEdgeId(), nowMs);
        return new Status.Edge(
                report.getHeader().getEdgeId(),
                report.getKind(),
                Math.max(0, nowMs - report.getHeader().getObservedAtMs()),
                report.getExitsOnline(),
                report.getInFlightRequests(),
                report.getLocalScoring(),
                report.getDraining(),
                loop == null ? null : loop.p50Ms(),
                loop == null ? null : loop.p99Ms(),
                report.getPublished().stream()
                        .mapToLong(PublishedTelemetry::getLost)
                        .sum());
    }
}
