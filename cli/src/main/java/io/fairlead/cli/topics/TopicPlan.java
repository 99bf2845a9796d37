package io.fairlead.cli.topics;

import io.fairlead.schemas.topics.TopicSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has to change so that one topic of a cluster agrees with the catalogue. Pure: compares, never touches the
 * cluster. Nothing is ever deleted: a topic with more partitions than the catalogue says keeps them.
 *
 * @param topic as the catalogue has it
 * @param create the topic is missing
 * @param addPartitionsTo partitions it should get, or 0
 * @param settings settings to be changed, with their new values
 * @param lines what changes, a line each, for people
 */
public record TopicPlan(
        TopicSpec topic, boolean create, int addPartitionsTo, Map<String, String> settings, List<String> lines) {

    /**
     * A topic as the cluster has it.
     *
     * @param partitions number of its partitions
     * @param settings effective values of its settings
     */
    public record Present(int partitions, Map<String, String> settings) {}

    /** Compares a topic with the cluster's. */
    static TopicPlan of(TopicSpec topic, @Nullable Present present) {
        List<String> lines = new ArrayList<>();
        if (present == null) {
            lines.add("+ " + topic.name() + "  " + topic.partitions() + " partition"
                    + (topic.partitions() == 1 ? "" : "s") + ", "
                    + (topic.compacted()
                            ? "compacted"
                            : "kept " + topic.retention().toDays() + " days") + ", key: "
                    + topic.key());
            return new TopicPlan(topic, true, 0, topic.settings(), lines);
        }
        int addTo = 0;
        if (present.partitions() < topic.partitions()) {
            if (topic.compacted()) {
                lines.add("! " + topic.name() + "  has " + present.partitions() + " partitions instead of "
                        + topic.partitions()
                        + "; a compacted topic is not widened, its keys would move. Create it anew if you must.");
            } else {
                addTo = topic.partitions();
                lines.add("~ " + topic.name() + "  partitions " + present.partitions() + " → " + addTo);
            }
        } else if (present.partitions() > topic.partitions()) {
            lines.add("! " + topic.name() + "  has " + present.partitions() + " partitions, the catalogue "
                    + topic.partitions() + "; "
                    + (topic.partitions() == 1
                            ? "its records would lose their order. Create it anew before it is used."
                            : "kept as it is."));
        }
        Map<String, String> changed = new TreeMap<>();
        topic.settings().forEach((name, value) -> {
            String now = present.settings().get(name);
            if (!value.equals(now)) {
                changed.put(name, value);
                lines.add("~ " + topic.name() + "  " + name + " " + now + " → " + value);
            }
        });
        return new TopicPlan(topic, false, addTo, changed, lines);
    }

    boolean changes() {
        return create || addPartitionsTo > 0 || !settings.isEmpty();
    }
}
