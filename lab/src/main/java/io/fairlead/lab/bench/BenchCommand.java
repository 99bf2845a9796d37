package io.fairlead.lab.bench;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.bench.dns.DnsBench;
import io.fairlead.lab.bench.far.FarBench;
import io.fairlead.lab.bench.kill.KillBench;
import io.fairlead.lab.bench.panels.PanelsBench;
import io.fairlead.lab.bench.proxy.IdleBench;
import io.fairlead.lab.bench.proxy.ProxyBench;
import io.fairlead.lab.bench.relay.RelayBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fairlead bench}. */
@Command(
        name = "bench",
        description = "Measure on this machine, beside a peer or a yardstick in the same run.",
        subcommands = {
            DnsBench.class,
            EntriesBench.class,
            FactsBench.class,
            FarBench.class,
            IdleBench.class,
            JobsBench.class,
            KillBench.class,
            LinksBench.class,
            LoopBench.class,
            MapBench.class,
            PanelsBench.class,
            PickBench.class,
            PoisonBench.class,
            PoolJobBench.class,
            PoolsBench.class,
            ProxyBench.class,
            QualityBench.class,
            RelayBench.class,
            StateBench.class
        })
public final class BenchCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();
}
