package io.fairlead.lab.bench.panels;

import java.util.regex.Pattern;

/** Writes out the macros of Grafana's ClickHouse plug-in, as it does before it asks. */
public final class GrafanaMacros {

    private static final Pattern ALL = Pattern.compile("\\$__conditionalAll\\((.*?), \\$\\w+\\)");
    private static final Pattern TIME_FILTER = Pattern.compile("\\$__timeFilter\\((\\w+)\\)");
    private static final Pattern CHOICE = Pattern.compile("\\$\\{(\\w+):singlequote}");

    private final String from;
    private final String to;
    private final String intervalSeconds;

    /**
     * @param endSeconds right edge of the charts, s since the Unix epoch
     * @param spanSeconds their width
     * @param intervalSeconds a point of them
     */
    public GrafanaMacros(long endSeconds, long spanSeconds, int intervalSeconds) {
        this.from = "toDateTime(" + (endSeconds - spanSeconds) + ")";
        this.to = "toDateTime(" + endSeconds + ")";
        this.intervalSeconds = Integer.toString(intervalSeconds);
    }

    /** A month on a panel half a screen wide: Grafana draws a point an hour. */
    public static GrafanaMacros overAMonth(long endSeconds) {
        return new GrafanaMacros(endSeconds, 30 * 86_400, 3_600);
    }

    /** Three hours: a point every fifteen seconds, of minutes. */
    public static GrafanaMacros overHours(long endSeconds) {
        return new GrafanaMacros(endSeconds, 3 * 3_600, 15);
    }

    /** Of each variable the choices 1 and 2 are chosen: of {@code tenant} these are {@code tenant-1} and {@code tenant-2}. */
    public String written(String sql) {
        String chosen = ALL.matcher(sql).replaceAll("$1");
        String timed = TIME_FILTER.matcher(chosen).replaceAll("$1 >= " + from + " AND $1 <= " + to);
        return CHOICE.matcher(timed.replace("$__fromTime", from)
                        .replace("$__toTime", to)
                        .replace("$__interval_s", intervalSeconds))
                .replaceAll("'$1-1', '$1-2'");
    }
}
