package io.fairlead.dashboards.grafana;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/** The files that Grafana is provisioned with: {@code dashboards/NAME.json} and {@code alerting/fairlead.yaml} (JSON, which is YAML). */
public final class GrafanaFiles {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PLUGIN = "grafana-clickhouse-datasource";
    private static final int PANEL_ROWS = 8;
    private static final int COLUMNS = 24;
    private static final int SCHEMA_VERSION = 41;
    private static final int ALERT_REACH_SECONDS = 600;

    private final String datasource;

    /** @param datasource uid of the ClickHouse datasource in Grafana */
    public GrafanaFiles(String datasource) {
        this.datasource = datasource;
    }

    /** Text by path. */
    public Map<String, String> all() {
        Map<String, String> files = new TreeMap<>();
        Boards.all()
                .forEach(board -> files.put(
                        "dashboards/" + board.uid().replaceFirst("^fairlead-", "") + ".json", pretty(board(board))));
        files.put("alerting/fairlead.yaml", pretty(alerts()));
        return files;
    }

    private ObjectNode board(Board board) {
        ObjectNode node = JSON.createObjectNode();
        node.put("uid", board.uid());
        node.put("title", board.title());
        node.put("description", board.description());
        node.put("schemaVersion", SCHEMA_VERSION);
        node.put("version", 1);
        node.put("refresh", "30s");
        node.put("editable", false);
        node.putObject("time").put("from", "now-3h").put("to", "now");
        node.putArray("tags").add("fairlead");
        node.putArray("links")
                .addObject()
                .put("type", "dashboards")
                .put("title", "Fairlead")
                .put("asDropdown", true)
                .putArray("tags")
                .add("fairlead");
        ArrayNode variables = node.putObject("templating").putArray("list");
        board.variables().forEach(variable -> variable(variables.addObject(), variable));
        ObjectNode changes = node.putObject("annotations").putArray("list").addObject();
        changes.put("name", "Changes of config")
                .put("enable", true)
                .put("iconColor", "purple")
                .set("datasource", datasource());
        changes.set("target", query("A", "table", 1, Boards.CHANGES));
        ArrayNode panels = node.putArray("panels");
        int x = 0;
        int y = 0;
        for (Panel panel : board.panels()) {
            if (x + panel.width() > COLUMNS) {
                x = 0;
                y += PANEL_ROWS;
            }
            panel(panels.addObject(), panels.size(), panel, x, y);
            x += panel.width();
        }
        return node;
    }

    private void variable(ObjectNode node, Variable variable) {
        node.put("type", "query")
                .put("name", variable.name())
                .put("label", variable.label())
                .put("query", variable.sql())
                .put("refresh", 2)
                .put("includeAll", true)
                .put("multi", true)
                .set("datasource", datasource());
        node.putObject("current").put("text", "All").put("value", "$__all");
    }

    private void panel(ObjectNode node, int id, Panel panel, int x, int y) {
        boolean series = panel.kind() == Panel.Kind.SERIES;
        node.put("id", id)
                .put("title", panel.title())
                .put("description", panel.description())
                .put("type", series ? "timeseries" : "table")
                .set("datasource", datasource());
        node.putObject("gridPos")
                .put("x", x)
                .put("y", y)
                .put("w", panel.width())
                .put("h", PANEL_ROWS);
        ObjectNode fields = node.putObject("fieldConfig");
        fields.putArray("overrides");
        ObjectNode defaults = fields.putObject("defaults");
        defaults.put("unit", panel.unit()).put("noValue", "Nothing was told in this time.");
        if (series) {
            defaults.putObject("custom")
                    .put("lineWidth", 1)
                    .put("showPoints", "never")
                    .put("spanNulls", false);
            node.putObject("options").putObject("tooltip").put("mode", "multi");
        }
        node.putArray("targets").add(query("A", series ? "timeseries" : "table", series ? 0 : 1, panel.sql()));
    }

    private ObjectNode query(String refId, String type, int format, String sql) {
        ObjectNode node = JSON.createObjectNode();
        node.put("refId", refId)
                .put("editorType", "sql")
                .put("queryType", type)
                .put("format", format)
                .put("rawSql", sql)
                .set("datasource", datasource());
        return node;
    }

    private ObjectNode datasource() {
        return JSON.createObjectNode().put("type", PLUGIN).put("uid", datasource);
    }

    private ObjectNode alerts() {
        ObjectNode node = JSON.createObjectNode();
        node.put("apiVersion", 1);
        ObjectNode group = node.putArray("groups").addObject();
        group.put("orgId", 1).put("name", "fairlead").put("folder", "Fairlead").put("interval", "1m");
        ArrayNode rules = group.putArray("rules");
        Alerts.all().forEach(alert -> alert(rules.addObject(), alert));
        return node;
    }

    private void alert(ObjectNode node, Alert alert) {
        node.put("uid", "fairlead-" + alert.uid())
                .put("title", alert.title())
                .put("condition", "B")
                .put("for", alert.forMinutes() + "m")
                .put("noDataState", "OK")
                .put("execErrState", "Error");
        node.putObject("labels").put("severity", alert.severity());
        node.putObject("annotations")
                .put("summary", alert.summary())
                .put("runbook", "docs/operations.md#" + alert.uid());
        ArrayNode data = node.putArray("data");
        ObjectNode asked = data.addObject().put("refId", "A").put("datasourceUid", datasource);
        asked.putObject("relativeTimeRange").put("from", ALERT_REACH_SECONDS).put("to", 0);
        asked.set("model", query("A", "table", 1, alert.sql()));
        ObjectNode judged = data.addObject().put("refId", "B").put("datasourceUid", "__expr__");
        judged.putObject("relativeTimeRange").put("from", ALERT_REACH_SECONDS).put("to", 0);
        ObjectNode model = judged.putObject("model");
        model.put("refId", "B").put("type", "threshold").put("expression", "A");
        model.putArray("conditions")
                .addObject()
                .putObject("evaluator")
                .put("type", "gt")
                .putArray("params")
                .add(alert.above());
    }

    private static String pretty(ObjectNode node) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of ours is no JSON", e);
        }
    }
}
