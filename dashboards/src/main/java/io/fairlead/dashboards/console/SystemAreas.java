package io.fairlead.dashboards.console;

import io.fairlead.dashboards.console.Overview.Area;
import io.fairlead.dashboards.console.Overview.Figure;
import io.fairlead.dashboards.console.Overview.Finding;
import io.fairlead.dashboards.console.Overview.State;
import io.fairlead.dashboards.console.Overview.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the overview says of the parts that carry decisions: jobs, edges, the way from event to effect, Kafka and history. */
final class SystemAreas {

    private SystemAreas() {}

    static Area jobs(long nowMs, Status told, List<Finding> findings) {
        if (told.jobs().isEmpty()) {
            return new Area("jobs", "Jobs", State.UNKNOWN, "No job was heard.", List.of(), "/fleet");
        }
        State state = State.GOOD;
        int alive = 0;
        for (Status.Job job : told.jobs()) {
            if (job.alive()) {
                alive++;
                continue;
            }
            State one = job.silenceMs() > told.objectives().jobSilenceMs() ? State.BAD : State.WATCH;
            state = one.compareTo(state) < 0 ? one : state;
            findings.add(new Finding(
                    "jobs",
                    one,
                    "The job '" + job.job() + "' is silent",
                    nowMs - job.silenceMs(),
                    "its decisions stand as they were; policy version " + job.policyVersion(),
                    "docs/operations.md, job-silent",
                    job.policyVersion(),
                    "/fleet"));
        }
        return new Area(
                "jobs",
                "Jobs",
                state,
                state == State.GOOD ? "All are heard." : "Not all are heard.",
                List.of(new Figure("heard", alive, (double) told.jobs().size(), Unit.COUNT, state == State.BAD)),
                "/fleet");
    }

    static Area edges(long nowMs, Status told, List<Finding> findings) {
        if (told.edges().isEmpty()) {
            return new Area("edges", "Edges", State.UNKNOWN, "No edge has reported.", List.of(), "/fleet");
        }
        int well = 0;
        State state = State.GOOD;
        long inFlight = 0;
        for (Status.Edge edge : told.edges()) {
            inFlight += edge.inFlightRequests();
            boolean silent = edge.silenceMs() > Statuses.EDGE_ALIVE_MS && !edge.draining();
            if (silent || edge.localScoring()) {
                State one = silent ? State.BAD : State.WATCH;
                state = one.compareTo(state) < 0 ? one : state;
                findings.add(new Finding(
                        "edges",
                        one,
                        "The " + (edge.kind().isEmpty() ? "" : edge.kind() + " ") + "edge '" + edge.id()
                                + (silent ? "' does not report" : "' scores for itself"),
                        silent ? nowMs - edge.silenceMs() : null,
                        silent
                                ? edge.exitsOnline() + " exits and " + edge.inFlightRequests()
                                        + " requests when it was last heard"
                                : "it uses its own scores",
                        silent ? "docs/operations.md, edge-gone" : "the quality job is silent to it",
                        told.policyAtWork("quality"),
                        "/fleet"));
            } else {
                well++;
            }
        }
        return new Area(
                "edges",
                "Edges",
                state,
                state == State.GOOD ? "All report." : "Not all are well.",
                List.of(
                        new Figure("well", well, (double) told.edges().size(), Unit.COUNT, state == State.BAD),
                        new Figure("requests in flight", inFlight, null, Unit.COUNT, false)),
                "/fleet");
    }

    /** @param byTopic how late decisions took effect, at the slowest edge */
    static Area loop(Map<String, LoopLately.Figures> byTopic, Status told, List<Finding> findings) {
        if (byTopic.isEmpty()) {
            return new Area(
                    "loop",
                    "Event to effect",
                    State.UNKNOWN,
                    "No decision took effect in the last minute.",
                    List.of(),
                    "/fleet");
        }
        List<Figure> figures = new ArrayList<>();
        boolean slow = false;
        for (Map.Entry<String, LoopLately.Figures> each : byTopic.entrySet()) {
            String topic = each.getKey().replaceFirst("^fairlead\\.decisions\\.", "");
            LoopLately.Figures lately = each.getValue();
            boolean late = lately.p99Ms() > told.objectives().loopP99Ms();
            slow |= late;
            figures.add(new Figure(topic + " p50", lately.p50Ms(), null, Unit.MS, false));
            figures.add(new Figure(topic + " p99", lately.p99Ms(), null, Unit.MS, late));
            if (late) {
                findings.add(new Finding(
                        "loop",
                        State.WATCH,
                        "Decisions of " + topic + " come late: p99 " + lately.p99Ms() + " ms",
                        null,
                        "",
                        "docs/operations.md, loop-slow",
                        told.policyAtWork(jobThatTells(topic)),
                        "/fleet"));
            }
        }
        return new Area(
                "loop",
                "Event to effect",
                slow ? State.WATCH : State.GOOD,
                slow ? "Decisions come late." : "Decisions come in time, at the slowest edge.",
                figures,
                "/fleet");
    }

    private static String jobThatTells(String topic) {
        return switch (topic) {
            case "exits", "canaries" -> "quality";
            case "forecasts" -> "pools";
            case "popularity" -> "resolvers";
            default -> topic;
        };
    }

    static Area sources(Status told, List<Finding> findings) {
        boolean kafka = told.kafka().problem() == null;
        boolean stored = told.clickHouse().problem() == null;
        Long age = told.clickHouse().ageMs();
        boolean late = age != null && age > Statuses.FACTS_LATE_MS;
        if (!kafka) {
            findings.add(source(told.kafka(), told.atMs(), "Kafka does not answer"));
        }
        if (!stored) {
            findings.add(source(told.clickHouse(), told.atMs(), "ClickHouse does not answer"));
        } else if (late && age != null) {
            findings.add(new Finding(
                    "sources",
                    State.BAD,
                    "History is late",
                    told.atMs() - age,
                    "",
                    "docs/operations.md, history-late",
                    null,
                    "/fleet"));
        }
        List<Figure> figures = new ArrayList<>();
        if (told.kafka().ageMs() != null) {
            figures.add(new Figure("age of decisions", told.kafka().ageMs(), null, Unit.MS, !kafka));
        }
        if (age != null) {
            figures.add(new Figure("age of history", age, null, Unit.MS, late || !stored));
        }
        boolean well = kafka && stored && !late;
        return new Area(
                "sources",
                "Kafka and history",
                well ? State.GOOD : State.BAD,
                well ? "Both answer." : kafka && stored ? "History is late." : "Not both answer.",
                figures,
                "/fleet");
    }

    private static Finding source(Status.Source source, long nowMs, String what) {
        return new Finding(
                "sources",
                State.BAD,
                what,
                source.ageMs() == null ? null : nowMs - source.ageMs(),
                "edges go on with what was decided",
                String.valueOf(source.problem()),
                null,
                "/fleet");
    }
}
