package io.fairlead.dashboards.schema;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The user by whom console and Grafana read: he may select from {@code fairlead} and nothing else, no question of his may take or read more than its bound, and he can raise no bound himself. Both clients
 * set a format and a time limit with each question, which {@code readonly = 1} refuses; so it is 2, with the bounds fixed. May be repeated: it is then as said last.
 *
 * @param name of the user
 * @param secondsMax of one question
 * @param rowsMax that one question reads
 * @param bytesMax of memory of one question
 * @param queriesPerMinute of the user
 */
public record ReaderAccount(String name, int secondsMax, long rowsMax, long bytesMax, int queriesPerMinute) {

    public static final String NAME = "fairlead_reader";
    public static final int SECONDS = 30;
    public static final long ROWS = 500_000_000;
    public static final long BYTES = 4L << 30;
    public static final int QUERIES_PER_MINUTE = 6_000;

    private static final String SET = "fairlead_reader";
    private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");
    private static final Pattern CLUSTER = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** @throws IllegalArgumentException saying what is wrong */
    public ReaderAccount {
        if (!USER.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name for a user: letters, digits and _, at most 63, no digit first.");
        }
        if (secondsMax < 1 || rowsMax < 1 || bytesMax < 1 || queriesPerMinute < 1) {
            throw new IllegalArgumentException("The reader's bounds (" + secondsMax + " s, " + rowsMax + " rows, "
                    + bytesMax + " bytes, " + queriesPerMinute + " questions a minute) must be over 0.");
        }
    }

    /**
     * Every statement, in its order.
     *
     * @param digest SHA-256 of the password; only that is sent
     * @param cluster on all whose servers they are carried out; null: on one
     * @throws IllegalArgumentException if that is no name of a cluster
     */
    public List<String> statements(byte[] digest, @Nullable String cluster) {
        if (cluster != null && !CLUSTER.matcher(cluster).matches()) {
            throw new IllegalArgumentException("'" + cluster + "' is no name of a cluster; see system.clusters.");
        }
        String on = cluster == null ? "" : " ON CLUSTER '" + cluster + "'";
        List<String> statements = new ArrayList<>();
        statements.add("CREATE SETTINGS PROFILE OR REPLACE " + SET + on + " SETTINGS readonly = 2 CONST"
                + ", max_execution_time = " + secondsMax + " MAX " + secondsMax
                + ", max_rows_to_read = " + rowsMax + " MAX " + rowsMax
                + ", max_memory_usage = " + bytesMax + " MAX " + bytesMax);
        statements.add("CREATE ROLE IF NOT EXISTS " + SET + on);
        statements.add("GRANT" + on + " SELECT ON " + ClickHouseUrl.DATABASE + ".* TO " + SET);
        statements.add("CREATE USER IF NOT EXISTS " + name + on + " IDENTIFIED WITH sha256_hash BY '"
                + HexFormat.of().formatHex(digest) + "'");
        statements.add("ALTER USER " + name + on + " IDENTIFIED WITH sha256_hash BY '"
                + HexFormat.of().formatHex(digest) + "' SETTINGS PROFILE '" + SET + "'");
        statements.add("GRANT" + on + " " + SET + " TO " + name);
        statements.add("ALTER USER " + name + on + " DEFAULT ROLE " + SET);
        statements.add("CREATE QUOTA OR REPLACE " + SET + on + " FOR INTERVAL 1 minute MAX queries = "
                + queriesPerMinute + " TO " + name);
        return statements;
    }

    /** @throws MigrationException when the server can't be reached, or refuses; it may be repeated */
    public void apply(String url, String user, String password, byte[] digest, @Nullable String cluster)
            throws MigrationException {
        ClickHouseUrl server = ClickHouseUrl.parse(url);
        try (Connection connection =
                        DriverManager.getConnection(server.jdbc(), ClickHouseUrl.credentials(user, password));
                Statement statement = connection.createStatement()) {
            for (String each : statements(digest, cluster)) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new MigrationException(
                    "ClickHouse at " + server + " did not make the reader " + name + ": " + e.getMessage()
                            + ". The user " + user
                            + " needs ACCESS MANAGEMENT and what it grants (access_management in users.xml); with --print you get the statements for who has it.",
                    e);
        }
    }
}
