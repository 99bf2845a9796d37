package io.fairlead.lab.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** What this machine is, and what processes take of it. */
public final class Processor {

    private Processor() {}

    /** One line for above the figures: they mean nothing without it. */
    public static String machine() {
        return String.format(
                Locale.ROOT,
                "%d processors, Java %s, load %.1f",
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** Processor time a process has taken so far; none if it is gone. */
    public static Duration time(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /**
     * Keeps the calling thread on one processor from now on.
     *
     * @param processor 0 for the first
     * @throws IOException if this is no Linux, has no {@code taskset}, or has no such processor
     */
    public static void pinThread(int processor) throws IOException, InterruptedException {
        Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
        taskset("-cp", thread.toString(), processor);
    }

    /** Puts all threads of a process on one processor. */
    public static void pinProcess(long pid, int processor) throws IOException, InterruptedException {
        taskset("-acp", Long.toString(pid), processor);
    }

    private static void taskset(String options, String id, int processor) throws IOException, InterruptedException {
        Process taskset = new ProcessBuilder("taskset", options, Integer.toString(processor), id)
                .redirectErrorStream(true)
                .start();
        String said = new String(taskset.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (taskset.waitFor() != 0) {
            throw new IOException(id + " can't be put on processor " + processor + ": " + said.strip());
        }
    }
}
