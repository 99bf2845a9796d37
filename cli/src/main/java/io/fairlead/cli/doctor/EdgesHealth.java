package io.fairlead.cli.doctor;

import io.fairlead.cli.UserError;
import io.fairlead.cli.doctor.EdgeReports.Heard;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.PublishedTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What edges say of themselves: that they report, by which clock, what waits or is lost on its way, and how late decisions are. */
final class EdgesHealth {

    /** Jobs bound event time by the broker's; an edge's clock that is further ahead is cut there. */
    private static final Duration AHEAD_MAX = Duration.ofSeconds(1);

    private static final Duration BEHIND_MAX = Duration.ofSeconds(10);

    /** Of a job's silence; edges stop to go by its decisions then, as its policy or their settings have it. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);

    private static final String QUALITY = "quality";

    /** As the alert loop-slow has it. */
    private static final Duration LOOP_MAX = Duration.ofSeconds(5);

    private static final long SPOOLED_MAX_BYTES = 16 << 20;

    private final Map<String, List<Heard>> byEdge;

    /** @param byEdge as {@link EdgeReports} read them */
    EdgesHealth(Map<String, List<Heard>> byEdge) {
        this.byEdge = byEdge;
    }

    /** That they are heard, and of which version. */
    String reports() {
        if (byEdge.isEmpty()) {
            throw new UserError("none has reported for " + EdgeReports.LATELY.toSeconds()
                    + " s. Do edges run, and do they reach this Kafka? Their /health says what they lack");
        }
        Map<String, Integer> versions = new TreeMap<>();
        byEdge.values().forEach(heard -> versions.merge(newest(heard).getVersion(), 1, Integer::sum));
        return byEdge.size() + " report, of version "
                + String.join(
                        ", ",
                        versions.entrySet().stream()
                                .map(each -> each.getKey() + (versions.size() == 1 ? "" : " (" + each.getValue() + ")"))
                                .toList())
                + (versions.size() == 1 ? "" : ": as while an upgrade is under way");
    }

    /** Whether what edges go by still counts: of a job that they have not heard for long it does not. */
    String decisions() {
        List<String> expired = new ArrayList<>();
        byEdge.forEach((edge, heard) -> {
            EdgeReport newest = newest(heard);
            if (newest.getLocalScoring()) {
                expired.add(edge + " scores exits for itself, for it does not hear the quality job");
            }
            new TreeMap<>(newest.getJobSilenceMs()).forEach((job, silenceMs) -> {
                if (silenceMs > SILENCE_MAX.toMillis() && !(job.equals(QUALITY) && newest.getLocalScoring())) {
                    expired.add(edge + " has not heard the job " + job + " for " + silenceMs / 1_000 + " s");
                }
            });
        });
        if (!expired.isEmpty()) {
            throw new UserError(
                    String.join("; ", expired)
                            + ". If heartbeats are right above, it is the edge that does not read fairlead.decisions.heartbeats: its /health says why; else see docs/operations.md, job-silent");
        }
        return "no edge goes by any that has expired";
    }

    /** By the least that lies between an edge's time and the broker's: what waited on its way is no matter of clocks. */
    String clocks() {
        List<String> wrong = new ArrayList<>();
        byEdge.forEach((edge, heard) -> {
            long leastMs = heard.stream()
                    .mapToLong(each ->
                            each.arrivedAtMs() - each.report().getHeader().getObservedAtMs())
                    .min()
                    .orElse(0);
            if (leastMs < -AHEAD_MAX.toMillis()) {
                wrong.add(edge + " is " + -leastMs + " ms ahead of Kafka's brokers");
            } else if (leastMs > BEHIND_MAX.toMillis() && spooledBytes(newest(heard)) == 0) {
                wrong.add(edge + " is " + leastMs + " ms behind Kafka's brokers");
            }
        });
        if (!wrong.isEmpty()) {
            throw new UserError(
                    String.join("; ", wrong)
                            + ". Let them follow one time (chrony, systemd-timesyncd): what an edge with a wrong clock tells counts late or not at all");
        }
        return "no edge is more than " + AHEAD_MAX.toSeconds() + " s ahead of Kafka's brokers, or "
                + BEHIND_MAX.toSeconds() + " s behind";
    }

    /** Whether what they tell gets out. */
    String telemetry() {
        List<String> wrong = new ArrayList<>();
        long lost = 0;
        for (Map.Entry<String, List<Heard>> each : byEdge.entrySet()) {
            EdgeReport oldest = each.getValue().get(0).report();
            EdgeReport newest = newest(each.getValue());
            lost += lost(newest);
            if (newest.getHeader().getEdgeEpochMs() == oldest.getHeader().getEdgeEpochMs()
                    && lost(newest) > lost(oldest)) {
                wrong.add(each.getKey() + " has lost " + (lost(newest) - lost(oldest)) + " records within "
                        + EdgeReports.LATELY.toSeconds() + " s; its log says why (docs/operations.md, telemetry-lost)");
            } else if (spooledBytes(newest) > SPOOLED_MAX_BYTES) {
                wrong.add(each.getKey() + " holds " + (spooledBytes(newest) >> 20)
                        + " MiB on its disk that Kafka has not taken; is a broker slow or away?");
            }
        }
        if (!wrong.isEmpty()) {
            throw new UserError(String.join("; ", wrong));
        }
        return "nothing waits at edges or gets lost" + (lost == 0 ? "" : "; since they started, " + lost + " were");
    }

    /** From an event at an edge to the decision in force at one: p50 and p99, at the slowest edge, by topic. */
    String loop() {
        Map<String, long[]> byTopic = new TreeMap<>();
        byEdge.values().stream().flatMap(List::stream).forEach(heard -> {
            for (AppliedDecisions applied : heard.report().getApplied()) {
                if (applied.getApplied() > 0) {
                    long[] worst = byTopic.computeIfAbsent(
                            applied.getTopic().replaceFirst("^fairlead\\.decisions\\.", ""), topic -> new long[2]);
                    worst[0] = Math.max(worst[0], applied.getLoopP50Ms());
                    worst[1] = Math.max(worst[1], applied.getLoopP99Ms());
                }
            }
        });
        List<String> slow = byTopic.entrySet().stream()
                .filter(each -> each.getValue()[1] > LOOP_MAX.toMillis())
                .map(EdgesHealth::figures)
                .toList();
        if (!slow.isEmpty()) {
            throw new UserError(
                    "late is " + String.join("; ", slow)
                            + ". Is a job busy or held back (Flink's page of it), or an edge without processor? docs/operations.md, loop-slow");
        }
        return byTopic.isEmpty()
                ? "no decision took effect within " + EdgeReports.LATELY.toSeconds() + " s"
                : String.join(
                        "; ",
                        byTopic.entrySet().stream().map(EdgesHealth::figures).toList());
    }

    private static String figures(Map.Entry<String, long[]> each) {
        return each.getKey() + " p50 " + each.getValue()[0] + " ms, p99 " + each.getValue()[1] + " ms";
    }

    private static EdgeReport newest(List<Heard> heard) {
        return heard.get(heard.size() - 1).report();
    }

    private static long lost(EdgeReport report) {
        return report.getPublished().stream()
                .mapToLong(PublishedTelemetry::getLost)
                .sum();
    }

    private static long spooledBytes(EdgeReport report) {
        return report.getPublished().stream()
                .mapToLong(PublishedTelemetry::getSpooledBytes)
                .sum();
    }
}
