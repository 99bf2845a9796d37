package io.fairlead.jobs.map;

import io.fairlead.model.policy.MapPolicy;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.telemetry.EdgeReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The delivery groups and how they are by what their edges report. A group whose edges are all silent is down; but when all groups are silent at once it is the way
 * of the reports that is cut, and none is.
 */
final class GroupWatch {

    /** Edges report every second. */
    static final long SILENT_MS = 3_000;

    /** Edges of which reports are kept; over it one more is not looked at. */
    static final int MAX_EDGES = 100_000;

    private record Load(String group, double bitsPerSecond, long observedAtMs, long heardAtMs) {}

    /**
     * How a group is.
     *
     * @param loadBitsPerSecond by its edges; −1: none reports
     * @param reason why it is not up, in words
     * @param observedAtMs of the newest report, by the clock of its edge; 0: none
     */
    record Condition(GroupState state, double loadBitsPerSecond, String reason, long observedAtMs) {}

    private final TreeMap<String, DeliveryGroup> groups = new TreeMap<>();
    private final Map<String, String> groupOfNameServer = new HashMap<>();
    private final Map<String, Load> loads = new HashMap<>();
    private final long openedAtMs;

    /** @param openedAtMs before this no edge can have reported */
    GroupWatch(long openedAtMs) {
        this.openedAtMs = openedAtMs;
    }

    void define(DeliveryGroup group) {
        groups.put(group.getGroupId(), group);
        index();
    }

    void remove(String id) {
        groups.remove(id);
        index();
    }

    private void index() {
        groupOfNameServer.clear();
        groups.values().forEach(group -> group.getNameServers()
                .forEach(each -> groupOfNameServer.put(each, group.getGroupId())));
    }

    Collection<DeliveryGroup> all() {
        return groups.values();
    }

    /** Group that a name server stands with; null: none says so. */
    @Nullable
    String ofNameServer(String edge) {
        return groupOfNameServer.get(edge);
    }

    /** An edge reported. */
    void heard(EdgeReport report, long nowMs) {
        String edge = report.getHeader().getEdgeId();
        if (!report.getGroupId().isEmpty() && (loads.size() < MAX_EDGES || loads.containsKey(edge))) {
            loads.put(
                    edge,
                    new Load(
                            report.getGroupId(),
                            report.getDeliveredBitsPerSecond(),
                            report.getHeader().getObservedAtMs(),
                            nowMs));
        }
    }

    /** How all are, by their ids. */
    Map<String, Condition> conditions(long nowMs, MapPolicy policy) {
        Map<String, Condition> conditions = new TreeMap<>();
        groups.forEach((id, group) -> conditions.put(id, condition(group, nowMs, policy)));
        if (isCut(conditions.values())) {
            conditions.replaceAll((id, condition) -> condition.state() == GroupState.DOWN
                    ? new Condition(GroupState.UP, condition.loadBitsPerSecond(), "", condition.observedAtMs())
                    : condition);
        }
        return conditions;
    }

    /** Whether all are silent that could be heard. */
    boolean isCut(long nowMs, MapPolicy policy) {
        return isCut(groups.values().stream()
                .map(group -> condition(group, nowMs, policy))
                .toList());
    }

    private static boolean isCut(Collection<Condition> conditions) {
        return conditions.stream().anyMatch(each -> each.state() == GroupState.DOWN)
                && conditions.stream()
                        .allMatch(each -> each.state() == GroupState.DOWN || each.state() == GroupState.BARRED);
    }

    private Condition condition(DeliveryGroup group, long nowMs, MapPolicy policy) {
        List<Load> fresh = new ArrayList<>();
        long newestMs = 0;
        long observedAtMs = 0;
        double bitsPerSecond = -1;
        for (DeliveryAddress address : group.getAddresses()) {
            Load load = loads.get(address.getEdgeId());
            if (load != null && load.group().equals(group.getGroupId())) {
                newestMs = Math.max(newestMs, load.heardAtMs());
                observedAtMs = Math.max(observedAtMs, load.observedAtMs());
                if (nowMs - load.heardAtMs() <= SILENT_MS) {
                    fresh.add(load);
                }
            }
        }
        for (Load load : fresh) {
            if (load.bitsPerSecond() >= 0) {
                bitsPerSecond = Math.max(0, bitsPerSecond) + load.bitsPerSecond();
            }
        }
        if (group.getBarred()) {
            return new Condition(GroupState.BARRED, bitsPerSecond, "its operator has taken it out", observedAtMs);
        }
        boolean reports =
                group.getAddresses().stream().anyMatch(each -> !each.getEdgeId().isEmpty());
        long silentMs = nowMs - Math.max(openedAtMs, newestMs);
        if (reports && fresh.isEmpty() && silentMs > SILENT_MS) {
            String reason = "none of its edges has reported for " + silentMs / 1_000 + " s";
            return new Condition(GroupState.DOWN, bitsPerSecond, reason, observedAtMs);
        }
        return loaded(group, bitsPerSecond, observedAtMs, policy);
    }

    private static Condition loaded(DeliveryGroup group, double bitsPerSecond, long observedAtMs, MapPolicy policy) {
        double share = bitsPerSecond / group.getCapacityBitsPerSecond();
        if (share < policy.shedFromShare()) {
            return new Condition(GroupState.UP, bitsPerSecond, "", observedAtMs);
        }
        String reason = String.format(Locale.ROOT, "it carries %.0f %% of its capacity", 100 * share);
        return new Condition(share >= 1 ? GroupState.FULL : GroupState.SHEDDING, bitsPerSecond, reason, observedAtMs);
    }
}
