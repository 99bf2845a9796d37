package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Spread;
import io.fairlead.model.forecast.Brier;
import io.fairlead.model.forecast.Measure;
import io.fairlead.model.forecast.SeriesForecaster;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What the runs of all seeds came to, in words and tables. */
record PoolComparison(List<PoolResult> results) {

    /** One row a way of keeping pools, then forecasts by horizon, as Markdown. */
    String text() {
        return kept() + "\n" + causes() + "\n\n" + ratios() + "\n\n" + forecasts() + "\n" + shortages() + "\n";
    }

    private String kept() {
        StringBuilder out = new StringBuilder("| pools |");
        PoolMeasure.ALL.forEach(
                measure -> out.append(' ').append(measure.title()).append(" |"));
        out.append("\n|---|").append("---|".repeat(PoolMeasure.ALL.size())).append('\n');
        for (PoolResult.Way way : PoolResult.Way.values()) {
            out.append("| ").append(way.word()).append(" |");
            PoolMeasure.ALL.forEach(measure -> out.append(' ')
                    .append(measure.over(results, way).text(measure.digits()))
                    .append(" |"));
            out.append('\n');
        }
        return out.toString();
    }

    /** What the times below were made of, in a sentence each way. */
    String causes() {
        StringBuilder out = new StringBuilder();
        for (PoolResult.Way way : PoolResult.Way.values()) {
            Map<PoolGrade.Cause, Long> sums = new EnumMap<>(PoolGrade.Cause.class);
            results.forEach(result -> {
                PoolResult.Kept kept = result.kept().get(way);
                if (kept != null) {
                    kept.causes().forEach((cause, s) -> sums.merge(cause, s, Long::sum));
                }
            });
            long all = Math.max(
                    1, sums.values().stream().mapToLong(Long::longValue).sum());
            out.append(out.isEmpty() ? "" : " ")
                    .append("Below when ")
                    .append(way.word())
                    .append(", % of the time: ");
            String parts = sums.entrySet().stream()
                    .map(each ->
                            String.format(Locale.ROOT, "%s %.0f", each.getKey().words(), 100.0 * each.getValue() / all))
                    .collect(Collectors.joining(", "));
            out.append(parts.isEmpty() ? "never" : parts).append('.');
        }
        return out.toString();
    }

    /** The goals of keeping, as ratios of the means over all seeds. */
    String ratios() {
        return String.format(
                Locale.ROOT,
                "Time below: %.2f of the reacting pools' (goal 0.2; the oracle %.2f), %.4f of the fixed ones' (goal 0.05); members joined: %.2f of the reacting pools' (goal 1.5; the oracle %.2f).",
                ratio(PoolResult.Kept::below, PoolResult.Way.CURATED, PoolResult.Way.REACTING),
                ratio(PoolResult.Kept::below, PoolResult.Way.ORACLE, PoolResult.Way.REACTING),
                ratio(PoolResult.Kept::below, PoolResult.Way.CURATED, PoolResult.Way.FIXED),
                ratio(PoolResult.Kept::changes, PoolResult.Way.CURATED, PoolResult.Way.REACTING),
                ratio(PoolResult.Kept::changes, PoolResult.Way.ORACLE, PoolResult.Way.REACTING));
    }

    private double ratio(ToDoubleFunction<PoolResult.Kept> of, PoolResult.Way way, PoolResult.Way other) {
        return sum(of, way) / sum(of, other);
    }

    private double sum(ToDoubleFunction<PoolResult.Kept> of, PoolResult.Way way) {
        double sum = 0;
        for (PoolResult result : results) {
            PoolResult.Kept kept = result.kept().get(way);
            sum += kept == null ? Double.NaN : of.applyAsDouble(kept);
        }
        return sum;
    }

    /** Rows of the table of forecasts, its head first. */
    List<List<String>> forecastRows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "forecast of",
                "ahead, min",
                "pinball loss under the day before's, % (goal 20)",
                "held by the 90 % interval, % (goal 85–95)"));
        for (Measure measure : Measure.values()) {
            for (int horizon : SeriesForecaster.horizons()) {
                rows.add(List.of(
                        measure.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        Integer.toString(horizon),
                        over(result -> 100 * result.forecasts().gain(measure, horizon))
                                .text(1),
                        over(result -> 100 * result.forecasts().coverage(measure, horizon))
                                .text(1)));
            }
        }
        return rows;
    }

    private String forecasts() {
        StringBuilder out = new StringBuilder();
        List<List<String>> rows = forecastRows();
        for (int i = 0; i < rows.size(); i++) {
            out.append("| ").append(String.join(" | ", rows.get(i))).append(" |\n");
            if (i == 0) {
                out.append("|---".repeat(rows.get(0).size())).append("|\n");
            }
        }
        return out.toString();
    }

    /** How chances and shortages were told, in a sentence each. */
    String shortages() {
        int came = results.stream().mapToInt(r -> r.forecasts().shortages()).sum();
        int ours = results.stream().mapToInt(r -> r.forecasts().foreseen()).sum();
        int oracles =
                results.stream().mapToInt(r -> r.forecasts().oracleForesaw()).sum();
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "Shortages: %d came, %d were foreseen 15 min ahead or more, %d by the oracle: %.2f of the oracle's (goal 0.9). False alarms a pool and day: %s, the oracle %s (goal 1).",
                came,
                ours,
                oracles,
                (double) ours / oracles,
                over(r -> r.forecasts().falseAlarms()).text(2),
                over(r -> r.forecasts().oracleFalseAlarms()).text(2)));
        for (int horizon : SeriesForecaster.horizons()) {
            out.append(String.format(
                    Locale.ROOT,
                    " Brier skill %d min ahead (goal 0.3): shortage %.2f, the oracle %.2f; health under the minimum %.2f.",
                    horizon,
                    skill(ForecastResult::shortage, horizon),
                    skill(ForecastResult::oracleShortage, horizon),
                    skill(ForecastResult::unhealthy, horizon)));
        }
        return out.toString();
    }

    /** Over all runs at once: a single one may have had no event. */
    private double skill(Function<ForecastResult, Map<Integer, Brier>> of, int horizon) {
        double told = 0;
        double events = 0;
        double squares = 0;
        for (PoolResult result : results) {
            Brier one = of.apply(result.forecasts()).getOrDefault(horizon, Brier.NONE);
            told += one.told();
            events += one.events();
            squares += one.squares();
        }
        return new Brier(told, events, squares).skill();
    }

    private Spread over(ToDoubleFunction<PoolResult> of) {
        return Spread.of(results.stream().mapToDouble(of));
    }
}
