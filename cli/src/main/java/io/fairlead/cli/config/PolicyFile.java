package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** A policy in a file, as {@code fairlead policy set --file} takes it: the fields that change, laid over what is in force. */
public final class PolicyFile {

    private static final String DEFAULT_KEY = "quality/default";

    private PolicyFile() {}

    /**
     * A policy and its key on the topic.
     *
     * @param key {@code KIND/SCOPE}
     */
    public record Keyed(String key, SpecificRecord record) {}

    /**
     * Reads a policy that is only asked about: it counts from ever on.
     *
     * @param text {@code [KIND[/SCOPE]=]FILE}; without, the quality policy of the default scope
     * @param inForce records by key; what is not set there follows the defaults
     * @throws UserError saying what can't be read or would not be accepted
     */
    public static Keyed read(String text, Map<String, SpecificRecord> inForce) {
        int equals = text.indexOf('=');
        String named = equals < 0 ? DEFAULT_KEY : text.substring(0, equals);
        String key = named.indexOf('/') < 0 ? named + "/" + Scope.GLOBAL : named;
        Path file = Path.of(text.substring(equals + 1));
        String json;
        try {
            json = Files.readString(file);
        } catch (IOException e) {
            throw new UserError("The policy " + file + " can't be read: " + e.getMessage() + ".", e);
        }
        SpecificRecord below = inForce.get(key);
        Authorship author = new Authorship("replay", "asked about", 0L, 0L);
        try {
            if (below == null) {
                int slash = key.indexOf('/');
                below = PolicyRecords.write(
                        PolicyRecords.defaults(key.substring(0, slash), Scope.parse(key.substring(slash + 1))), author);
            }
        } catch (IllegalArgumentException e) {
            throw new UserError("'" + key + "': " + e.getMessage() + ".", e);
        }
        SpecificRecord record = ConfigDocument.of(below)
                .withJson(json, file.toString())
                .with(List.of("effectiveAtMs=0"))
                .record(author);
        List<String> violations = PolicyRecords.violations(key, record);
        if (!violations.isEmpty()) {
            throw new UserError(key + " of " + file + " would not be accepted:\n  " + String.join("\n  ", violations));
        }
        return new Keyed(key, record);
    }
}
