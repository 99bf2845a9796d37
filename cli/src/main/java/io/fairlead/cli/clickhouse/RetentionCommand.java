package io.fairlead.cli.clickhouse;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.schema.MigrationException;
import io.fairlead.dashboards.schema.Retention;
import io.fairlead.dashboards.schema.Retention.Kept;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead clickhouse retention}. */
@Command(
        name = "retention",
        description =
                "Say how long tables keep their rows, or set it: raw_attempts=14 'requests_*=90'; may be repeated.")
final class RetentionCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private ClickHouseOptions server = new ClickHouseOptions();

    @Parameters(
            paramLabel = "TABLE=DAYS",
            arity = "0..*",
            description =
                    "Days that a table is to keep, 1 to 3650; TABLE may end with * for all that begin so. None: only show.")
    private Map<String, Integer> wanted = new TreeMap<>();

    @Option(names = "--dry-run", description = "Only show what would change.")
    private boolean dryRun;

    @Option(names = "--cluster", paramLabel = "NAME", description = "Set it on all servers of this cluster.")
    private @Nullable String cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            List<Kept> kept = dryRun
                    ? Retention.plan(server.url(), server.user(), server.password(), wanted)
                    : Retention.apply(server.url(), server.user(), server.password(), wanted, cluster);
            print(kept, spec.commandLine().getOut());
            return 0;
        } catch (MigrationException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private void print(List<Kept> kept, PrintWriter out) {
        for (Kept table : kept) {
            out.printf(
                    "%-28s %5d d%s%n",
                    table.table(), table.days(), table.changes() ? "  →  " + table.wantedDays() + " d" : "");
        }
        long changed = kept.stream().filter(Kept::changes).count();
        if (!wanted.isEmpty()) {
            out.println(
                    changed == 0
                            ? "Nothing to change."
                            : changed + (dryRun ? " would change." : " changed; what is over goes in the background."));
        }
    }
}
