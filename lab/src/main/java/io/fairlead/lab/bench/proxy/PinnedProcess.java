package io.fairlead.lab.bench.proxy;

import io.fairlead.lab.bench.Processor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server in a process of its own, on one processor, which the load leaves to it. Ends with the thread that started it, also when that
 * is killed. Linux alone has what this takes: {@code taskset} and {@code setpriv} of util-linux.
 */
public final class PinnedProcess implements AutoCloseable {

    /** Processor of what is measured; load and site are on {@link #OF_LOAD}. */
    static final int OF_SERVER = 0;

    static final int OF_LOAD = 1;

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int LOOK_AGAIN_MS = 50;
    private static final int STOP_SECONDS = 5;
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final String name;
    private final Process process;
    private final Path log;

    private PinnedProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts one and waits until it takes connections.
     *
     * @throws IOException if it ends, or takes none within a minute; with the last lines that it said
     */
    public static PinnedProcess start(String name, List<String> command, Path directory, InetSocketAddress listens)
            throws IOException, InterruptedException {
        List<String> pinned = new ArrayList<>(
                List.of("setpriv", "--pdeathsig", "KILL", "taskset", "-c", Integer.toString(OF_SERVER)));
        pinned.addAll(command);
        Path log = directory.resolve(name + ".log");
        Process process = new ProcessBuilder(pinned)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        PinnedProcess started = new PinnedProcess(name, process, log);
        long deadlineNanos = System.nanoTime() + START_LIMIT.toNanos();
        while (!takesConnections(listens)) {
            if (!process.isAlive() || System.nanoTime() - deadlineNanos > 0) {
                started.close();
                throw new IOException(name + " did not start; it said: " + started.lastLines());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        }
        return started;
    }

    /** Leaves the server's processor: this process and all that it starts from now on are on the other. */
    public static void leaveTheServersProcessor() throws IOException, InterruptedException {
        Processor.pinProcess(ProcessHandle.current().pid(), OF_LOAD);
    }

    public long pid() {
        return process.pid();
    }

    /** Processor time that it and what it has started have taken so far, ns. */
    public long processorNanos() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(each -> Processor.time(each.pid()).toNanos())
                .sum();
    }

    /** Resident memory, bytes. */
    public long residentBytes() throws IOException {
        String status = Files.readString(Path.of("/proc/" + pid() + "/status"));
        Matcher resident = RESIDENT.matcher(status);
        return resident.find() ? Long.parseLong(resident.group(1)) << 10 : 0;
    }

    private static boolean takesConnections(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, LOOK_AGAIN_MS);
            return true;
        } catch (IOException e) {
            return false; // not yet
        }
    }

    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(log, java.nio.charset.StandardCharsets.ISO_8859_1);
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    @Override
    public String toString() {
        return name + " (" + pid() + ")";
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
