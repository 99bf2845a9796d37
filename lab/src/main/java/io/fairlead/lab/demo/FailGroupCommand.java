package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead demo fail-group}. */
@Command(
        name = "fail-group",
        description =
                "Cut a delivery group of the running demo off, and see how soon no answer names it: its edges fall silent, nobody is told.")
final class FailGroupCommand implements Callable<Integer> {

    private static final int LOOK_MS = 250;
    private static final int WATCH_MS = 6_000;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory of the demo, if it was told one.")
    private @Nullable Path data;

    @Option(names = "--back", description = "Let it serve again instead.")
    private boolean back;

    @Parameters(paramLabel = "GROUP", description = "Such as ams.")
    private String group = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Path file = DemoCommand.dataDirectory(data).resolve(DemoMap.FILE);
        PrintWriter out = spec.commandLine().getOut();
        try {
            ConsoleReader reader = new ConsoleReader();
            URI control = URI.create(Files.readString(file).strip());
            URI failure = control.resolve("/groups/" + group + "/failure");
            if (back) {
                reader.delete(failure);
                out.println(group + " serves again; the map gives it back what it loses least by, map after map.");
                return 0;
            }
            JsonNode before = ofGroup(reader.get(control.resolve("/answers")), group);
            JsonNode begun = ofGroup(reader.change(failure, ""), group);
            out.printf(
                    Locale.ROOT,
                    "%s fails; it was named by %.0f %% of the answers.%n",
                    group,
                    100 * before.get("shareLately").asDouble());
            out.flush();
            return watch(reader, control, begun.get("failedAtMs").asLong(), out);
        } catch (NoSuchFileException | ConnectException e) {
            throw new UserError(
                    "No demo with a map runs with its data in " + file.getParent()
                            + ". Start it with: ./fairlead demo --map",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private int watch(ConsoleReader reader, URI control, long failedAtMs, PrintWriter out)
            throws IOException, InterruptedException {
        JsonNode seen = reader.get(control.resolve("/answers"));
        for (int waitedMs = 0; waitedMs < WATCH_MS; waitedMs += LOOK_MS) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            seen = reader.get(control.resolve("/answers"));
        }
        JsonNode its = ofGroup(seen, group);
        long named = its.get("namedSinceFailure").asLong();
        out.printf(
                Locale.ROOT,
                "%,d answers since, %,d named it, the last one %.2f s after it failed.%n",
                its.get("answersSinceFailure").asLong(),
                named,
                named == 0 ? 0 : (its.get("lastNamedMs").asLong() - failedAtMs) / 1_000.0);
        StringBuilder now = new StringBuilder("Answers of the last 10 s name");
        for (JsonNode each : seen.get("groups")) {
            now.append(String.format(
                    Locale.ROOT,
                    " %s %.0f %%",
                    each.get("id").asText(),
                    100 * each.get("shareLately").asDouble()));
        }
        out.println(now + ".");
        out.println("To have it serve again: ./fairlead demo fail-group " + group + " --back"
                + (data == null ? "" : " --data " + data));
        out.flush();
        return 0;
    }

    private static JsonNode ofGroup(JsonNode seen, String group) throws IOException {
        for (JsonNode each : seen.get("groups")) {
            if (each.get("id").asText().equals(group)) {
                return each;
            }
        }
        throw new IOException("there is no group '" + group + "' in the demo");
    }
}
