package io.fairlead.dashboards.grafana;

/**
 * What a reader may choose; everything, if he chooses nothing.
 *
 * @param name as queries name it: {@code $name}
 * @param label for people
 * @param sql whose one column holds the choices
 */
public record Variable(String name, String label, String sql) {}
