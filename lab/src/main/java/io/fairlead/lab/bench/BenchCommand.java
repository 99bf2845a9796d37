package io.fairlead.lab.bench;

import picocli.CommandLine.Command;

/** {@code fairlead bench}. */
@Command(
        name = "bench",
        description = "Measure on this machine, beside a peer or a yardstick in the same run.",
        subcommands = {FactsBench.class, LoopBench.class, QualityBench.class})
public final class BenchCommand {}
