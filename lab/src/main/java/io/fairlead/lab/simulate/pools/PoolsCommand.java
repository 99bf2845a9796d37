package io.fairlead.lab.simulate.pools;

import io.fairlead.cli.settings.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares ways of keeping pools in a simulated fleet, and writes a report. */
@Command(
        name = "pools",
        description =
                "Compare fixed, reacting and curated pools over simulated hours, with the product's own curation and forecasts.")
public final class PoolsCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--seed", defaultValue = "1", description = "First seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--seeds", defaultValue = "1", description = "Worlds (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(names = "--exits", defaultValue = "200", description = "Exits of the fleet (default: ${DEFAULT-VALUE}).")
    private int exits;

    @Option(
            names = "--hours",
            defaultValue = "24",
            description = "Simulated hours that count, after those of --warm-hours (default: ${DEFAULT-VALUE}).")
    private int hours;

    @Option(
            names = "--warm-hours",
            defaultValue = "24",
            description = "Hours before, in which forecasts learn (default: ${DEFAULT-VALUE}).")
    private int warmHours;

    @Option(names = "--report", paramLabel = "FILE", description = "HTML report to write (default: pools.html).")
    private Path report = Path.of("pools.html");

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (seeds < 1 || exits < 30 || hours < 1 || warmHours < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--seeds is " + seeds + ", --exits " + exits + ", --hours " + hours + ", --warm-hours " + warmHours
                            + "; give at least one seed, 30 exits, one hour, and no fewer than 0 before");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<PoolResult> results = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            PoolResult result = PoolRun.run(new PoolSetup(seed + i, exits, warmHours, hours));
            results.add(result);
            out.printf("seed %d: %s%n", seed + i, new PoolComparison(List.of(result)).ratios());
            out.flush();
        }
        PoolComparison all = new PoolComparison(results);
        out.printf("%n%s%n", all.text());
        Files.writeString(report, PoolReport.html(all));
        out.printf("Report: %s%n", report.toAbsolutePath());
        out.flush();
        return 0;
    }
}
