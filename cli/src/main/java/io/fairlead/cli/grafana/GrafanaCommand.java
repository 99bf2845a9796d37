package io.fairlead.cli.grafana;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.grafana.GrafanaFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead grafana}. */
@Command(name = "grafana", description = "Boards and alerts for Grafana.", subcommands = GrafanaCommand.Export.class)
public final class GrafanaCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead grafana export}. */
    @Command(
            name = "export",
            description =
                    "Write the boards (dashboards/*.json) and alerts (alerting/fairlead.yaml) that Grafana is provisioned with.")
    static final class Export implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Parameters(paramLabel = "DIRECTORY", description = "Where to; made if it is not there.")
        private Path directory = Path.of("");

        @Option(
                names = "--datasource",
                paramLabel = "UID",
                defaultValue = "clickhouse",
                description = "Uid of the ClickHouse datasource in Grafana (default: ${DEFAULT-VALUE}).")
        private String datasource = "clickhouse";

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            Map<String, String> files = new GrafanaFiles(datasource).all();
            files.forEach((name, text) -> write(directory.resolve(name), text));
            spec.commandLine().getOut().println(files.size() + " files are in " + directory + ".");
            return 0;
        }

        private static void write(Path file, String text) {
            try {
                Path parent = file.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.writeString(file, text);
            } catch (IOException e) {
                throw new UserError(file + " can't be written: " + e.getMessage() + ".", e);
            }
        }
    }
}
