package io.fairlead.lab.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the model foretells and learns, held against the truth of the simulated world. */
record Estimates(PredictionTrial prediction, List<CapacityTrial> capacity) {

    private static final int EXITS = 150;
    private static final int SECONDS = 7_200;
    private static final int CAPACITY_SEEDS = 6;

    static Estimates of(long seed) {
        List<CapacityTrial> capacity = new ArrayList<>();
        for (int i = 0; i < CAPACITY_SEEDS; i++) {
            capacity.add(CapacityTrial.of(seed + i));
        }
        return new Estimates(PredictionTrial.of(EXITS, SECONDS, seed), capacity);
    }

    /** For people. */
    String text() {
        StringBuilder out = new StringBuilder(prediction.text());
        capacity.forEach(each -> out.append('\n').append(each.text()));
        return out.toString();
    }

    void html(StringBuilder out) {
        out.append("<h2>Estimates</h2><p>")
                .append(text().replace("\n", "<br>"))
                .append("</p><div class=\"wide\"><table><tr><th>foretold, ")
                .append(PredictionTrial.RATED_MIN)
                .append(" min ahead</th><th>by survival (%)</th><th>came (%)</th><th>of all (%)</th>")
                .append("<th>by hazard (%)</th><th>came (%)</th><th>of all (%)</th></tr>");
        Calibration survival = PredictionTrial.at(prediction.bySurvival(), PredictionTrial.RATED_MIN);
        Calibration hazard = PredictionTrial.at(prediction.byHazard(), PredictionTrial.RATED_MIN);
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
