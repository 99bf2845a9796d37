package io.fairlead.lab.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process of a cluster, started by the main class that its own distribution starts: not by a host of ours. It says nothing when it is ready, so that its
 * owner has to ask it. Ends with {@link #close()}, or with this process.
 */
final class StockProcess implements AutoCloseable {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final String title;
    private final List<String> command;
    private final Path directory;
    private @Nullable Process process;

    /**
     * @param host whose class path it has, of {@code lab/hosts}
     * @param arguments JVM flags, main class and its arguments
     * @param directory its own, made if it is not there; what it says is in {@code out.log}
     */
    StockProcess(String title, String host, List<String> arguments, Path directory) throws IOException {
        this.title = title;
        this.directory = Files.createDirectories(directory);
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Launch.dataFlag(directory),
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                ProjectHome.find().classPath(host)));
        all.addAll(arguments);
        this.command = all;
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill, "end-" + title));
    }

    String title() {
        return title;
    }

    synchronized void start() throws IOException {
        process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    /** Runs it to its end. */
    void run() throws IOException, InterruptedException {
        start();
        Process running = process;
        int code = running == null ? -1 : running.waitFor();
        if (code != 0) {
            throw new HostFailure(title + " ended with " + code + "." + LogTail.of(log(), 20));
        }
    }

    /** With -9. */
    synchronized void kill() {
        Process current = process;
        if (current != null) {
            current.destroyForcibly();
            current.onExit().join();
        }
    }

    synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    Path log() {
        return directory.resolve("out.log");
    }

    @Override
    public synchronized void close() {
        Process current = process;
        if (current == null) {
            return;
        }
        current.destroy();
        try {
            if (!current.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                current.destroyForcibly();
            }
        } catch (InterruptedException hurried) {
            current.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
