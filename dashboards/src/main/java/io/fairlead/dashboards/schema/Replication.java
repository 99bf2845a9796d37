package io.fairlead.dashboards.schema;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns the statements of migrations into those of a cluster: carried out on all its servers, into tables that replicate each other.
 *
 * <p>The servers are replicas of one shard, each with the macros {@code {shard}} and {@code {replica}}. Blocks sent twice count once
 * here, too, by the window of the replicated tables.
 */
final class Replication {

    private static final Pattern CLUSTER_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern DEFINITION = Pattern.compile(
            "^(CREATE (?:DATABASE|TABLE|MATERIALIZED VIEW|VIEW) IF NOT EXISTS|ALTER TABLE) (fairlead(?:\\.(\\w+))?)");
    private static final Pattern ENGINE = Pattern.compile("ENGINE = (\\w*MergeTree)(?:\\(([^)]*)\\))?");

    private final String cluster;

    /**
     * @param cluster as the servers' configuration names it
     * @throws MigrationException if that can be no name
     */
    Replication(String cluster) throws MigrationException {
        if (!CLUSTER_NAME.matcher(cluster).matches()) {
            throw new MigrationException(
                    "'" + cluster
                            + "' is no name of a cluster: letters, digits, _, . and -, at most 64; see system.clusters.",
                    null);
        }
        this.cluster = cluster;
    }

    /** @throws IllegalArgumentException for a statement of a kind that migrations have not had so far */
    String of(String statement) {
        if (statement.startsWith("INSERT INTO ")) {
            return statement; // on one server; what it writes is replicated
        }
        Matcher definition = DEFINITION.matcher(statement);
        if (!definition.find()) {
            throw new IllegalArgumentException("It is not known how to carry this out on a cluster: " + statement);
        }
        String table = definition.group(3);
        String onAll = definition.group(1) + " " + definition.group(2) + " ON CLUSTER '" + cluster + "'"
                + statement.substring(definition.end());
        return ENGINE.matcher(onAll)
                .replaceFirst(engine -> Matcher.quoteReplacement(replicated(table, engine.group(1), engine.group(2))))
                .replace("non_replicated_deduplication_window", "replicated_deduplication_window");
    }

    private static String replicated(String table, String engine, @Nullable String arguments) {
        return "ENGINE = Replicated" + engine + "('/clickhouse/tables/{shard}/fairlead/" + table + "', '{replica}'"
                + (arguments == null || arguments.isBlank() ? "" : ", " + arguments) + ")";
    }
}
