package io.fairlead.jobs.facts;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.query.GenericRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Compares the tables of ClickHouse with the rows that are about to be written. */
final class TableCheck {

    private static final Pattern LOW_CARDINALITY = Pattern.compile("LowCardinality\\((\\w+)\\)");

    private TableCheck() {}

    /**
     * What is wrong, a sentence each; empty when every column is there with its type. Columns that only ClickHouse has are
     * fine: they take their default.
     *
     * @throws RuntimeException of the client when the server does not answer
     */
    static List<String> violations(Client client, String database) {
        Map<String, Map<String, String>> there = columns(client, database);
        List<String> violations = new ArrayList<>();
        for (FactTable<?> table : FactTables.all()) {
            Map<String, String> columns = there.get(table.name());
            if (columns == null) {
                violations.add("Table " + table.name() + " is missing.");
                continue;
            }
            for (FactColumn<?> column : table.columns()) {
                String type = columns.get(column.name());
                if (type == null) {
                    violations.add("Column " + table.name() + "." + column.name() + " is missing.");
                } else if (!type.equals(column.type())) {
                    violations.add("Column " + table.name() + "." + column.name() + " is " + type + ", not "
                            + column.type() + ".");
                }
            }
        }
        return violations;
    }

    private static Map<String, Map<String, String>> columns(Client client, String database) {
        Map<String, Map<String, String>> columns = new HashMap<>();
        String sql =
                "SELECT table, name, type FROM system.columns WHERE database = '" + database.replace("'", "") + "'";
        for (GenericRecord row : client.queryAll(sql)) {
            columns.computeIfAbsent(row.getString("table"), table -> new HashMap<>())
                    .put(
                            row.getString("name"),
                            LOW_CARDINALITY.matcher(row.getString("type")).replaceAll("$1"));
        }
        return columns;
    }
}
