package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.clickhouse.ClickHouseOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.TenantUsage;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead tenant usage}. */
@Command(name = "usage", description = "What tenants have used, by day (UTC), from ClickHouse.")
final class TenantUsageCommand implements Callable<Integer> {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);
    private static final double WORTH_A_WORD = 0.01;
    private static final int DAYS_MAX = 800;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private ClickHouseOptions server = new ClickHouseOptions();

    @Parameters(paramLabel = "TENANT", arity = "0..1", description = "Its id; all tenants if it is left out.")
    private String tenant = "";

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "30",
            description = "How many, today included (default: ${DEFAULT-VALUE}).")
    private int days = 30;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (days < 1 || days > DAYS_MAX) {
            throw new UserError("--days is " + days + " but must be 1 to " + DAYS_MAX + ".");
        }
        try (ClickHouseSource source =
                new ClickHouseSource(server.url(), server.user(), server.password(), 1, TIME_LIMIT)) {
            print(new TenantUsage(source).of(tenant, days), spec.commandLine().getOut());
            return 0;
        } catch (SQLException e) {
            throw new UserError(
                    "ClickHouse at " + server.url() + " does not tell the usage: " + e.getMessage()
                            + "; is it up, and brought up to date with `fairlead clickhouse migrate`?",
                    e);
        }
    }

    private void print(List<TenantUsage.Day> usage, PrintWriter out) {
        if (usage.isEmpty()) {
            out.println("No requests" + (tenant.isEmpty() ? "" : " of tenant " + tenant) + " in the last " + days
                    + " days.");
            return;
        }
        out.printf(
                "%-24s %-10s %12s %9s %16s %16s%n", "TENANT", "DAY", "REQUESTS", "SUCCESS", "BYTES UP", "BYTES DOWN");
        for (TenantUsage.Day day : usage) {
            out.printf(
                    Locale.ROOT,
                    "%-24s %-10s %12d %8.2f%% %16d %16d%s%n",
                    day.tenant(),
                    day.day(),
                    day.requests(),
                    100.0 * day.successes() / Math.max(1, day.requests()),
                    day.bytesUp(),
                    day.bytesDown(),
                    day.difference() > WORTH_A_WORD
                            ? String.format(
                                    Locale.ROOT,
                                    "  agents count %.1f %% apart: see fairlead.usage_mismatches",
                                    100 * day.difference())
                            : "");
        }
    }
}
