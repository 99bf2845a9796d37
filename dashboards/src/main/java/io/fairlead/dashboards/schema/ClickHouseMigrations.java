package io.fairlead.dashboards.schema;

import io.fairlead.dashboards.schema.MigrationPlan.State;
import io.fairlead.dashboards.schema.MigrationPlan.Step;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings the database {@code fairlead} of a ClickHouse server up to this version's schema.
 *
 * <p>ClickHouse has neither transactions over definitions nor locks. So every step may run twice without harm, and is
 * written down only when its last statement has run: a runner that is killed half-way leaves a step that the next one
 * takes again, and two runners at once do the same work twice. What is applied is kept in {@code fairlead.migrations}
 * with the checksum of its text; a released step whose text differs is refused, for nobody could say which tables there
 * are.
 */
public final class ClickHouseMigrations {

    private static final String JOURNAL = ClickHouseUrl.DATABASE + ".migrations";
    private static final String CREATE_DATABASE =
            "CREATE DATABASE IF NOT EXISTS " + ClickHouseUrl.DATABASE + " ENGINE = Atomic";
    private static final String CREATE_JOURNAL = "CREATE TABLE IF NOT EXISTS " + JOURNAL
            + " (number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))"
            + " ENGINE = ReplacingMergeTree ORDER BY number";

    private ClickHouseMigrations() {}

    /**
     * Applies what is missing.
     *
     * @param url as {@link ClickHouseUrl} reads it; a database in it is not looked at
     * @return how things stood before
     * @throws MigrationException when the server can't be reached, refuses a statement, or has a step with another text
     */
    public static MigrationPlan apply(String url, String user, String password) throws MigrationException {
        return apply(url, user, password, Migration.bundled());
    }

    /**
     * Applies what is missing on all servers of a cluster, into tables that replicate each other.
     *
     * @param url of one of its servers
     * @param cluster as its configuration names it
     * @throws MigrationException as {@link #apply(String, String, String)}
     */
    public static MigrationPlan applyOnCluster(String url, String user, String password, String cluster)
            throws MigrationException {
        return apply(url, user, password, Migration.bundled(), new Replication(cluster)::of);
    }

    /**
     * Every statement, in its order, for who carries them out himself.
     *
     * @param cluster null: for one server
     */
    public static List<String> statements(@Nullable String cluster) throws MigrationException {
        UnaryOperator<String> dialect = cluster == null ? UnaryOperator.identity() : new Replication(cluster)::of;
        return Migration.bundled().stream()
                .flatMap(migration -> migration.statements().stream())
                .map(dialect)
                .toList();
    }

    /** Says what {@link #apply} would do, and changes nothing. */
    public static MigrationPlan plan(String url, String user, String password) throws MigrationException {
        ClickHouseUrl server = ClickHouseUrl.parse(url);
        try (Connection connection = connect(server, user, password)) {
            return plan(server, connection, Migration.bundled());
        } catch (SQLException e) {
            throw unreachable(server, e);
        }
    }

    static MigrationPlan apply(String url, String user, String password, List<Migration> migrations)
            throws MigrationException {
        return apply(url, user, password, migrations, UnaryOperator.identity());
    }

    private static MigrationPlan apply(
            String url, String user, String password, List<Migration> migrations, UnaryOperator<String> dialect)
            throws MigrationException {
        ClickHouseUrl server = ClickHouseUrl.parse(url);
        try (Connection connection = connect(server, user, password)) {
            MigrationPlan plan = plan(server, connection, migrations);
            refuseAltered(plan);
            List<Step> pending = plan.in(State.PENDING);
            if (!pending.isEmpty()) {
                execute(connection, dialect.apply(CREATE_DATABASE), "making the database");
                execute(connection, dialect.apply(CREATE_JOURNAL), "making the journal of migrations");
            }
            for (Migration migration : migrations) {
                if (pending.stream().anyMatch(step -> step.title().equals(migration.title()))) {
                    apply(connection, migration, dialect);
                }
            }
            return plan;
        } catch (SQLException e) {
            throw unreachable(server, e);
        }
    }

    private static void apply(Connection connection, Migration migration, UnaryOperator<String> dialect)
            throws MigrationException, SQLException {
        for (String statement : migration.statements()) {
            execute(connection, dialect.apply(statement), "migration " + migration.title());
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO " + JOURNAL + " (number, name, checksum) VALUES (?, ?, ?)")) {
            insert.setInt(1, migration.number());
            insert.setString(2, migration.name());
            insert.setString(3, migration.checksum());
            insert.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql, String purpose) throws MigrationException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new MigrationException(
                    "ClickHouse refused a statement of " + purpose + ": " + e.getMessage() + "\n" + sql, e);
        }
    }

    private static void refuseAltered(MigrationPlan plan) throws MigrationException {
        List<Step> altered = plan.in(State.ALTERED);
        if (!altered.isEmpty()) {
            throw new MigrationException(
                    "Migration " + altered.get(0).title()
                            + " was applied with another text than this version has. A released migration never changes:"
                            + " put its file back and write the change as a new number.",
                    null);
        }
    }

    private static MigrationPlan plan(ClickHouseUrl server, Connection connection, List<Migration> migrations)
            throws SQLException {
        Map<Integer, Step> steps = new TreeMap<>();
        Map<Integer, Migration> applied = applied(connection);
        applied.forEach((number, migration) -> steps.put(number, new Step(migration.title(), State.NEWER, 0)));
        for (Migration migration : migrations) {
            Migration there = applied.get(migration.number());
            State state = there == null
                    ? State.PENDING
                    : there.checksum().equals(migration.checksum()) ? State.APPLIED : State.ALTERED;
            steps.put(
                    migration.number(),
                    new Step(migration.title(), state, migration.statements().size()));
        }
        return new MigrationPlan(server + " (" + version(connection) + ")", List.copyOf(steps.values()));
    }

    private static Map<Integer, Migration> applied(Connection connection) throws SQLException {
        Map<Integer, Migration> applied = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            boolean journal;
            try (ResultSet exists = statement.executeQuery("EXISTS TABLE " + JOURNAL)) {
                journal = exists.next() && exists.getInt(1) == 1;
            }
            if (!journal) {
                return applied;
            }
            try (ResultSet rows = statement.executeQuery(
                    "SELECT number, name, checksum FROM " + JOURNAL + " FINAL ORDER BY number")) {
                while (rows.next()) {
                    int number = rows.getInt(1);
                    applied.put(number, new Migration(number, rows.getString(2), rows.getString(3), new ArrayList<>()));
                }
            }
        }
        return applied;
    }

    private static String version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT version()")) {
            return row.next() ? row.getString(1) : "of unknown version";
        }
    }

    private static Connection connect(ClickHouseUrl server, String user, String password) throws SQLException {
        return DriverManager.getConnection(server.jdbc(), ClickHouseUrl.credentials(user, password));
    }

    private static MigrationException unreachable(ClickHouseUrl server, SQLException e) {
        return new MigrationException(
                "ClickHouse at " + server + " did not answer as it should: " + e.getMessage()
                        + ". Check the address, the user and its password.",
                e);
    }
}
