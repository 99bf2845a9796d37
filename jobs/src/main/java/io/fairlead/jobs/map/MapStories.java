package io.fairlead.jobs.map;

import io.fairlead.model.map.EvidenceClass;
import io.fairlead.model.map.Ladder;
import io.fairlead.model.map.RollOut;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.MapCoverage;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.RollOutState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts what was decided into the words of the contract. */
final class MapStories {

    /** Key of the state of the map, which is neither a prefix nor a group. */
    static final String STATE_KEY = "*";

    /** Shares that differ by less are the same. */
    private static final double SAME_SHARE = 0.05;

    /** Costs that differ by less than this and by less than a quarter are the same. */
    private static final double SAME_COST_MS = 2;

    private static final double SAME_COST_SHARE = 0.25;

    /** What is put on all that is told. */
    record Stamp(DecisionVersion version, long issuedAtMs, long policyVersion, long mapEpoch) {}

    private MapStories() {}

    static MapEvidence evidence(EvidenceClass of) {
        return MapEvidence.valueOf(of.name());
    }

    /** Whether two lists of choices lead to the same answers. */
    static boolean sameAnswer(List<GroupChoice> one, List<GroupChoice> other) {
        List<GroupChoice> first = serving(one);
        List<GroupChoice> second = serving(other);
        if (first.size() != second.size()) {
            return false;
        }
        for (GroupChoice choice : first) {
            boolean same = second.stream()
                    .anyMatch(each -> each.getGroupId().equals(choice.getGroupId())
                            && Math.abs(each.getShare() - choice.getShare()) < SAME_SHARE);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /** Whether two lists that lead to the same answers also stand on about the same: who reads why must not read what has long been otherwise. */
    static boolean sameStory(List<GroupChoice> one, List<GroupChoice> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (GroupChoice choice : one) {
            boolean same = other.stream()
                    .anyMatch(each -> each.getGroupId().equals(choice.getGroupId())
                            && each.getEvidence() == choice.getEvidence()
                            && Math.abs(each.getCostMs() - choice.getCostMs())
                                    <= SAME_COST_MS + SAME_COST_SHARE * Math.min(each.getCostMs(), choice.getCostMs()));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static List<GroupChoice> serving(List<GroupChoice> choices) {
        return choices.stream().filter(choice -> choice.getShare() > 0).toList();
    }

    static MapEntry entry(Part part, List<GroupChoice> choices, double demandBitsPerSecond, Stamp stamp) {
        return MapEntry.newBuilder()
                .setPrefix(part.prefix.toString())
                .setVersion(stamp.version())
                .setIssuedAtMs(stamp.issuedAtMs())
                .setPolicyVersion(stamp.policyVersion())
                .setMapEpoch(stamp.mapEpoch())
                .setChoices(choices)
                .setEvidenceAtMs(part.newestMs())
                .setDemandBitsPerSecond(demandBitsPerSecond)
                .setCohort(part.cohort)
                .build();
    }

    static GroupPrice price(
            DeliveryGroup group,
            GroupWatch.Condition condition,
            double priceMs,
            double plannedBitsPerSecond,
            Stamp stamp,
            MapPolicy policy) {
        return GroupPrice.newBuilder()
                .setGroupId(group.getGroupId())
                .setVersion(stamp.version())
                .setIssuedAtMs(stamp.issuedAtMs())
                .setPolicyVersion(stamp.policyVersion())
                .setMapEpoch(stamp.mapEpoch())
                .setPriceMs(priceMs)
                .setCapacityBitsPerSecond((double) group.getCapacityBitsPerSecond())
                .setPlannedBitsPerSecond(plannedBitsPerSecond)
                .setLoadBitsPerSecond(condition.loadBitsPerSecond())
                .setState(condition.state())
                .setShedFromShare(policy.shedFromShare())
                .setReason(condition.reason())
                .setTriggerObservedAtMs(condition.observedAtMs())
                .build();
    }

    static MapState state(
            MapEpochs.Solved made, RollOut rollOut, Regrets regrets, Stamp stamp, MapPolicy policy, String halted) {
        Ladder ladder = made.ladder();
        double factor = made.followed().plan().capacityFactor();
        String over = factor > 1
                ? String.format(
                        Locale.ROOT,
                        "demand is %.0f %% of what all groups together take, so all are over alike",
                        100 * factor)
                : "";
        return MapState.newBuilder()
                .setVersion(stamp.version())
                .setIssuedAtMs(stamp.issuedAtMs())
                .setPolicyVersion(stamp.policyVersion())
                .setMapEpoch(stamp.mapEpoch())
                .setEntries(ladder.rows())
                .setDemandBitsPerSecond(made.demandBitsPerSecond())
                .setMeanCostMs(made.meanCostMs())
                .setBoundMs(made.followed().plan().boundMs())
                .setCapacityFactor(factor)
                .setMovedShare(made.followed().movedShare() + made.followed().forcedShare())
                .setCoverage(coverage(made))
                .setRollOut(RollOutState.valueOf(rollOut.state().name()))
                .setStage(rollOut.stage() + 1)
                .setRolledShare(rollOut.share())
                .setStageSinceMs(rollOut.sinceMs())
                .setControlShare(policy.controlShare())
                .setRolled(regrets.toldOfRolled())
                .setControl(regrets.toldOfControl())
                .setServed(regrets.toldOfServed())
                .setFrozen(false)
                .setReason(halted.isEmpty() ? over : halted)
                .build();
    }

    /** By the evidence for the group that serves most of each part. */
    private static List<MapCoverage> coverage(MapEpochs.Solved made) {
        Map<EvidenceClass, Long> prefixes = new EnumMap<>(EvidenceClass.class);
        Map<EvidenceClass, Double> bits = new EnumMap<>(EvidenceClass.class);
        for (int row = 0; row < made.ladder().rows(); row++) {
            EvidenceClass of =
                    made.ladder().evidence(row, made.followed().plan().mainGroup(row));
            prefixes.merge(of, 1L, Long::sum);
            bits.merge(of, made.ladder().demandBitsPerSecond(row), Double::sum);
        }
        double all = made.demandBitsPerSecond();
        List<MapCoverage> coverage = new ArrayList<>();
        prefixes.forEach((of, count) ->
                coverage.add(new MapCoverage(evidence(of), count, all == 0 ? 0 : bits.getOrDefault(of, 0.0) / all)));
        return coverage;
    }
}
