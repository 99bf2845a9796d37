package io.fairlead.dashboards.schema;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long each table of {@code fairlead} keeps its rows. Migrations make tables with times of their own; what is set here stays over later migrations. Setting what is set already changes
 * nothing. ClickHouse deletes what is over in the background.
 */
public final class Retention {

    /** The longest that can be set. */
    public static final int DAYS_MAX = 3_650;

    private static final Pattern TTL = Pattern.compile("\\bTTL (.+?) \\+ toIntervalDay\\((\\d+)\\)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,128}");

    private Retention() {}

    /**
     * One table.
     *
     * @param days that it keeps rows
     * @param wantedDays that it is to; the same where nothing was asked
     */
    public record Kept(String table, int days, int wantedDays) {

        public boolean changes() {
            return days != wantedDays;
        }
    }

    /**
     * Says how it is and would be, by table, and changes nothing.
     *
     * @param wanted days by table; a name may end with {@code *} for all that begin so, of which a longer one counts first
     * @throws MigrationException when the server can't be reached, a table is unknown, or a time is none
     */
    public static List<Kept> plan(String url, String user, String password, Map<String, Integer> wanted)
            throws MigrationException {
        return run(url, user, password, wanted, null, false);
    }

    /**
     * Sets what differs.
     *
     * @param cluster of replicated tables, on all whose servers it is set; null: on this server
     * @return how things stood before
     * @throws MigrationException as {@link #plan}, and when the server refuses; tables before that one are set then
     */
    public static List<Kept> apply(
            String url, String user, String password, Map<String, Integer> wanted, @Nullable String cluster)
            throws MigrationException {
        return run(url, user, password, wanted, cluster == null ? null : new Replication(cluster), true);
    }

    private static List<Kept> run(
            String url,
            String user,
            String password,
            Map<String, Integer> wanted,
            @Nullable Replication cluster,
            boolean carriesOut)
            throws MigrationException {
        ClickHouseUrl server = ClickHouseUrl.parse(url);
        try (Connection connection =
                        DriverManager.getConnection(server.jdbc(), ClickHouseUrl.credentials(user, password));
                Statement statement = connection.createStatement()) {
            Map<String, Matcher> present = present(statement);
            refuseUnknown(present, wanted);
            List<Kept> kept = new ArrayList<>();
            for (Map.Entry<String, Matcher> each : present.entrySet()) {
                int days = Integer.parseInt(each.getValue().group(2));
                Kept one = new Kept(each.getKey(), days, wantedDays(each.getKey(), wanted, days));
                if (carriesOut && one.changes()) {
                    String alter = "ALTER TABLE " + ClickHouseUrl.DATABASE + "." + one.table + " MODIFY TTL "
                            + each.getValue().group(1) + " + toIntervalDay(" + one.wantedDays + ")";
                    statement.execute(cluster == null ? alter : cluster.of(alter));
                }
                kept.add(one);
            }
            return kept;
        } catch (SQLException e) {
            throw new MigrationException(
                    "ClickHouse at " + server + " did not set how long it keeps rows: " + e.getMessage()
                            + ". The user needs ALTER on fairlead.*; what was set before this stays, and it may be repeated.",
                    e);
        }
    }

    private static Map<String, Matcher> present(Statement statement) throws SQLException {
        Map<String, Matcher> present = new TreeMap<>();
        try (ResultSet rows =
                statement.executeQuery("SELECT name, create_table_query FROM system.tables WHERE database = '"
                        + ClickHouseUrl.DATABASE + "' AND engine LIKE '%MergeTree'")) {
            while (rows.next()) {
                Matcher ttl = TTL.matcher(rows.getString(2));
                if (ttl.find()) {
                    present.put(rows.getString(1), ttl);
                }
            }
        }
        return present;
    }

    private static void refuseUnknown(Map<String, Matcher> present, Map<String, Integer> wanted)
            throws MigrationException {
        for (Map.Entry<String, Integer> each : wanted.entrySet()) {
            String name = each.getKey();
            String bare = name.endsWith("*") ? name.substring(0, name.length() - 1) : name;
            if (!NAME.matcher(bare).matches() || present.keySet().stream().noneMatch(table -> fits(table, name))) {
                throw new MigrationException(
                        "There is no table '" + name + "' that keeps rows for a time; there are "
                                + String.join(", ", present.keySet()) + ".",
                        null);
            }
            if (each.getValue() < 1 || each.getValue() > DAYS_MAX) {
                throw new MigrationException(
                        name + " can't keep rows for " + each.getValue() + " days; give 1 to " + DAYS_MAX + ".", null);
            }
        }
    }

    private static int wantedDays(String table, Map<String, Integer> wanted, int otherwise) {
        return wanted.entrySet().stream()
                .filter(each -> fits(table, each.getKey()))
                .max(Map.Entry.comparingByKey((one, other) -> Integer.compare(rank(one), rank(other))))
                .map(Map.Entry::getValue)
                .orElse(otherwise);
    }

    /** A whole name counts before its beginning, a long beginning before a short one. */
    private static int rank(String name) {
        return name.endsWith("*") ? name.length() : Integer.MAX_VALUE;
    }

    private static boolean fits(String table, String name) {
        return name.endsWith("*") ? table.startsWith(name.substring(0, name.length() - 1)) : table.equals(name);
    }
}
