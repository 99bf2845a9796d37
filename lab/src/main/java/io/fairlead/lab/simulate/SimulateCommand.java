package io.fairlead.lab.simulate;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.simulate.pools.PoolsCommand;
import io.fairlead.lab.simulate.rooms.RoomsCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares policies in a simulated world, and writes a report. */
@Command(
        name = "simulate",
        description =
                "Compare policies of choosing an exit in a seeded simulation, with the product's own pick and model.",
        subcommands = {PoolsCommand.class, RoomsCommand.class})
public final class SimulateCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--scenario",
            defaultValue = "churn",
            description =
                    "steady, churn, antagonist, outage, target, blocks, flaky, burst (default: ${DEFAULT-VALUE}).")
    private String scenario = "";

    @Option(
            names = "--policy",
            split = ",",
            defaultValue = "all",
            description =
                    "all, or random, round-robin, least-requests, power-of-two, peak-ewma, c3, prequal, last-latency, "
                            + "static-sort, best, band, hot-cold, oracle (default: ${DEFAULT-VALUE}).")
    private List<String> policies = List.of();

    @Option(names = "--seed", defaultValue = "1", description = "First seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--seeds", defaultValue = "1", description = "Runs of each policy (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--load",
            split = ",",
            paramLabel = "PERCENT",
            defaultValue = "70",
            description = "Of what the exits can do (default: ${DEFAULT-VALUE}).")
    private List<Integer> loads = List.of();

    @Option(
            names = "--staleness",
            split = ",",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Age of decisions at the edges, or never (default: ${DEFAULT-VALUE}).")
    private List<String> staleness = List.of();

    @Option(names = "--exits", defaultValue = "60", description = "Exits of the world (default: ${DEFAULT-VALUE}).")
    private int exits;

    @Option(
            names = "--seconds",
            defaultValue = "300",
            description = "Simulated time that is measured (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--plane-down",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description =
                    "Kafka and Flink are down for so long from when measuring begins: no decisions, no heartbeats of"
                            + " jobs (default: ${DEFAULT-VALUE}).")
    private int planeDownS;

    @Option(
            names = "--estimates",
            description = "Also hold what the model foretells and learns against the truth: half a minute more a seed.")
    private boolean estimates;

    @Option(names = "--report", paramLabel = "FILE", description = "HTML report to write (default: simulation.html).")
    private Path report = Path.of("simulation.html");

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Comparison> all = new ArrayList<>();
        for (String age : staleness) {
            for (int load : loads) {
                Comparison compared = compare(load / 100.0, seconds(age));
                all.add(compared);
                out.printf("%n%s%n%n%s%n%s%n", compared.title(), compared.table(), compared.estimates());
                out.flush();
            }
        }
        Estimates of = estimates ? Estimates.of(seed, seeds) : null;
        if (of != null) {
            out.printf("%n%s%n", of.text());
        }
        Files.writeString(report, Report.html(all, of));
        out.printf("Report: %s%n", report.toAbsolutePath());
        out.flush();
        return 0;
    }

    private Comparison compare(double load, double stalenessS) {
        Scenario what;
        List<Policy> compared;
        try {
            what = Scenario.of(scenario).sized(exits, seconds);
            compared = Policy.named(policies);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (load <= 0 || load > 4 || seeds < 1 || exits < 2 || seconds < 1 || planeDownS < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--load is " + Math.round(100 * load) + ", --seeds " + seeds + ", --exits " + exits + ", --seconds "
                            + seconds + ", --plane-down " + planeDownS
                            + "; give a load of 1 to 400 %, at least one seed, two exits and a second, and no time below 0");
        }
        List<Setup> setups = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            for (Policy policy : compared) {
                setups.add(new Setup(what, policy, seed + i, load, stalenessS, planeDownS));
            }
        }
        Result[] results = new Result[setups.size()];
        IntStream.range(0, setups.size()).parallel().forEach(i -> results[i] = Simulation.run(setups.get(i)));
        return Comparison.of(List.of(results));
    }

    private double seconds(String age) {
        if (age.equals("never")) {
            return Double.POSITIVE_INFINITY;
        }
        try {
            double seconds = Double.parseDouble(age);
            if (seconds >= 0) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            throw new ParameterException(spec.commandLine(), staleness(age), e);
        }
        throw new ParameterException(spec.commandLine(), staleness(age));
    }

    private static String staleness(String age) {
        return "--staleness is " + age + "; give seconds from 0, or never";
    }
}
