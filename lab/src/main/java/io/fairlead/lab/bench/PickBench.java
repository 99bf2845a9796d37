package io.fairlead.lab.bench;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.proxy.pick.PickPolicy;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs {@link PickBenchmark} in a JVM of its own. */
@Command(name = "pick", description = "Time and allocation of a pick, beside the better of two at random.")
public final class PickBench implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--exits",
            split = ",",
            defaultValue = "1000,1000000",
            description = "Exits of the pool (default: ${DEFAULT-VALUE}).")
    private List<Integer> exits = List.of();

    @Option(
            names = "--full",
            split = ",",
            defaultValue = "0,0.999",
            description = "Share without room (default: ${DEFAULT-VALUE}).")
    private List<Double> full = List.of();

    @Option(
            names = "--policy",
            defaultValue = "BAND",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private PickPolicy policy = PickPolicy.BAND;

    @Option(
            names = "--updates",
            defaultValue = "100000",
            description = "Decisions a second meanwhile (default: ${DEFAULT-VALUE}).")
    private int updates;

    @Option(names = "--threads", defaultValue = "1", description = "That pick at once (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "Of each of five iterations (default: ${DEFAULT-VALUE}).")
    private int timeS;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Before them, until everything is compiled (default: ${DEFAULT-VALUE}).")
    private int warmUpS;

    @Option(
            names = "--pinned",
            description = "Give the thread that picks and the one that decides a processor each (Linux).")
    private boolean pinned;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %d threads, %s, %,d decisions/s%n", Processor.machine(), threads, policy, updates);
        out.flush();
        for (int count : exits) {
            for (double share : full) {
                run(count, share).forEach(result -> print(result, out));
                out.flush();
            }
        }
        return 0;
    }

    private Collection<RunResult> run(int count, double share) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(PickBenchmark.class.getName() + "\\.")
                        .param("exits", Integer.toString(count))
                        .param("full", Double.toString(share))
                        .param("policy", policy.name())
                        .param("updates", Integer.toString(updates))
                        .param("pinned", Boolean.toString(pinned))
                        .threads(threads)
                        .forks(1)
                        .warmupIterations(1)
                        .warmupTime(TimeValue.seconds(warmUpS))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(timeS))
                        .jvmArgs(
                                "-Xmx4g",
                                "-XX:+UseParallelGC",
                                "-XX:+IgnoreUnrecognizedVMOptions",
                                "-XX:+UseTransparentHugePages")
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
    }

    private static void print(RunResult result, PrintWriter out) {
        Result<?> primary = result.getPrimaryResult();
        String what =
                switch (primary.getLabel()) {
                    case "betterOfTwo" -> "better of two";
                    case "arithmetic" -> "arithmetic";
                    case "pickAndTell" -> "with its record";
                    default -> "pick + release";
                };
        int exits = Integer.parseInt(result.getParams().getParam("exits"));
        String full = result.getParams().getParam("full");
        if (result.getParams().getMode() == Mode.SampleTime) {
            out.printf(
                    "%-15s %,9d exits, %5s full   p50 %,6.0f ns   p99 %,6.0f ns   p99.9 %,7.0f ns%n",
                    what,
                    exits,
                    full,
                    primary.getStatistics().getPercentile(50),
                    primary.getStatistics().getPercentile(99),
                    primary.getStatistics().getPercentile(99.9));
        } else {
            out.printf(
                    "%-15s %,9d exits, %5s full   mean %,5.0f ns   %s%n",
                    what, exits, full, primary.getScore(), allocated(result));
        }
    }

    /** Of the picking threads; the harness's own is some KiB an iteration. */
    private static String allocated(RunResult result) {
        Result<?> bytes = result.getSecondaryResults().get("allocatedBytes");
        Result<?> picks = result.getSecondaryResults().get("picks");
        return bytes == null || picks == null
                ? ""
                : "%.3f B allocated".formatted(bytes.getScore() / Math.max(1, picks.getScore()));
    }
}
