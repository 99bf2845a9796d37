package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options of a change that is only tried. */
final class TrialOptions {

    private static final String REPLAY = "replay";

    @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--replay-from",
            paramLabel = "TIME",
            description =
                    "With --dry-run: decide again on recorded telemetry, under both, from this time on; as replay --from, such as 2h.")
    private @Nullable String replayFrom;

    boolean wanted() {
        if (replayFrom != null && !dryRun) {
            throw new UserError("--replay-from only tries a change; say --dry-run with it.");
        }
        return dryRun;
    }

    /**
     * Decides again what was decided, if that was asked for.
     *
     * @param change fields that differ, as JSON
     * @return code of the replay; 0 without one
     */
    int replay(CommandSpec spec, KafkaOptions kafka, String key, String change, PrintWriter out) {
        String from = replayFrom;
        if (from == null) {
            return 0;
        }
        CommandLine replay = spec.root().subcommands().get(REPLAY);
        if (replay == null) {
            throw new UserError(
                    "This installation has no fairlead replay: it comes with the lab. Leave --replay-from out, or try it there.");
        }
        try {
            Path file = Files.createTempFile("fairlead-policy-", ".json");
            try {
                Files.writeString(file, change);
                List<String> words = new ArrayList<>(
                        List.of("--from", from, "--policy", key + "=" + file, "--kafka", kafka.bootstrapServers()));
                kafka.propertiesFile().ifPresent(each -> words.addAll(List.of("--kafka-properties", each.toString())));
                replay.setOut(out);
                return replay.execute(words.toArray(String[]::new));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UserError("The change can't be written down for the replay: " + e.getMessage() + ".", e);
        }
    }
}
