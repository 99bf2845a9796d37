package io.fairlead.cli.edge;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.agent.OwnerWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The owner's switch of an agent that runs, or will. It is a file: `touch` and `rm` do the same. */
final class AgentSwitch {

    private AgentSwitch() {}

    /** {@code fairlead agent pause}. */
    @Command(
            name = "pause",
            description = "Serve nothing from now on: what is open ends within a second. Outlives restarts.")
    static final class Pause implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private StateOption state = new StateOption();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            try {
                LinkIdentity.write(state.directory().resolve(OwnerWatch.PAUSED), "", "rw-------");
            } catch (UncheckedIOException e) {
                throw new UserError("The agent is not paused: " + e.getMessage(), e);
            }
            spec.commandLine().getOut().println("paused; `fairlead agent resume` ends it");
            return 0;
        }
    }

    /** {@code fairlead agent resume}. */
    @Command(name = "resume", description = "Serve again.")
    static final class Resume implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private StateOption state = new StateOption();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            try {
                boolean was = Files.deleteIfExists(state.directory().resolve(OwnerWatch.PAUSED));
                spec.commandLine().getOut().println(was ? "serves again" : "it was not paused");
                return 0;
            } catch (IOException e) {
                throw new UserError("The agent stays paused: " + e.getMessage(), e);
            }
        }
    }

    /** {@code fairlead agent status}. */
    @Command(name = "status", description = "Show what the agent is doing, and why it serves nothing if it doesn't.")
    static final class Status implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private StateOption state = new StateOption();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            Path file = state.directory().resolve(OwnerWatch.STATUS);
            try {
                String text = Files.readString(file);
                if (!alive(text)) {
                    throw new UserError(
                            "The agent of " + state.directory() + " died; this is what it last said:\n" + text);
                }
                spec.commandLine().getOut().print(text);
                spec.commandLine().getOut().flush();
                return 0;
            } catch (NoSuchFileException e) {
                throw new UserError("No agent runs on " + state.directory() + ".", e);
            } catch (IOException e) {
                throw new UserError("The status of the agent can't be read: " + e.getMessage(), e);
            }
        }

        private static boolean alive(String text) {
            return text.lines()
                    .filter(line -> line.startsWith("pid="))
                    .map(line -> line.substring("pid=".length()))
                    .anyMatch(pid -> pid.matches("[0-9]{1,10}")
                            && ProcessHandle.of(Long.parseLong(pid)).isPresent());
        }
    }
}
