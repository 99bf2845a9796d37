package io.fairlead.jobs.quality;

import io.fairlead.model.PoolType;
import io.fairlead.model.exit.FleetTerms;
import io.fairlead.model.exit.TargetFaults;
import io.fairlead.model.policy.BenchmarkPolicy;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.Policy;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.model.quality.References;
import io.fairlead.model.quality.SuccessPosterior;
import io.fairlead.model.survival.GroupSurvival;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/**
 * All rulings that count now, as one task knows them. What is durable stands in broadcast state, by the name of what it is
 * about; this is made of it anew after a restart.
 */
final class Rulebook implements TargetFaults, FleetTerms {

    static final MapStateDescriptor<String, Ruling> STATE =
            new MapStateDescriptor<>("rulings", Types.STRING, Ruling.TYPE);

    /** Targets whose fault is remembered; over it the one longest over goes. */
    static final int MAX_FAULTS = 10_000;

    /** Groups whose mean is remembered; over it a new group counts as unknown. */
    static final int MAX_GROUPS = 100_000;

    private static final String POLICY = "policy ";
    private static final String GROUP = "group ";
    private static final String NEWEST_POLICY = "newest policy";
    private static final String NETWORK = "network ";
    private static final String SURVIVAL = "survival ";
    private static final String FLEET_DAY = "fleet day";
    private static final String CANARY = "canary ";
    private static final String NEWEST_CANARY = "newest canary";

    private final ScopedPolicies<QualityPolicy> quality = new ScopedPolicies<>(QualityPolicy.defaults());
    private final ScopedPolicies<CapacityPolicy> capacity = new ScopedPolicies<>(CapacityPolicy.defaults());
    private final CanaryBook canaries = new CanaryBook();
    private final Map<String, Double> classWeights = new HashMap<>();
    private final Map<String, Double> groups = new HashMap<>();
    private final Map<Long, Double> networks = new HashMap<>();
    private final Map<PoolType, GroupSurvival> survivalOfTypes = new EnumMap<>(PoolType.class);
    private final Map<String, GroupSurvival> survivalOfNetworks = new HashMap<>();
    private final FaultSpans<Long> faults = new FaultSpans<>(MAX_FAULTS);
    private final FaultSpans<String> edgeFaults = new FaultSpans<>(FleetDesk.MAX_EDGES);
    private Ruling.@Nullable FleetDay fleetDay;
    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private long policyVersion = -1;

    /** Makes it of what a checkpoint held. */
    static Rulebook restored(ReadOnlyBroadcastState<String, Ruling> state) throws Exception {
        Rulebook book = new Rulebook();
        for (Map.Entry<String, Ruling> entry : state.immutableEntries()) {
            book.enter(entry.getValue());
        }
        return book;
    }

    /** Takes a ruling in, and writes it down if it is durable. */
    void take(Ruling ruling, BroadcastState<String, Ruling> state) throws Exception {
        enter(ruling);
        if (ruling instanceof Ruling.PolicySet policy) {
            if (policy.value() == null) {
                state.remove(POLICY + policy.key());
            } else {
                state.put(POLICY + policy.key(), ruling);
            }
            state.put(NEWEST_POLICY, new Ruling.PolicySet("", policyVersion, null));
            if (CanaryRecords.isKey(policy.key())) {
                state.put(NEWEST_CANARY, new Ruling.PolicySet(CanaryRecords.key(""), canaries.newest(), null));
            }
        } else if (ruling instanceof Ruling.GroupMean group && groups.containsKey(group.group())) {
            state.put(GROUP + group.group(), ruling);
        } else if (ruling instanceof Ruling.NetworkSuccess network) {
            if (network.share() == 1) {
                state.remove(NETWORK + network.asn());
            } else {
                state.put(NETWORK + network.asn(), ruling);
            }
        } else if (ruling instanceof Ruling.Survival survival) {
            state.put(SURVIVAL + survival.type() + "/" + survival.asn(), ruling);
        } else if (ruling instanceof Ruling.FleetDay) {
            state.put(FLEET_DAY, ruling);
        } else if (ruling instanceof Ruling.Canary canary) {
            state.put(CANARY + canary.policyKey(), ruling); // one a policy, whatever has become of it
        }
    }

    /** Offset of the newest policy or canary; -1: none was ever set. */
    long newestVersion() {
        return Math.max(policyVersion, canaries.newest());
    }

    /** The version that an exit is decided by: that of a canary which has it in its arm, else offset of the newest policy; -1: none was ever set. */
    long policyVersion(String exitId, PoolType type, long atMs) {
        long canary = canaries.idle()
                ? -1
                : canaries.version(
                        exitId,
                        quality.resolve(type, atMs).scope(),
                        capacity.resolve(type, atMs).scope());
        return canary < 0 ? policyVersion : canary;
    }

    /** What an exit is rated by, and a class of targets with it. */
    QualityPolicy quality(String exitId, PoolType type, String targetClass, long atMs) {
        QualityPolicy policy = quality.resolve(type, "", targetClass, atMs);
        return canaries.idle() ? policy : canaries.over(policy, exitId);
    }

    CapacityPolicy capacity(String exitId, PoolType type, long atMs) {
        CapacityPolicy policy = capacity.resolve(type, atMs);
        return canaries.idle() ? policy : canaries.over(policy, exitId);
    }

    /** Whether a canary's standing is other than it was. */
    boolean changes(Ruling.Canary ruling) {
        return canaries.changes(ruling);
    }

    /** Whether an exit is in the arm of a canary. */
    boolean inArm(Ruling.Canary ruling, String exitId) {
        return canaries.inArm(ruling, exitId);
    }

    /** Weight of a class of targets where no traffic says it. */
    double classWeight(String targetClass) {
        return classWeights.getOrDefault(targetClass, 1.0);
    }

    @Override
    public double groupMean(PoolType type, long asn) {
        return groups.getOrDefault(GroupOutcomes.group(type, asn), SuccessPosterior.UNKNOWN_GROUP_MEAN);
    }

    @Override
    public double networkSuccess(long asn) {
        return networks.getOrDefault(asn, 1.0);
    }

    @Override
    public References references(QualityPolicy policy) {
        Ruling.FleetDay day = fleetDay;
        return day == null ? References.of(policy) : References.of(policy, new References(day.psiMs(), day.omegaMs()));
    }

    @Override
    public @Nullable GroupSurvival survival(PoolType type, long asn) {
        GroupSurvival ofType = survivalOfTypes.get(type);
        return ofType == null ? null : survivalOfNetworks.getOrDefault(GroupOutcomes.group(type, asn), ofType);
    }

    @Override
    public boolean covers(long target, long atMs) {
        return faults.touches(target, atMs, atMs);
    }

    @Override
    public boolean coversLoss(String edge, long atMs) {
        return edgeFaults.touches(edge, atMs, atMs);
    }

    private void enter(Ruling ruling) {
        if (ruling instanceof Ruling.PolicySet policy) {
            enter(policy);
        } else if (ruling instanceof Ruling.GroupMean group) {
            if (groups.size() < MAX_GROUPS || groups.containsKey(group.group())) {
                groups.put(group.group(), group.mean());
            }
        } else if (ruling instanceof Ruling.TargetFault fault) {
            faults.add(fault.target(), fault.fromMs(), fault.untilMs());
        } else if (ruling instanceof Ruling.EdgeFault fault) {
            edgeFaults.add(fault.edge(), fault.fromMs(), fault.untilMs());
        } else if (ruling instanceof Ruling.NetworkSuccess network) {
            if (network.share() == 1) {
                networks.remove(network.asn());
            } else {
                networks.put(network.asn(), network.share());
            }
        } else if (ruling instanceof Ruling.Survival survival) {
            if (survival.asn() == Ruling.Survival.WHOLE_TYPE) {
                survivalOfTypes.put(survival.type(), survival.group());
            } else {
                survivalOfNetworks.put(GroupOutcomes.group(survival.type(), survival.asn()), survival.group());
            }
        } else if (ruling instanceof Ruling.FleetDay day) {
            fleetDay = day;
        } else if (ruling instanceof Ruling.Canary canary) {
            canaries.stands(canary);
        }
    }

    private void enter(Ruling.PolicySet set) {
        byte[] value = set.value();
        try {
            if (CanaryRecords.isKey(set.key())) {
                canaries.set(set.key(), set.offset(), value == null ? null : (PolicyCanary) reader.read(value));
                return;
            }
            policyVersion = Math.max(policyVersion, set.offset());
            if (set.key().isEmpty()) {
                return;
            }
            if (value == null) {
                remove(set.key());
                return;
            }
            Policy policy = PolicyRecords.read(reader.read(value));
            if (policy instanceof QualityPolicy one) {
                quality.put(one);
            } else if (policy instanceof CapacityPolicy one) {
                capacity.put(one);
            } else if (policy instanceof BenchmarkPolicy one) {
                classWeights.clear();
                one.targets().forEach(target -> classWeights.put(target.targetClass(), target.weight()));
            }
        } catch (UnreadableRecordException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "a policy passed its gate and can't be read behind it: " + set.key() + " at offset " + set.offset(),
                    e);
        }
    }

    private void remove(String key) {
        int slash = key.indexOf('/');
        String kind = slash < 0 ? key : key.substring(0, slash);
        switch (kind) {
            case "quality" -> quality.remove(Scope.parse(key.substring(slash + 1)));
            case "capacity" -> capacity.remove(Scope.parse(key.substring(slash + 1)));
            case "benchmark" -> classWeights.clear();
            default -> {
                // Of a kind that this version does not know: there is nothing to take back.
            }
        }
    }
}
