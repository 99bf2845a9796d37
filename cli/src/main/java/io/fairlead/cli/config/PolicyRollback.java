package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fairlead policy rollback}. */
@Command(
        name = "rollback",
        description =
                "Say again what an earlier revision of a policy said. It is a new revision: nothing is forgotten.")
final class PolicyRollback extends OnPolicy {

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Option(
            names = "--to",
            paramLabel = "REVISION",
            description = "Which (default: the one before the newest); 0: the built-in default.")
    private @Nullable Long to;

    @Override
    int run(String key, SpecificRecord fallback, PrintWriter out) {
        Done done = again(store(), key, fallback, to, write.attribution());
        ConfigStore.Change change = done.change;
        SpecificRecord before = change.before() == null ? fallback : change.before();
        SpecificRecord after = change.after() == null ? fallback : change.after();
        out.println(key + " is as in revision " + done.wanted + " again: revision " + change.revision() + ", version "
                + change.offset() + (change.after() == null ? " (taken back)." : "."));
        ConfigDocument.changes(before, after).forEach(line -> out.println("  " + line));
        return 0;
    }

    /**
     * Says it again, for whoever asks.
     *
     * @param to null: the one before the newest; 0: the built-in default
     * @throws UserError if there is no such revision, or as {@link ConfigStore#write}
     */
    static Done again(ConfigStore store, String key, SpecificRecord fallback, @Nullable Long to, Attribution by) {
        PolicyRevisions revisions = PolicyRevisions.of(store, key, fallback);
        if (revisions.newest() == 0) {
            throw new UserError(key + " was never changed; there is nothing to go back to.");
        }
        long wanted = to == null ? revisions.newest() - 1 : to;
        SpecificRecord former = revisions.record(wanted);
        ConfigStore.Change change = store.write(Topics.CONFIG_POLICIES, key, by, next -> {
            if (next.present() == null && former == null) {
                throw new UserError(key + " is not set, as in revision " + wanted + "; there is nothing to do.");
            }
            return former == null ? null : again(key, former, next.authorship());
        });
        return new Done(wanted, change);
    }

    /** @param wanted the revision that counts again */
    record Done(long wanted, ConfigStore.Change change) {}

    /** What was within bounds then may not be by now. */
    private static SpecificRecord again(String key, SpecificRecord former, Authorship authorship) {
        return checked(key, ConfigDocument.of(former).record(authorship));
    }
}
