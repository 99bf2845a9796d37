package io.fairlead.cli.config;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.fairlead.cli.UserError;
import io.fairlead.dashboards.console.PolicyChanges;
import io.fairlead.schemas.topics.Topics;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** What operators change by the console, through the same store as the command line, with its checks and its history. */
public final class ConsolePolicyChanges implements PolicyChanges {

    private final ConfigStore store;

    /** @param client properties of a Kafka client that may write config topics */
    public ConsolePolicyChanges(Map<String, Object> client) {
        this.store = new ConfigStore(client);
    }

    @Override
    public String rollback(String key, long toRevision, long expectedRevision, String author, String reason)
            throws RefusedException {
        try {
            PolicyName name = PolicyName.of(key);
            PolicyRollback.Done done = PolicyRollback.again(
                    store, name.key(), name.fallback(), toRevision, new Attribution(author, reason, expectedRevision));
            return name.key() + " is as in revision " + toRevision + " again: revision "
                    + done.change().revision() + ", version " + done.change().offset() + ".";
        } catch (UserError e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public String set(String key, String fields, long expectedRevision, String author, String reason)
            throws RefusedException {
        try {
            PolicyName name = PolicyName.of(key);
            ConfigStore.Change change = store.write(
                    Topics.CONFIG_POLICIES, name.key(), new Attribution(author, reason, expectedRevision), next -> {
                        ConfigEntry present = next.present();
                        SpecificRecord before = present == null ? name.fallback() : present.value();
                        return OnPolicy.checked(
                                name.key(),
                                ConfigDocument.of(before)
                                        .withJson(fields, "fields")
                                        .record(next.authorship()));
                    });
            SpecificRecord before = requireNonNullElse(change.before(), name.fallback());
            return name.key() + " is now revision " + change.revision() + ", version " + change.offset() + ": "
                    + String.join(", ", ConfigDocument.changes(before, requireNonNull(change.after()))) + ".";
        } catch (UserError e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
    }
}
