package io.fairlead.dashboards.grafana;

/**
 * One picture on a board.
 *
 * @param title what it shows
 * @param description what the reader should know of it, and what to do when it looks bad
 * @param unit Grafana's name of the unit
 * @param sql with the macros of Grafana's ClickHouse plug-in; a series has a column {@code time}
 * @param width in Grafana's columns, of which a row has 24
 */
public record Panel(Kind kind, String title, String description, String unit, String sql, int width) {

    /** How it is drawn. */
    public enum Kind {
        SERIES,
        TABLE
    }

    /** Half a row wide. */
    static Panel series(String title, String unit, String description, String sql) {
        return new Panel(Kind.SERIES, title, description, unit, sql, 12);
    }

    /** A whole row wide. */
    static Panel table(String title, String unit, String description, String sql) {
        return new Panel(Kind.TABLE, title, description, unit, sql, 24);
    }
}
