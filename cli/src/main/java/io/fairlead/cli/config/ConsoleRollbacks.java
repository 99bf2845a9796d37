package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.dashboards.console.PolicyChanges;
import java.util.Map;

/** What operators change by the console, through the same store as the command line, with its checks and its history. */
public final class ConsoleRollbacks implements PolicyChanges {

    private final ConfigStore store;

    /** @param client properties of a Kafka client that may write config topics */
    public ConsoleRollbacks(Map<String, Object> client) {
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
}
