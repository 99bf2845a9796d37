package io.fairlead.lab.simulate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The results of policies in one scenario, at one load and one staleness, over the same seeds. */
record Comparison(Map<Policy, List<Result>> results) {

    static Comparison of(List<Result> all) {
        Map<Policy, List<Result>> byPolicy = new EnumMap<>(Policy.class);
        all.forEach(result -> byPolicy.computeIfAbsent(result.setup().policy(), p -> new ArrayList<>())
                .add(result));
        return new Comparison(byPolicy);
    }

    String title() {
        List<Result> any = results.values().iterator().next();
        return any.get(0).setup().title() + ", " + any.size() + " seeds";
    }

    /** Goodput as a share of the oracle's on the same seed, %. */
    Spread ofOracle(Policy policy) {
        List<Result> oracle = results.getOrDefault(Policy.ORACLE, List.of());
        List<Result> own = results.getOrDefault(policy, List.of());
        return Spread.of(own.stream().mapToDouble(result -> oracle.stream()
                .filter(other -> other.setup().seed() == result.setup().seed())
                .mapToDouble(other -> 100 * result.goodput() / other.goodput())
                .findFirst()
                .orElse(Double.NaN)));
    }

    /** As Markdown, one row a policy. */
    String table() {
        StringBuilder out = new StringBuilder("| policy | of oracle's goodput (%) |");
        Measure.ALL.forEach(measure -> out.append(' ').append(measure.title()).append(" |"));
        out.append("\n|---|---|").append("---|".repeat(Measure.ALL.size())).append('\n');
        results.forEach((policy, of) -> {
            out.append("| ")
                    .append(policy.word())
                    .append(" | ")
                    .append(ofOracle(policy).text(1))
                    .append(" |");
            Measure.ALL.forEach(measure -> out.append(' ')
                    .append(measure.over(of).text(measure.digits()))
                    .append(" |"));
            out.append('\n');
        });
        return out.toString();
    }

    /** What was predicted and attributed, over the runs of our policies. */
    String estimates() {
        Calibration survival = new Calibration();
        Calibration hazard = new Calibration();
        List<Result> ours = new ArrayList<>();
        results.forEach((policy, of) -> {
            if (policy.isOurs()) {
                ours.addAll(of);
            }
        });
        ours.forEach(result -> {
            survival.add(result.bySurvival());
            hazard.add(result.byHazard());
        });
        return attributed(ours)
                + " Disconnection within a minute: calibration error %.4f by survival, %.4f by constant hazard; Brier score %.4f and %.4f."
                        .formatted(survival.error(), hazard.error(), survival.brier(), hazard.brier());
    }

    private static String attributed(List<Result> ours) {
        long ambiguous = ours.stream().mapToLong(Result::ambiguous).sum();
        if (ambiguous == 0) {
            return "No failure was ambiguous.";
        }
        Spread right = Spread.of(ours.stream().mapToDouble(result -> 100 * result.attributedRight()));
        double together = ours.stream()
                .filter(result -> result.ambiguous() > 0)
                .mapToDouble(result -> result.ambiguous() * result.attributedRight())
                .sum();
        return "Attributed right: %s %% of a run's ambiguous failures, %.1f %% of all %,d."
                .formatted(right.text(1), 100 * together / ambiguous, ambiguous);
    }
}
