package io.fairlead.dashboards.console;

import io.fairlead.schemas.telemetry.AppliedDecisions;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How long the loop took at one edge, from an event to the decision applied, in the reports of the last minute. */
final class LoopLately {

    private static final long KEPT_MS = 60_000;
    private static final int REPORTS_MAX = 120;

    private final Deque<Told> reports = new ArrayDeque<>();

    private record Told(long atMs, long p50Ms, long p99Ms) {}

    /**
     * @param p50Ms median of the reports' medians
     * @param p99Ms the highest of the reports' 99th percentiles
     */
    record Figures(long p50Ms, long p99Ms) {
        /** The slower of both, in each figure. */
        Figures slower(Figures other) {
            return new Figures(Math.max(p50Ms, other.p50Ms), Math.max(p99Ms, other.p99Ms));
        }
    }

    /** Takes a report in; one in which nothing was applied, or nothing that names its event, says nothing. */
    synchronized void add(long atMs, AppliedDecisions applied) {
        if (applied.getApplied() > 0 && applied.getLoopP99Ms() > 0) {
            reports.addLast(new Told(atMs, applied.getLoopP50Ms(), applied.getLoopP99Ms()));
            if (reports.size() > REPORTS_MAX) {
                reports.removeFirst();
            }
        }
    }

    /** Null: nothing was applied in the last minute. */
    synchronized @Nullable Figures figures(long nowMs) {
        reports.removeIf(told -> told.atMs() < nowMs - KEPT_MS);
        if (reports.isEmpty()) {
            return null;
        }
        long[] medians = reports.stream().mapToLong(Told::p50Ms).sorted().toArray();
        return new Figures(
                medians[medians.length / 2],
                reports.stream().mapToLong(Told::p99Ms).max().orElseThrow());
    }
}
