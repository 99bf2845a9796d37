package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that change fields of a policy have in common. */
abstract class OnPolicyFields extends OnPolicy {

    @Parameters(index = "1..*", paramLabel = "FIELD=VALUE", description = "Fields to change.")
    private List<String> assignments = List.of();

    @Option(names = "--file", paramLabel = "JSON", description = "File with the fields to change.")
    private @Nullable Path file;

    /** A record with the fields that were told laid over. */
    final ConfigDocument over(SpecificRecord record) {
        ConfigDocument document = ConfigDocument.of(record);
        Path from = file;
        if (from != null) {
            try {
                document = document.withJson(Files.readString(from), from.toString());
            } catch (IOException e) {
                throw new UserError(from + " can't be read: " + e.getMessage(), e);
            }
        }
        if (from == null && assignments.isEmpty()) {
            throw new UserError("Say what changes: FIELD=VALUE, or --file.");
        }
        return document.with(assignments);
    }
}
