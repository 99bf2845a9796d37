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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What commands that bring about a promotion in the running demo's room have in common: where, and that they tell what viewers saw of it. */
abstract class PromotionCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory of the demo, if it was told one.")
    private @Nullable Path data;

    @Parameters(
            arity = "0..1",
            paramLabel = "RELAY-CLIENT",
            defaultValue = "relay-sao",
            description = "Where; there are relay-sao and relay-sin (default: ${DEFAULT-VALUE}).")
    private String client = "";

    @Spec
    private CommandSpec spec;

    /** Name of the command, which is what the rooms' process calls it, too. */
    abstract String word();

    @Override
    public Integer call() throws InterruptedException {
        Path file = DemoCommand.dataDirectory(data).resolve(DemoRooms.FILE);
        PrintWriter out = spec.commandLine().getOut();
        try {
            URI control = URI.create(Files.readString(file).strip());
            JsonNode seen = DemoRooms.promotion(control, client, word());
            tell(seen, out);
            return seen.get("cutOff").asInt() == 0 ? 0 : 1;
        } catch (NoSuchFileException | ConnectException e) {
            throw new UserError(
                    "No demo with live rooms runs with its data in " + file.getParent()
                            + ". Start it with: ./fairlead demo",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private static void tell(JsonNode seen, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "At %s, where %s was the master, %s.%n",
                seen.get("relayClient").asText(),
                seen.get("master").asText(),
                seen.get("happened").asText());
        out.printf(
                Locale.ROOT,
                "%s was promoted %d ms later. The longest pause between two frames at the %d viewers who stayed was %d ms; it was %d ms before.%n",
                seen.get("promoted").asText(),
                seen.get("afterMs").asLong(),
                seen.get("viewers").asInt(),
                seen.get("pauseMs").asLong(),
                seen.get("usualPauseMs").asLong());
        out.printf(
                Locale.ROOT,
                "Frames lost: %d. Frames repeated: %d. Viewers cut off: %d.%n",
                seen.get("lostFrames").asLong(),
                seen.get("repeatedFrames").asLong(),
                seen.get("cutOff").asInt());
        out.flush();
    }

    /** {@code fairlead demo leave-master}. */
    @Command(
            name = "leave-master",
            description =
                    "Let the master of the running demo's room leave, by whose stream all behind its relay client watch, and see another promoted and nobody cut off.")
    static final class LeaveMaster extends PromotionCommand {

        @Override
        String word() {
            return "leave-master";
        }
    }

    /** {@code fairlead demo silence-upstream}. */
    @Command(
            name = "silence-upstream",
            description =
                    "Let the master's stream from the media server of the running demo fall silent without a word, and see the spare promoted and nobody cut off.")
    static final class SilenceUpstream extends PromotionCommand {

        @Override
        String word() {
            return "silence-upstream";
        }
    }
}
