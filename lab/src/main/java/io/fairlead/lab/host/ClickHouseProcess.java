package io.fairlead.lab.host;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The ClickHouse engine with its HTTP server on the loopback interface. When it dies it is started again by itself; the rows that
 * it had acknowledged are there again.
 *
 * <p>Two users: {@link #user()} owns every database whose name begins with {@code fairlead} (and creates them), {@link
 * #reader()} reads them.
 */
public final class ClickHouseProcess implements Host {
    private final HostProcess process;
    private final Access access;

    private ClickHouseProcess(HostProcess process, Access access) {
        this.process = process;
        this.access = access;
    }

    /**
     * @param port of the HTTP server; 0 for the one of last time, or any that is free
     * @param memoryMib what queries, merges and caches of the engine may use together; beyond it a query fails with code 241
     * @param maxQueries how many may run at once; the next is refused with code 202
     * @param notices told in a sentence when a port changes, the engine dies or comes back, or is being fetched
     */
    public record Options(int port, int memoryMib, int maxQueries, Consumer<String> notices) {
        public static Options defaults() {
            return new Options(0, 1_024, 64, Notices.LOGGED);
        }

        public Options withPort(int other) {
            return new Options(other, memoryMib, maxQueries, notices);
        }

        public Options withMemoryMib(int other) {
            return new Options(port, other, maxQueries, notices);
        }

        public Options withNotices(Consumer<String> other) {
            return new Options(port, memoryMib, maxQueries, other);
        }
    }

    /**
     * Fetches the engine if this machine does not have it yet, starts it and waits until it answers.
     *
     * @param data the engine's own directory, made if it is not there
     */
    public static ClickHouseProcess start(Path data, Options options) throws HostFailure {
        Path directory = data.toAbsolutePath().normalize();
        Path library = EngineLibrary.ofThisMachine(options.notices()).path();
        Access access = access(directory);
        Launch launch = Launch.host(
                "clickhouse",
                "ClickHouse",
                "io.fairlead.host.clickhouse.ClickHouseHost",
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                Map.of(
                        "library", library.toString(),
                        "memoryMib", Integer.toString(options.memoryMib()),
                        "maxQueries", Integer.toString(options.maxQueries())),
                directory);
        PortBook ports = new PortBook(
                launch.title(),
                directory,
                Map.of("port", options.port()),
                RandomGenerator.getDefault(),
                options.notices());
        HostProcess process = new HostProcess(launch, ports, HostProcess.Revival.BY_ITSELF, options.notices());
        process.start();
        return new ClickHouseProcess(process, access);
    }

    @Override
    public HostProcess process() {
        return process;
    }

    /** {@code http://127.0.0.1:PORT}. */
    public URI url() {
        return URI.create(process.address("url"));
    }

    /** For the JDBC driver. */
    public String jdbcUrl(String database) {
        return "jdbc:clickhouse:" + url() + "/" + database;
    }

    /** Owns every database whose name begins with {@code fairlead}. */
    public String user() {
        return "fairlead";
    }

    public String password() {
        return access.fairlead();
    }

    /** May read what {@link #user()} owns, and set limits for its own queries. */
    public String reader() {
        return "reader";
    }

    public String readerPassword() {
        return access.reader();
    }

    private static Access access(Path data) throws HostFailure {
        try {
            return Access.of(data);
        } catch (IOException failure) {
            throw new HostFailure("The passwords of ClickHouse can't be kept in " + data, failure);
        }
    }
}
