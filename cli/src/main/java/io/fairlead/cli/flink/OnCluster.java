package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands on a cluster have in common: its address, and words for what it refuses. */
abstract class OnCluster implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private FlinkOptions flink = new FlinkOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public final Integer call() throws InterruptedException {
        try {
            return run(flink.client(), spec.commandLine().getOut());
        } catch (IOException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    abstract int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException;
}
