package io.fairlead.cli.settings;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command has. {@link LayeredSettings} reads the file before the command line is parsed. */
public final class SettingsOptions {

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "YAML file of settings; environment variables (FAIRLEAD_…) and flags rank over it.")
    private @Nullable Path file;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    /** The settings file, if one was named on the command line. */
    public @Nullable Path file() {
        return file;
    }

    /** Help was asked for. */
    public boolean help() {
        return help;
    }
}
