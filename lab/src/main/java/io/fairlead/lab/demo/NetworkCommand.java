package io.fairlead.lab.demo;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What commands that do something to one network of a running demo have in common: which, and that pools are watched meanwhile. */
abstract class NetworkCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory of the demo, if it was told one.")
    private @Nullable Path data;

    @Option(names = "--asn", paramLabel = "N", required = true, description = "Autonomous system number of the ISP.")
    private long asn;

    @Spec
    private CommandSpec spec;

    /** What happens, in words. */
    abstract String story(long asn);

    /**
     * Does it.
     *
     * @param control of the fleet
     */
    abstract void begin(ConsoleReader reader, URI control, long asn) throws IOException, InterruptedException;

    /** How long it goes on becoming worse; what comes after is watched until pools have settled. */
    abstract Duration lasts();

    @Override
    public Integer call() throws InterruptedException {
        Path directory = DemoCommand.dataDirectory(data);
        PrintWriter out = spec.commandLine().getOut();
        try {
            ConsoleReader reader = new ConsoleReader();
            URI control =
                    URI.create(Files.readString(directory.resolve("fleet.url")).strip());
            URI console = URI.create(
                    Files.readString(directory.resolve("console.url")).strip());
            PoolWatch watch = PoolWatch.begin(reader, console, control, asn, out);
            out.println(story(asn));
            begin(reader, control, asn);
            watch.watch(lasts());
            out.println("To have it as it was: ./fairlead demo heal --asn " + asn
                    + (data == null ? "" : " --data " + data));
            out.flush();
            return 0;
        } catch (NoSuchFileException | ConnectException e) {
            throw new UserError("No demo runs with its data in " + directory + ". Start it with: ./fairlead demo", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }
}
