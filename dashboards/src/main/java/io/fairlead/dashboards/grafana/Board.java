package io.fairlead.dashboards.grafana;

import java.util.List;

/**
 * A page of panels.
 *
 * @param uid by which links find it; never changes
 */
public record Board(String uid, String title, String description, List<Variable> variables, List<Panel> panels) {
    public Board {
        variables = List.copyOf(variables);
        panels = List.copyOf(panels);
    }
}
