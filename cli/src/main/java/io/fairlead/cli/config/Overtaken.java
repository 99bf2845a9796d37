package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.topics.TopicSpec;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What is said to a writer whom another one has overtaken. */
final class Overtaken {

    private Overtaken() {}

    /**
     * Says who has changed what he wanted to change, if anybody did.
     *
     * @param seen revisions that he saw, by key
     * @param last nothing more will be tried
     * @throws UserError if one of his keys is not what he saw, or nothing more will be tried
     */
    static void refuse(
            List<String> keys,
            Map<String, Long> seen,
            Map<String, ConfigEntry> now,
            List<ConfigChanged> history,
            TopicSpec topic,
            boolean last) {
        for (String key : keys) {
            history.stream()
                    .filter(change -> change.getTopic().equals(topic.name())
                            && change.getKey().equals(key)
                            && change.getAuthorship().getRevision() > seen.getOrDefault(key, Long.MAX_VALUE))
                    .max(Comparator.comparingLong(
                            change -> change.getAuthorship().getRevision()))
                    .ifPresent(change -> {
                        throw new UserError(sentence(key, change, now.containsKey(key)));
                    });
        }
        if (last) {
            throw new UserError("Other writers came in between each time; nothing was written. Look at " + keys.get(0)
                    + ", and try again.");
        }
    }

    private static String sentence(String key, ConfigChanged change, boolean stands) {
        Authorship theirs = change.getAuthorship();
        return "You were overtaken, and nothing of yours was written: " + theirs.getAuthor()
                + (stands ? " has changed " : " has taken back ") + key + " at "
                + Instant.ofEpochMilli(theirs.getWrittenAtMs()) + " (\"" + theirs.getReason() + "\"). Revision "
                + theirs.getRevision() + ", version " + change.getOffset()
                + ", stands. Look at it, and if you still want yours, say it again with --revision "
                + theirs.getRevision()
                + ".";
    }
}
