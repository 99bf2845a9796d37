package io.fairlead.cli.config;

import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What commands on the records of the config topics have in common. */
abstract class StoreCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public final Integer call() {
        run(new ConfigStore(kafka.client()), spec.commandLine().getOut());
        return 0;
    }

    /** Does what is asked, and says so. */
    abstract void run(ConfigStore store, PrintWriter out);
}
