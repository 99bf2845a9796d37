package io.fairlead.model.exit;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.References;
import io.fairlead.model.quality.SpeedTerm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Why an exit is not rated 100, in words, the heaviest reason first; before all, why it can't be used at all. */
public final class Shortfalls {

    /** Points under which a reason is not worth a word. */
    private static final double WORTH_POINTS = 1;

    private Shortfalls() {}

    /** The reasons of a rating made under this policy; empty: there is nothing to complain about. */
    public static List<String> of(ExitRating rating, QualityPolicy policy) {
        References references = rating.references();
        List<Reason> reasons = new ArrayList<>(5);
        if (rating.benchmarkTerm() >= 0) {
            String time = Double.isInfinite(rating.benchmarkMs()) ? "fails" : "slow: " + ms(rating.benchmarkMs());
            reasons.add(new Reason(
                    "benchmark " + time + " against " + ms(2 * references.psiMs()),
                    100 * (SpeedTerm.MAX - rating.benchmarkTerm())));
        }
        if (rating.pingTerm() >= 0) {
            reasons.add(new Reason(
                    "ping slow: " + ms(rating.pingMs()) + " against " + ms(2 * references.omegaMs()),
                    100 * (SpeedTerm.MAX - rating.pingTerm())));
        }
        double speed = SpeedTerm.speed(rating.benchmarkTerm(), rating.pingTerm());
        reasons.add(new Reason(
                "may disconnect: " + percent(rating.disconnect()) + " within " + policy.disconnectHorizonMs() / 60_000
                        + " min, " + (rating.bySurvival() ? "as its like do at its age" : "at a constant hazard"),
                100 * speed * rating.disconnect()));
        double own = Math.min(1, rating.success() / Math.max(1e-9, rating.networkSuccess()));
        reasons.add(new Reason(
                "fails: " + percent(1 - own) + " of requests", 100 * speed * (1 - Math.pow(own, policy.gamma()))));
        reasons.add(new Reason(
                "its network fails: " + percent(1 - rating.networkSuccess()) + " of requests, whatever the exit",
                100 * speed * (1 - Math.pow(rating.networkSuccess(), policy.gamma()))));
        for (ClassRating each : rating.classes()) {
            reasons.add(new Reason(
                    "blocked by " + each.targetClass() + ": " + percent(each.blockRate()) + " of answers",
                    100 * each.blockRate() * each.share()));
        }
        List<String> words = new ArrayList<>(reasons.size() + 1);
        if (rating.presence() != Presence.ONLINE) {
            words.add(rating.presence() == Presence.OFFLINE ? "offline" : "silent: its edge is not heard");
        }
        if (!rating.objection().isEmpty()) {
            words.add("takes no requests: " + rating.objection());
        }
        if (rating.lowConfidence()) {
            words.add((rating.benchmarkTerm() < 0 ? "never benchmarked" : "never pinged") + ": capped at "
                    + Math.round(policy.lowConfidenceCap()));
        }
        reasons.stream()
                .filter(reason -> reason.points() >= WORTH_POINTS)
                .sorted(Comparator.comparingDouble(Reason::points).reversed())
                .forEach(reason -> words.add(reason.words() + " (−" + Math.round(reason.points()) + ")"));
        for (String each : rating.failingTargets()) {
            words.add("a target of " + each + " fails whatever the exit: not held against it");
        }
        return words;
    }

    private static String ms(double ms) {
        return ms >= 10 ? grouped(Math.round(ms)) + " ms" : String.format(Locale.ROOT, "%.1f ms", ms);
    }

    /** Thousands apart: 2 400. */
    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    private record Reason(String words, double points) {}
}
