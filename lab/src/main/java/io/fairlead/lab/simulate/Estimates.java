package io.fairlead.lab.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What the model foretells and learns, held against the truth of the simulated world.
 *
 * @param predictions one a seed
 * @param capacity one a seed
 */
record Estimates(List<PredictionTrial> predictions, List<CapacityTrial> capacity) {

    private static final int EXITS = 150;
    private static final int SECONDS = 7_200;

    static Estimates of(long firstSeed, int seeds) {
        List<PredictionTrial> predictions = new ArrayList<>();
        List<CapacityTrial> capacity = new ArrayList<>();
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            predictions.add(PredictionTrial.of(EXITS, SECONDS, seed));
            capacity.add(CapacityTrial.of(seed));
        }
        return new Estimates(predictions, capacity);
    }

    /** For people. */
    String text() {
        return String.format(
                Locale.ROOT,
                "Disconnection, %d min ahead: calibration error %s by survival, %s by constant hazard, of all seeds together %.4f and %.4f.%n"
                        + "Brier score over 1 to 30 min: %s by survival, %s by constant hazard.%n"
                        + "Capacity: within 20 %% of a doubled truth after %.0f durations of a request at most, of a truth that a burst took away %.0f s after it at most; overloaded by more than one request for %s %% of the time, at most %.1f.",
                PredictionTrial.RATED_MIN,
                spread(each -> PredictionTrial.ratedError(each.bySurvival())).text(4),
                spread(each -> PredictionTrial.ratedError(each.byHazard())).text(4),
                together(PredictionTrial::bySurvival).error(),
                together(PredictionTrial::byHazard).error(),
                spread(each -> PredictionTrial.integratedBrier(each.bySurvival()))
                        .text(4),
                spread(each -> PredictionTrial.integratedBrier(each.byHazard())).text(4),
                most(CapacityTrial::slowestDoubling),
                most(CapacityTrial::recoveryS),
                Spread.of(capacity.stream().mapToDouble(each -> 100 * each.overloaded()))
                        .text(2),
                100 * most(CapacityTrial::overloaded));
    }

    private Spread spread(ToDoubleFunction<PredictionTrial> of) {
        return Spread.of(predictions.stream().mapToDouble(of));
    }

    private double most(ToDoubleFunction<CapacityTrial> of) {
        return capacity.stream().mapToDouble(of).max().orElse(Double.NaN);
    }

    /** What all seeds foretold for {@link PredictionTrial#RATED_MIN}. */
    private Calibration together(Function<PredictionTrial, List<Calibration>> by) {
        Calibration all = new Calibration();
        predictions.forEach(each -> all.add(PredictionTrial.at(by.apply(each), PredictionTrial.RATED_MIN)));
        return all;
    }

    void html(StringBuilder out) {
        out.append("<h2>Estimates</h2><p>")
                .append(text().replace(System.lineSeparator(), "<br>"))
                .append("</p><div class=\"wide\"><table><tr><th>foretold, ")
                .append(PredictionTrial.RATED_MIN)
                .append(" min ahead</th><th>by survival (%)</th><th>came (%)</th><th>of all (%)</th>")
                .append("<th>by hazard (%)</th><th>came (%)</th><th>of all (%)</th></tr>");
        Calibration survival = together(PredictionTrial::bySurvival);
        Calibration hazard = together(PredictionTrial::byHazard);
        for (int bin = 0; bin < Calibration.BINS; bin++) {
            if (survival.share(bin) + hazard.share(bin) == 0) {
                continue;
            }
            out.append("<tr><td>")
                    .append(100 * bin / Calibration.BINS)
                    .append(" to ")
                    .append(100 * (bin + 1) / Calibration.BINS)
                    .append(" %</td>");
            cells(survival, bin, out);
            cells(hazard, bin, out);
            out.append("</tr>");
        }
        out.append("</table></div>");
    }

    private static void cells(Calibration of, int bin, StringBuilder out) {
        for (double share : new double[] {of.predicted(bin), of.happened(bin), of.share(bin)}) {
            out.append("<td>")
                    .append(Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f", 100 * share))
                    .append("</td>");
        }
    }
}
