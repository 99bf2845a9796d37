package io.fairlead.lab.replay;

import io.fairlead.jobs.quality.ReplayResult;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What a replay found, for people. */
record ReplayReport(ReplayResult result, long records, String store, List<String> policies) {

    /** @param show exits whose greatest difference is written out */
    String text(int show) {
        StringBuilder text = new StringBuilder();
        text.append(line(
                "%s to %s, %,d records of %s (warm-up included), %d exits",
                Instant.ofEpochMilli(result.fromMs()),
                Instant.ofEpochMilli(result.untilMs()),
                records,
                store,
                result.exits()));
        text.append(line("%-28s %14s   %s", "", "in force", "with " + String.join(", ", policies)));
        text.append(line("%-28s %,14d   %,d", "decisions", result.decisionsBefore(), result.decisionsAfter()));
        text.append(line("%-28s %14.1f   %.1f", "mean quality", result.meanQualityBefore(), result.meanQualityAfter()));
        if (result.exitsDiffering() == 0) {
            return text.append(line("No decision would differ.")).toString();
        }
        text.append(line(
                "It would change %,d of %,d decisions, each exit's looked at every 5 s.",
                result.looksDiffering(), result.looked()));
        text.append(line(
                "%d of %d exits would be decided otherwise, %.1f %% of their time. The greatest differences:",
                result.exitsDiffering(),
                result.exits(),
                100.0 * result.looksDiffering() / Math.max(1, result.looked())));
        result.greatest().stream().limit(show).forEach(each -> {
            text.append(
                    line("%n%s at %s: %+.1f points", each.exitId(), Instant.ofEpochMilli(each.atMs()), each.points()));
            text.append(standing("in force", each.before()));
            text.append(standing("new", each.after()));
        });
        return text.toString();
    }

    private static String standing(String name, ReplayResult.Standing standing) {
        return line(
                "  %-9s %-7s %5.1f, capacity %d: %s",
                name,
                standing.state().toLowerCase(Locale.ROOT),
                standing.quality(),
                standing.capacityRequests(),
                standing.reasons().isEmpty() ? "nothing to complain about" : String.join("; ", standing.reasons()));
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values) + System.lineSeparator();
    }
}
