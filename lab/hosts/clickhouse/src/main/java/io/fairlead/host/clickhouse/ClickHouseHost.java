package io.fairlead.host.clickhouse;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * The ClickHouse engine with its HTTP server on the loopback interface, its data in one directory that survives it.
 *
 * <p>Settings are system properties: {@code fairlead.data} (directory; {@code access.properties} in it holds the passwords of
 * {@code fairlead} and {@code reader}), {@code fairlead.library} (path of {@code libchdb.so}), {@code fairlead.port}, {@code
 * fairlead.memoryMib} and {@code fairlead.maxQueries}. Prints {@code READY {"url":"http://127.0.0.1:PORT"}} when it answers.
 * Ends in order on SIGTERM and at the end of standard input; acknowledged rows survive kill -9 too.
 */
public final class ClickHouseHost {
    private static final long ENGINE_STACK_BYTES = 16 << 20;
    private static final long STOP_LIMIT_MS = 2_000;
    private static final long PING_INTERVAL_MS = 20;

    private final Path data;
    private final int port;
    private final String keepalive = "keepalive-" + ProcessHandle.current().pid();
    private final Supervision supervision;
    private final Thread engine;
    private volatile boolean stopping;

    private ClickHouseHost(Path data, int port) throws IOException {
        this.data = data;
        this.port = port;
        this.supervision = new Supervision(port, keepalive);
        List<String> arguments = arguments();
        this.engine = new Thread(null, () -> Engine.run(arguments), "engine", ENGINE_STACK_BYTES);
    }

    public static void main(String[] args) throws InterruptedException {
        PrintStream parent = System.out;
        System.setOut(System.err);
        ParentWatch.start();
        OperatingSystem.setsid();
        Path data = Path.of(System.getProperty("fairlead.data")).toAbsolutePath();
        try {
            Engine.load(Path.of(System.getProperty("fairlead.library")));
            new ClickHouseHost(data, Integer.getInteger("fairlead.port")).run(parent);
        } catch (IOException | UnsatisfiedLinkError failure) {
            System.err.println("The ClickHouse engine can't run with data in " + data + ": " + failure);
            OperatingSystem._exit(1);
        }
    }

    private void run(PrintStream parent) throws InterruptedException {
        engine.start();
        while (!supervision.answers()) {
            if (!engine.isAlive()) {
                end("The ClickHouse engine ended at its start on port " + port + " with data in " + data
                        + "; the lines above" + " and clickhouse.log there say why.");
            }
            TimeUnit.MILLISECONDS.sleep(PING_INTERVAL_MS);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        parent.println("READY {\"url\":\"http://127.0.0.1:" + port + "\"}");
        parent.flush();
        engine.join();
        if (!stopping) {
            end("The ClickHouse engine ended by itself: its keepalive statement was killed, or it was shut down.");
        }
    }

    private static void end(String why) {
        System.err.println(why);
        OperatingSystem._exit(1);
    }

    private void stop() {
        stopping = true;
        try {
            supervision.letGo();
            engine.join(STOP_LIMIT_MS);
        } catch (IOException refused) {
            System.err.println("No orderly stop, the data are safe without: " + refused);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        OperatingSystem._exit(0);
    }

    private List<String> arguments() throws IOException {
        Files.createDirectories(data);
        Properties access = new Properties();
        try (Reader file = Files.newBufferedReader(data.resolve("access.properties"))) {
            access.load(file);
        }
        Path users = data.resolve("users.xml");
        Files.writeString(
                users,
                EngineConfig.users(
                        access.getProperty("fairlead"), access.getProperty("reader"), supervision.password()));
        Path config = data.resolve("config.xml");
        Files.writeString(
                config,
                EngineConfig.server(
                        users.toString(),
                        Integer.getInteger("fairlead.memoryMib"),
                        Integer.getInteger("fairlead.maxQueries")));
        return List.of(
                "clickhouse",
                "--path=" + data.resolve("store"),
                "--http_port=" + port,
                "--listen_host=127.0.0.1",
                "--config-file=" + config,
                "--log-level=warning",
                "--logger.log=" + data.resolve("clickhouse.log"),
                "--query",
                "SYSTEM START LISTEN HTTP",
                "--query",
                "SELECT count() FROM system.numbers WHERE sleepEachRow(1) = 1 SETTINGS max_block_size = 1, max_threads = 1,"
                        + " max_rows_to_read = 0, log_comment = '" + keepalive + "'");
    }
}
