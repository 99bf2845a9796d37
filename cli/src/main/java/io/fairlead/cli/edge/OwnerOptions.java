package io.fairlead.cli.edge;

import io.fairlead.proxy.agent.OwnerTerms;
import io.fairlead.proxy.agent.OwnerWatch;
import io.fairlead.proxy.exit.Hours;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the owner of a device lays down; the agent holds to it by itself. */
final class OwnerOptions {

    private static final Pattern BYTES = Pattern.compile("([0-9]{1,12})(|KB|MB|GB|TB)");

    @Option(
            names = "--hours",
            paramLabel = "HOURS",
            defaultValue = "",
            description = "When it serves, by the clock of a place: \"22:00-06:00 Europe/Berlin\" (default: always).")
    private String hours = "";

    @Option(
            names = "--bytes-per-day",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "Most of a day, both directions together: 500MB, 5GB (default: no cap).")
    private String bytesPerDay = "";

    @Option(
            names = "--bytes-per-month",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "Most of a month (default: no cap).")
    private String bytesPerMonth = "";

    @Option(
            names = "--battery-min",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "On battery it serves only above this (default: always).")
    private int batteryPercentMin;

    @Option(
            names = "--per-target",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most requests to one host at once (default: no cap).")
    private int requestsPerTarget;

    @Option(
            names = "--rest-while-active",
            description = "Serve only while the owner does not use the device; needs one of the next two.")
    private boolean restWhileActive;

    @Option(
            names = "--active-file",
            paramLabel = "FILE",
            description = "The owner uses the device while this file exists.")
    private @Nullable Path activeFile;

    @Option(
            names = "--active-command",
            paramLabel = "COMMAND",
            split = " ",
            description = "The owner uses the device when this command ends with 0; asked every 10 s.")
    private List<String> activeCommand = List.of();

    /** @throws IllegalArgumentException that says what is wrong */
    OwnerTerms terms() {
        if (restWhileActive && activeFile == null && activeCommand.isEmpty()) {
            throw new IllegalArgumentException(
                    "--rest-while-active needs --active-file or --active-command to know by");
        }
        return OwnerTerms.NONE
                .withHours(hours.isEmpty() ? Hours.ALWAYS : Hours.parse(hours))
                .withBytes(bytes(bytesPerDay), bytes(bytesPerMonth))
                .withDevice(batteryPercentMin, restWhileActive)
                .withRequestsPerTarget(requestsPerTarget);
    }

    OwnerWatch.Settings watch(Path state) {
        return OwnerWatch.Settings.of(state).withActivity(activeFile, activeCommand);
    }

    /** Decimal units, as connections are sold. */
    private static long bytes(String text) {
        Matcher form = BYTES.matcher(text.toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no number of bytes; write 500MB or 5GB");
        }
        long unit =
                switch (form.group(2)) {
                    case "KB" -> 1_000;
                    case "MB" -> 1_000_000;
                    case "GB" -> 1_000_000_000;
                    case "TB" -> 1_000_000_000_000L;
                    default -> 1;
                };
        return Math.multiplyExact(Long.parseLong(form.group(1)), unit);
    }
}
