package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Report;
import io.fairlead.lab.simulate.Spread;
import java.util.List;
import java.util.Locale;

/** The comparison of pools as one HTML page that needs nothing else. */
final class PoolReport {

    private static final int WIDTH = 360;
    private static final int ROW = 20;
    private static final int LEFT = 72;
    private static final int RIGHT = 110;

    private PoolReport() {}

    static String html(PoolComparison of) {
        StringBuilder out = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<title>Keeping pools: simulation</title><style>")
                .append(Report.STYLE)
                .append("</style></head><body><h1>Keeping pools, simulated</h1>")
                .append("<p>Fixed, reacting and curated pools in the same worlds, ")
                .append(of.results().size())
                .append(" seeds. Graded by what users really get. Bars are means, lines their 95 % intervals.</p><p>")
                .append(of.ratios())
                .append("</p><div class=\"plots\">");
        PoolMeasure.ALL.forEach(measure -> plot(of, measure, out));
        out.append("</div><h2>Forecasts of the curated pools</h2><p>").append(of.shortages());
        out.append("</p><div class=\"wide\"><table>");
        List<List<String>> rows = of.forecastRows();
        for (int i = 0; i < rows.size(); i++) {
            String cell = i == 0 ? "th" : "td";
            out.append("<tr>");
            rows.get(i).forEach(each -> out.append('<')
                    .append(cell)
                    .append('>')
                    .append(each)
                    .append("</")
                    .append(cell)
                    .append('>'));
            out.append("</tr>");
        }
        return out.append("</table></div></body></html>\n").toString();
    }

    private static void plot(PoolComparison of, PoolMeasure measure, StringBuilder out) {
        double most = 0;
        for (PoolResult.Way way : PoolResult.Way.values()) {
            Spread spread = measure.over(of.results(), way);
            most = Math.max(most, spread.mean() + (Double.isNaN(spread.half()) ? 0 : spread.half()));
        }
        if (!(most > 0)) {
            return;
        }
        int ways = PoolResult.Way.values().length;
        out.append("<figure><figcaption>").append(measure.title()).append("</figcaption><svg viewBox=\"0 0 ");
        out.append(WIDTH).append(' ').append(ROW * ways + 4).append("\" role=\"img\">");
        int y = 2;
        for (PoolResult.Way way : PoolResult.Way.values()) {
            bar(way, measure.over(of.results(), way), measure, (WIDTH - LEFT - RIGHT) / most, y, out);
            y += ROW;
        }
        out.append("</svg></figure>");
    }

    private static void bar(
            PoolResult.Way way, Spread spread, PoolMeasure measure, double scale, int y, StringBuilder out) {
        double width = Double.isNaN(spread.mean()) ? 0 : spread.mean() * scale;
        double end = width;
        out.append(text(0, y + 13, "", way.word()));
        out.append(String.format(
                Locale.ROOT,
                "<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                way == PoolResult.Way.CURATED ? "ours" : "peer",
                LEFT,
                y + 3,
                width,
                ROW - 7));
        if (!Double.isNaN(spread.half())) {
            end = (spread.mean() + spread.half()) * scale;
            out.append(String.format(
                    Locale.ROOT,
                    "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    LEFT + Math.max(0, (spread.mean() - spread.half()) * scale),
                    LEFT + end,
                    y + ROW / 2,
                    y + ROW / 2));
        }
        out.append(text((int) (LEFT + end + 5), y + 13, "value", spread.text(measure.digits())));
    }

    private static String text(int x, int y, String type, String words) {
        return "<text class=\"" + type + "\" x=\"" + x + "\" y=\"" + y + "\">" + words + "</text>";
    }
}
