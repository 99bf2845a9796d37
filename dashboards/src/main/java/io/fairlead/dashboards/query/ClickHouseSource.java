package io.fairlead.dashboards.query;

import io.fairlead.dashboards.schema.ClickHouseUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Asks one ClickHouse server over JDBC. Thread-safe. At most {@code queriesMax} questions run at once; one more waits
 * for its turn no longer than the time limit of a question, then fails. A connection that failed is not used again.
 */
public final class ClickHouseSource implements AutoCloseable {

    private static final String SETTING = "clickhouse_setting_";

    private final ClickHouseUrl server;
    private final Properties properties;
    private final Duration timeLimit;
    private final Semaphore turns;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();

    /** Takes one row of an answer. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * @param url as {@link ClickHouseUrl} reads it
     * @param queriesMax how many questions may run at once
     * @param timeLimit of one question
     */
    public ClickHouseSource(String url, String user, String password, int queriesMax, Duration timeLimit) {
        this(url, user, password, queriesMax, timeLimit, Map.of());
    }

    /**
     * @param settings of ClickHouse, sent with each question, such as {@code max_rows_to_read}
     */
    public ClickHouseSource(
            String url,
            String user,
            String password,
            int queriesMax,
            Duration timeLimit,
            Map<String, String> settings) {
        this.server = ClickHouseUrl.parse(url);
        this.timeLimit = timeLimit;
        this.turns = new Semaphore(queriesMax, true);
        this.properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connection_timeout", Long.toString(timeLimit.toMillis()));
        properties.setProperty("socket_timeout", Long.toString(timeLimit.toMillis()));
        settings.forEach((name, value) -> properties.setProperty(SETTING + name, value));
    }

    /** Address of the server, without credentials. */
    public String address() {
        return server.toString();
    }

    /**
     * Runs one SELECT.
     *
     * @param parameters bound to the question marks of {@code sql}, in order
     * @throws SQLException when the server can't be reached, refuses, or takes too long
     */
    <T> List<T> select(String sql, List<?> parameters, Row<T> row) throws SQLException {
        takeTurn();
        try {
            Connection pooled = idle.poll();
            Connection connection = pooled != null
                    ? pooled
                    : DriverManager.getConnection(server.jdbc(), (Properties) properties.clone());
            boolean sound = false;
            try {
                List<T> answer = select(connection, sql, parameters, row);
                sound = true;
                return answer;
            } finally {
                if (sound) {
                    idle.add(connection);
                } else {
                    connection.close();
                }
            }
        } finally {
            turns.release();
        }
    }

    @Override
    public void close() throws SQLException {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    private <T> List<T> select(Connection connection, String sql, List<?> parameters, Row<T> row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout((int) Math.max(1, timeLimit.toSeconds()));
            for (int i = 0; i < parameters.size(); i++) {
                statement.setObject(i + 1, parameters.get(i));
            }
            List<T> answer = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    answer.add(row.read(rows));
                }
            }
            return answer;
        }
    }

    private void takeTurn() throws SQLException {
        try {
            if (turns.tryAcquire(timeLimit.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new SQLTransientConnectionException("ClickHouse at " + server
                + " is busy with earlier questions; none ended within " + timeLimit.toMillis() + " ms.");
    }
}
