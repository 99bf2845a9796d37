package io.fairlead.lab.simulate;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The comparison as one HTML page that needs nothing else: plots as SVG, in the reader's colours of day or night. */
public final class Report {

    /** Style of reports, for day and night. */
    public static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1d2430; --dim: #5c6675; --paper: #fbfbfa; --line: #d9dce1; --peer: #8b97a8;
              --ours: #0b6e6e; --oracle: #b07a12; --card: #fff }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #9aa5b5; --paper: #14171c; --line: #2e343e;
              --peer: #6f7c8f; --ours: #35b5ad; --oracle: #e0ad4c; --card: #1b1f26 } }
            body { margin: 0 auto; max-width: 1180px; padding: 24px 16px 64px; background: var(--paper); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif }
            h1 { font-size: 24px; margin: 0 0 4px } h2 { font-size: 18px; margin: 40px 0 4px } p { color: var(--dim); margin: 4px 0 16px;
              max-width: 75ch }
            .plots { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)) }
            figure { margin: 0; padding: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 6px }
            figcaption { font-weight: 600; margin-bottom: 6px } figcaption span { font-weight: 400; color: var(--dim) }
            svg { width: 100%; height: auto; display: block } svg text { fill: var(--ink); font-size: 11px } svg .value { fill: var(--dim) }
            .peer { fill: var(--peer) } .ours { fill: var(--ours) } .oracle { fill: var(--oracle) }
            .bar { opacity: .9 } .whisker { stroke: var(--ink); stroke-width: 1.2 }
            .wide { overflow-x: auto; margin-top: 16px; border: 1px solid var(--line); border-radius: 6px; background: var(--card) }
            table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
            th, td { padding: 5px 10px; text-align: right; white-space: nowrap; border-top: 1px solid var(--line) }
            th { font-weight: 600; border-top: 0; color: var(--dim) } th:first-child, td:first-child { text-align: left; position: sticky;
              left: 0; background: var(--card) }
            tr.ours td:first-child { color: var(--ours); font-weight: 600 } tr.oracle td:first-child { color: var(--oracle) }
            .legend i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin: 0 4px 0 12px }
            """;

    private static final int WIDTH = 360;
    private static final int ROW = 20;
    private static final int LEFT = 92;
    private static final int RIGHT = 84;

    private Report() {}

    /** @param estimates null: they were not looked at */
    static String html(List<Comparison> all, @Nullable Estimates estimates) {
        StringBuilder out = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<title>Choosing exits: simulation</title><style>")
                .append(STYLE)
                .append("</style></head><body><h1>Choosing exits, simulated</h1>")
                .append(
                        "<p>Each policy meets the same exits, faults and requests on each seed. Bars are means, lines their 95 % intervals.")
                .append(" The oracle knows the present truth, not what comes.<br><span class=\"legend\">")
                .append("<i style=\"background:var(--ours)\"></i>ours<i style=\"background:var(--peer)\"></i>others")
                .append("<i style=\"background:var(--oracle)\"></i>oracle</span></p>");
        all.forEach(each -> section(each, out));
        if (estimates != null) {
            estimates.html(out);
        }
        return out.append("</body></html>\n").toString();
    }

    private static void section(Comparison of, StringBuilder out) {
        out.append("<h2>")
                .append(of.title())
                .append("</h2><p>")
                .append(of.estimates())
                .append("</p><div class=\"plots\">");
        Measure.ALL.forEach(measure -> plot(of, measure, out));
        out.append("</div><div class=\"wide\"><table><tr><th>policy</th><th>of oracle's goodput (%)</th>");
        Measure.ALL.forEach(
                measure -> out.append("<th>").append(measure.title()).append("</th>"));
        out.append("</tr>");
        of.results().forEach((policy, results) -> {
            out.append("<tr class=\"").append(colour(policy)).append("\"><td>").append(policy.word());
            out.append("</td><td>").append(of.ofOracle(policy).text(1)).append("</td>");
            Measure.ALL.forEach(measure -> out.append("<td>")
                    .append(measure.over(results).text(measure.digits()))
                    .append("</td>"));
            out.append("</tr>");
        });
        out.append("</table></div>");
    }

    private static void plot(Comparison of, Measure measure, StringBuilder out) {
        double most = 0;
        for (List<Result> results : of.results().values()) {
            Spread spread = measure.over(results);
            most = Math.max(most, spread.mean() + (Double.isNaN(spread.half()) ? 0 : spread.half()));
        }
        if (!(most > 0)) {
            return;
        }
        int height = ROW * of.results().size() + 4;
        double scale = (WIDTH - LEFT - RIGHT) / most;
        out.append("<figure><figcaption>").append(measure.title()).append(" <span>");
        out.append(measure.lessIsBetter() ? "less is better" : "more is better");
        out.append("</span></figcaption><svg viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ')
                .append(height)
                .append("\" role=\"img\">");
        int y = 2;
        for (var each : of.results().entrySet()) {
            Spread spread = measure.over(each.getValue());
            bar(each.getKey(), spread, measure, scale, y, out);
            y += ROW;
        }
        out.append("</svg></figure>");
    }

    private static void bar(Policy policy, Spread spread, Measure measure, double scale, int y, StringBuilder out) {
        double width = Double.isNaN(spread.mean()) ? 0 : Math.max(0, spread.mean() * scale);
        double end = width;
        out.append(text(0, y + 13, "", policy.word()));
        out.append(String.format(
                Locale.ROOT,
                "<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                colour(policy),
                LEFT,
                y + 3,
                width,
                ROW - 7));
        if (!Double.isNaN(spread.half())) {
            double from = Math.max(0, (spread.mean() - spread.half()) * scale);
            end = (spread.mean() + spread.half()) * scale;
            out.append(String.format(
                    Locale.ROOT,
                    "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    LEFT + from,
                    LEFT + end,
                    y + ROW / 2,
                    y + ROW / 2));
        }
        out.append(text((int) (LEFT + end + 5), y + 13, "value", spread.text(measure.digits())));
    }

    private static String text(int x, int y, String type, String words) {
        return "<text class=\"" + type + "\" x=\"" + x + "\" y=\"" + y + "\">" + words + "</text>";
    }

    private static String colour(Policy policy) {
        return policy == Policy.ORACLE ? "oracle" : policy.isOurs() ? "ours" : "peer";
    }
}
