package io.fairlead.cli.clickhouse;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.schema.MigrationException;
import io.fairlead.dashboards.schema.ReaderAccount;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead clickhouse reader}. */
@Command(
        name = "reader",
        description =
                "Make the user by whom console and Grafana read, with bounds on each question; may be repeated, and sets its password anew.")
final class ReaderCommand implements Callable<Integer> {

    private static final int PASSWORD_CHARS_MIN = 12;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private ClickHouseOptions server = new ClickHouseOptions();

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            defaultValue = ReaderAccount.NAME,
            description = "Of the user (default: ${DEFAULT-VALUE}).")
    private String name = ReaderAccount.NAME;

    @Option(
            names = "--reader-password",
            paramLabel = "SECRET",
            required = true,
            description =
                    "His password, 12 characters at least; better given as FAIRLEAD_READER_PASSWORD than on the command line.")
    private String password = "";

    @Option(
            names = "--query-seconds-max",
            paramLabel = "N",
            defaultValue = "" + ReaderAccount.SECONDS,
            description = "Of one question (default: ${DEFAULT-VALUE}).")
    private int secondsMax = ReaderAccount.SECONDS;

    @Option(
            names = "--query-rows-max",
            paramLabel = "N",
            defaultValue = "" + ReaderAccount.ROWS,
            description = "That one question reads (default: ${DEFAULT-VALUE}).")
    private long rowsMax = ReaderAccount.ROWS;

    @Option(
            names = "--query-bytes-max",
            paramLabel = "N",
            defaultValue = "" + ReaderAccount.BYTES,
            description = "Of memory of one question (default: ${DEFAULT-VALUE}).")
    private long bytesMax = ReaderAccount.BYTES;

    @Option(
            names = "--queries-per-minute-max",
            paramLabel = "N",
            defaultValue = "" + ReaderAccount.QUERIES_PER_MINUTE,
            description = "Of all his questions (default: ${DEFAULT-VALUE}).")
    private int queriesPerMinute = ReaderAccount.QUERIES_PER_MINUTE;

    @Option(names = "--cluster", paramLabel = "NAME", description = "Make it on all servers of this cluster.")
    private @Nullable String cluster;

    @Option(names = "--print", description = "Print every statement, and ask no server.")
    private boolean print;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (password.length() < PASSWORD_CHARS_MIN) {
            throw new UserError("A password of " + password.length() + " characters is too short; give "
                    + PASSWORD_CHARS_MIN + " at least.");
        }
        try {
            ReaderAccount reader = new ReaderAccount(name, secondsMax, rowsMax, bytesMax, queriesPerMinute);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
            if (print) {
                reader.statements(digest, cluster)
                        .forEach(each -> spec.commandLine().getOut().println(each + ";"));
            } else {
                reader.apply(server.url(), server.user(), server.password(), digest, cluster);
                spec.commandLine()
                        .getOut()
                        .println(name + " reads fairlead.*, each question at most " + secondsMax + " s and " + rowsMax
                                + " rows.");
            }
            return 0;
        } catch (MigrationException | IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
