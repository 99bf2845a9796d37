package io.fairlead.lab.bench;

import java.lang.management.ManagementFactory;
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
}
