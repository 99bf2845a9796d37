package io.fairlead.lab.bench;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.proxy.pick.PickPolicy;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
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

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %d threads, %s, %,d decisions/s%n", Processor.machine(), threads, policy, updates);
        out.flush();
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(PickBenchmark.class.getName() + "\\.")
                        .param("exits", texts(exits))
                        .param("full", texts(full))
                        .param("policy", policy.name())
                        .param("updates", Integer.toString(updates))
                        .threads(threads)
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(timeS))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(timeS))
                        .jvmArgs(
                                "-Xmx4g",
                                "-XX:+UseParallelGC",
                                "-XX:+IgnoreUnrecognizedVMOptions",
                                "-XX:+UseTransparentHugePages")
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        for (RunResult result : results) {
            Result<?> primary = result.getPrimaryResult();
            String what = primary.getLabel().startsWith("betterOfTwo") ? "better of two" : "pick + release";
            if (result.getParams().getMode() == org.openjdk.jmh.annotations.Mode.SampleTime) {
                out.printf(
                        "%-15s %,9d exits, %5s full   p50 %,6.0f ns   p99 %,6.0f ns   p99.9 %,7.0f ns%n",
                        what,
                        Integer.parseInt(result.getParams().getParam("exits")),
                        result.getParams().getParam("full"),
                        primary.getStatistics().getPercentile(50),
                        primary.getStatistics().getPercentile(99),
                        primary.getStatistics().getPercentile(99.9));
            } else {
                Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
                out.printf(
                        "%-15s %,9d exits, %5s full   mean %,5.0f ns   %,5.0f B with those of the decisions%n",
                        what,
                        Integer.parseInt(result.getParams().getParam("exits")),
                        result.getParams().getParam("full"),
                        primary.getScore(),
                        allocated == null ? Double.NaN : allocated.getScore());
            }
        }
        out.flush();
        return 0;
    }

    private static String[] texts(List<?> values) {
        return values.stream().map(String::valueOf).toArray(String[]::new);
    }
}
