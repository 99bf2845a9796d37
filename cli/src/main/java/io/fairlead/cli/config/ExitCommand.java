package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead exit}. */
@Command(
        name = "exit",
        description = "Take an exit out by hand, and let it in again.",
        subcommands = {ExitCommand.ListExits.class, ExitCommand.Kill.class, ExitCommand.Admit.class})
public final class ExitCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead exit list}. */
    @Command(name = "list", description = "Exits that operators said something of.")
    static final class ListExits implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            Map<String, ConfigEntry> entries = new ConfigStore(kafka.client()).read(Topics.CONFIG_EXITS);
            if (entries.isEmpty()) {
                out.println("Nothing is said of any exit.");
            }
            entries.values().forEach(entry -> {
                ExitOverride exit = (ExitOverride) entry.value();
                out.printf(
                        "%-24s %-8s by %s: %s%n",
                        exit.getExitId(),
                        exit.getKilled() ? "killed" : "admitted",
                        exit.getAuthorship().getAuthor(),
                        exit.getAuthorship().getReason());
            });
            return 0;
        }
    }

    /** {@code fairlead exit kill}. */
    @Command(name = "kill", description = "Take an exit out: its links are cut within seconds, and refused.")
    static final class Kill extends OnExit {

        Kill() {
            super(true);
        }
    }

    /** {@code fairlead exit admit}. */
    @Command(name = "admit", description = "Let an exit in again that was taken out.")
    static final class Admit extends OnExit {

        Admit() {
            super(false);
        }
    }

    /** What the commands on one exit have in common. */
    abstract static class OnExit implements Callable<Integer> {

        private final boolean killed;

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Parameters(paramLabel = "EXIT", description = "Its id.")
        private String id = "";

        @Spec
        private CommandSpec spec;

        OnExit(boolean killed) {
            this.killed = killed;
        }

        @Override
        public Integer call() {
            new ConfigStore(kafka.client())
                    .write(Topics.CONFIG_EXITS, id, write.author(), write.reason(), write.revision(), next -> {
                        ConfigEntry present = next.present();
                        if (present == null && !killed) {
                            throw new UserError("Nothing was said of exit " + id + "; it is not out.");
                        }
                        ExitOverride.Builder exit = present == null
                                ? ExitOverride.newBuilder().setExitId(id)
                                : ExitOverride.newBuilder((ExitOverride) present.value());
                        return exit.setKilled(killed)
                                .setAuthorship(next.authorship())
                                .build();
                    });
            spec.commandLine().getOut().println("exit " + id + (killed ? " is taken out." : " is let in again."));
            return 0;
        }
    }
}
