package io.fairlead.lab.demo;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.Amounts;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.fleet.Impairment;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands to a demo that runs in another terminal. */
final class DemoCommands {

    private DemoCommands() {}

    /** {@code fairlead demo impair}. */
    @Command(name = "impair", description = "Make the paths of an exit of the running demo worse.")
    static final class Impair implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Option(names = "--data", paramLabel = "DIR", description = "Data directory of the demo, if it was told one.")
        private @Nullable Path data;

        @Parameters(paramLabel = "EXIT", description = "Such as exit-07.")
        private String exitId = "";

        @Spec
        private CommandSpec spec;

        private static final int FLAP_MS = 5_000;

        @Option(
                names = "--delay",
                paramLabel = "TIME",
                defaultValue = "0ms",
                converter = Amounts.Time.class,
                description = "Added to every round trip, such as 800ms.")
        private Duration delay = Duration.ZERO;

        @Option(
                names = "--jitter",
                paramLabel = "TIME",
                defaultValue = "0ms",
                converter = Amounts.Time.class,
                description = "Up to so much more, at random.")
        private Duration jitter = Duration.ZERO;

        @Option(
                names = "--loss",
                paramLabel = "SHARE",
                defaultValue = "0%",
                converter = Amounts.Share.class,
                description = "Share of data that comes 200 ms late, such as 5%%.")
        private double loss;

        @Option(
                names = "--fail",
                paramLabel = "SHARE",
                defaultValue = "0%",
                converter = Amounts.Share.class,
                description = "Share of connections that are reset, such as 20%%.")
        private double fail;

        @Option(
                names = "--churn",
                paramLabel = "TIME",
                defaultValue = "0s",
                converter = Amounts.Time.class,
                description = "About how often it loses its links, such as 30s.")
        private Duration churn = Duration.ZERO;

        @Option(names = "--flap", description = "Loses its links about every 5 s: as --churn 5s.")
        private boolean flap;

        @Override
        public Integer call() throws InterruptedException {
            Impairment wanted = wanted();
            control(
                    data,
                    (reader, control) -> reader.change(control.resolve("/exits/" + exitId + "/impairment"), wanted));
            spec.commandLine().getOut().println(exitId + " is now: " + wanted);
            return 0;
        }

        private Impairment wanted() {
            try {
                return new Impairment(
                        Math.toIntExact(delay.toMillis()),
                        Math.toIntExact(jitter.toMillis()),
                        loss,
                        fail,
                        flap ? FLAP_MS : Math.toIntExact(churn.toMillis()),
                        false);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new UserError(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /** {@code fairlead demo heal}. */
    @Command(
            name = "heal",
            description = "Make the paths of an exit, or of all exits of an ISP, as they were when the demo began.")
    static final class Heal implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Option(names = "--data", paramLabel = "DIR", description = "Data directory of the demo, if it was told one.")
        private @Nullable Path data;

        @Parameters(arity = "0..1", paramLabel = "EXIT", description = "Such as exit-07.")
        private @Nullable String exitId;

        @Option(names = "--asn", paramLabel = "N", description = "All exits of this autonomous system instead.")
        private @Nullable Long asn;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            if ((exitId == null) == (asn == null)) {
                throw new UserError("Say one exit, or an ISP with --asn N.");
            }
            String path = exitId == null ? "/networks/" + asn + "/impairment" : "/exits/" + exitId + "/impairment";
            control(data, (reader, control) -> reader.delete(control.resolve(path)));
            spec.commandLine().getOut().println((exitId == null ? "AS" + asn : exitId) + " is now: as it was");
            return 0;
        }
    }

    private interface Asking {
        Object ask(ConsoleReader reader, URI control) throws IOException, InterruptedException;
    }

    /** Asks the fleet of the demo whose data are there. */
    private static Object control(@Nullable Path data, Asking asking) throws InterruptedException {
        Path file = DemoCommand.dataDirectory(data).resolve("fleet.url");
        try {
            return asking.ask(
                    new ConsoleReader(), URI.create(Files.readString(file).strip()));
        } catch (java.nio.file.NoSuchFileException | ConnectException e) {
            throw new UserError(
                    "No demo runs with its data in " + file.getParent() + ". Start it with: ./fairlead demo", e);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }
}
