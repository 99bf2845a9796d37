package io.fairlead.lab.bench.panels;

import io.fairlead.dashboards.grafana.Alerts;
import io.fairlead.dashboards.grafana.Board;
import io.fairlead.dashboards.grafana.Boards;
import io.fairlead.dashboards.grafana.Panel;
import io.fairlead.dashboards.grafana.Variable;
import java.util.LinkedHashMap;
import java.util.Map;

/** All that Grafana asks, with its macros in it: panels, choices of variables, alerts, and changes on charts. */
public final class BoardQuestions {

    private BoardQuestions() {}

    /** SQL by name, in the order of the boards. */
    public static Map<String, String> all() {
        Map<String, String> queries = new LinkedHashMap<>();
        for (Board board : Boards.all()) {
            for (Panel panel : board.panels()) {
                queries.put(board.title() + ": " + panel.title(), panel.sql());
            }
            for (Variable variable : board.variables()) {
                queries.put(board.title() + ": $" + variable.name(), variable.sql());
            }
        }
        Alerts.all().forEach(alert -> queries.put("alert " + alert.uid(), alert.sql()));
        queries.put("changes", Boards.CHANGES);
        return queries;
    }
}
