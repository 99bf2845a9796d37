package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.topics.Topics;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** All that a policy has been, as far back as its history is kept. */
final class PolicyRevisions {

    private final String key;
    private final SpecificRecord fallback;
    private final List<ConfigChanged> changes;

    private PolicyRevisions(String key, SpecificRecord fallback, List<ConfigChanged> changes) {
        this.key = key;
        this.fallback = fallback;
        this.changes = changes;
    }

    /** @param fallback what counts where nothing is set */
    static PolicyRevisions of(ConfigStore store, String key, SpecificRecord fallback) {
        List<ConfigChanged> changes = store.history(key).stream()
                .filter(change -> change.getTopic().equals(Topics.CONFIG_POLICIES.name()))
                .toList();
        return new PolicyRevisions(key, fallback, changes);
    }

    /** The oldest first. */
    List<ConfigChanged> changes() {
        return changes;
    }

    /** The newest, or 0 if there never was one. */
    long newest() {
        return changes.isEmpty()
                ? 0
                : changes.get(changes.size() - 1).getAuthorship().getRevision();
    }

    /**
     * What a revision set.
     *
     * @param revision 0: what counted before the first
     * @return null: it was taken back, or nothing was set yet
     * @throws UserError if the history does not know it
     */
    @Nullable
    SpecificRecord record(long revision) {
        if (revision == 0) {
            return null;
        }
        ConfigChanged change = changes.stream()
                .filter(each -> each.getAuthorship().getRevision() == revision)
                .findFirst()
                .orElseThrow(
                        () -> new UserError("The history knows no revision " + revision + " of " + key + "; it knows "
                                + changes.stream()
                                        .map(each -> each.getAuthorship().getRevision())
                                        .toList()
                                + "."));
        return ConfigStore.asItStood(change);
    }

    /** What counted under a revision: as set, or else the default. */
    SpecificRecord effective(long revision) {
        SpecificRecord set = record(revision);
        return set == null ? fallback : set;
    }
}
