package io.fairlead.cli.clickhouse;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.dashboards.schema.MigrationException;
import io.fairlead.dashboards.schema.MigrationPlan;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead clickhouse}. */
@Command(
        name = "clickhouse",
        description = "Keep the tables of a ClickHouse server up to date.",
        subcommands = {ClickHouseCommand.Migrate.class, RetentionCommand.class, ReaderCommand.class})
public final class ClickHouseCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead clickhouse migrate}. */
    @Command(
            name = "migrate",
            description = "Carry out the migrations that the server lacks; shows them first, may be repeated.")
    static final class Migrate implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private ClickHouseOptions server = new ClickHouseOptions();

        @Option(names = "--dry-run", description = "Only show what would be done.")
        private boolean dryRun;

        @Option(
                names = "--cluster",
                paramLabel = "NAME",
                description =
                        "Of which the server is one: carry them out on all its servers, into replicated tables. The servers need the macros shard and replica.")
        private @Nullable String cluster;

        @Option(names = "--print", description = "Print every statement, and ask no server.")
        private boolean print;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            try {
                if (print) {
                    ClickHouseMigrations.statements(cluster)
                            .forEach(statement -> spec.commandLine().getOut().println(statement + ";\n"));
                } else {
                    spec.commandLine().getOut().println(carriedOut().text());
                }
                return 0;
            } catch (MigrationException e) {
                throw new UserError(String.valueOf(e.getMessage()), e);
            }
        }

        private MigrationPlan carriedOut() throws MigrationException {
            if (dryRun) {
                return ClickHouseMigrations.plan(server.url(), server.user(), server.password());
            }
            String name = cluster;
            return name == null
                    ? ClickHouseMigrations.apply(server.url(), server.user(), server.password())
                    : ClickHouseMigrations.applyOnCluster(server.url(), server.user(), server.password(), name);
        }
    }
}
