package io.fairlead.schemas.policies;

import io.fairlead.model.policy.CapacityMode;
import io.fairlead.model.policy.Policy;
import io.fairlead.model.policy.ReferenceMode;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.BenchmarkPolicy;
import io.fairlead.schemas.config.BenchmarkTarget;
import io.fairlead.schemas.config.CapacityPolicy;
import io.fairlead.schemas.config.ForecastPolicy;
import io.fairlead.schemas.config.MapPolicy;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.config.PolitenessPolicy;
import io.fairlead.schemas.config.PoolPolicy;
import io.fairlead.schemas.config.QualityPolicy;
import io.fairlead.schemas.config.RelayPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** Turns policy records into policies of the model and back, and says what is wrong with a record. */
public final class PolicyRecords {

    /** What stands before the slash of a key, by the class of its record. */
    private static final Map<String, Class<? extends SpecificRecord>> KINDS = Map.of(
            "quality", QualityPolicy.class,
            "capacity", CapacityPolicy.class,
            "benchmark", BenchmarkPolicy.class,
            "politeness", PolitenessPolicy.class,
            "pool", PoolPolicy.class,
            "forecast", ForecastPolicy.class,
            "map", MapPolicy.class,
            "relay", RelayPolicy.class);

    private PolicyRecords() {}

    /** Kinds of policies, in the order of the alphabet: benchmark, capacity, forecast, map, politeness, pool, quality, relay. */
    public static List<String> kinds() {
        return List.copyOf(new TreeMap<>(KINDS).keySet());
    }

    /** The policy that counts where none of that scope is set. */
    public static Policy defaults(String kind, Scope scope) {
        return switch (kind) {
            case "quality" -> io.fairlead.model.policy.QualityPolicy.defaults().withScope(scope, 0);
            case "capacity" -> scoped(io.fairlead.model.policy.CapacityPolicy.defaults(), scope);
            case "benchmark" -> scoped(io.fairlead.model.policy.BenchmarkPolicy.defaults(), scope);
            case "politeness" ->
                io.fairlead.model.policy.PolitenessPolicy.defaults().withScope(scope);
            case "pool" -> io.fairlead.model.policy.PoolPolicy.defaults().withScope(scope);
            case "forecast" ->
                io.fairlead.model.policy.ForecastPolicy.defaults().withScope(scope);
            case "map" -> io.fairlead.model.policy.MapPolicy.defaults().withScope(scope);
            case "relay" -> io.fairlead.model.policy.RelayPolicy.defaults().withScope(scope);
            default ->
                throw new IllegalArgumentException(
                        "there is no policy of kind '" + kind + "'; there are " + String.join(", ", kinds()));
        };
    }

    /** Key of a policy on its topic: {@code KIND/SCOPE}. */
    public static String key(Policy policy) {
        return kind(policy) + "/" + policy.scope();
    }

    private static String kind(Policy policy) {
        if (policy instanceof io.fairlead.model.policy.QualityPolicy) {
            return "quality";
        }
        if (policy instanceof io.fairlead.model.policy.CapacityPolicy) {
            return "capacity";
        }
        if (policy instanceof io.fairlead.model.policy.PoolPolicy) {
            return "pool";
        }
        if (policy instanceof io.fairlead.model.policy.ForecastPolicy) {
            return "forecast";
        }
        if (policy instanceof io.fairlead.model.policy.MapPolicy) {
            return "map";
        }
        if (policy instanceof io.fairlead.model.policy.RelayPolicy) {
            return "relay";
        }
        return policy instanceof io.fairlead.model.policy.BenchmarkPolicy ? "benchmark" : "politeness";
    }

    /**
     * Reads a policy, without looking at its bounds.
     *
     * @throws IllegalArgumentException if the record is no policy, or its scope or a mode is none that this version knows
     */
    public static Policy read(SpecificRecord record) {
        if (record instanceof QualityPolicy policy) {
            return read(policy);
        }
        if (record instanceof CapacityPolicy policy) {
            return read(policy);
        }
        if (record instanceof BenchmarkPolicy policy) {
            return read(policy);
        }
        if (record instanceof PolitenessPolicy policy) {
            return read(policy);
        }
        if (record instanceof PoolPolicy policy) {
            return read(policy);
        }
        if (record instanceof ForecastPolicy policy) {
            return read(policy);
        }
        if (record instanceof MapPolicy policy) {
            return read(policy);
        }
        if (record instanceof RelayPolicy policy) {
            return read(policy);
        }
        throw new IllegalArgumentException(
                "a " + record.getSchema().getName() + " is no policy; policies are " + String.join(", ", kinds()));
    }

    /**
     * Everything that is wrong with a record, that of a policy or of its canary, a sentence each; empty: it may be used.
     *
     * @param key under which it stands, or shall stand, on the topic
     */
    public static List<String> violations(String key, SpecificRecord record) {
        if (record instanceof PolicyCanary canary) {
            return CanaryRecords.violations(key, canary);
        }
        Policy policy;
        try {
            policy = read(record);
        } catch (IllegalArgumentException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
        List<String> sentences = new ArrayList<>();
        if (!key.equals(key(policy))) {
            sentences.add("the key is '" + key + "' but the record says " + key(policy) + "; use the latter");
        }
        policy.validate().forEach(violation -> sentences.add(violation.toString()));
        return sentences;
    }

    /** Who set a policy record, when and why. */
    public static Authorship authorship(SpecificRecord record) {
        return (Authorship) record.get(record.getSchema().getField("authorship").pos());
    }

    /** The record of a policy. */
    public static SpecificRecord write(Policy policy, Authorship authorship) {
        if (policy instanceof io.fairlead.model.policy.QualityPolicy quality) {
            return write(quality, authorship);
        }
        if (policy instanceof io.fairlead.model.policy.CapacityPolicy capacity) {
            return write(capacity, authorship);
        }
        if (policy instanceof io.fairlead.model.policy.BenchmarkPolicy benchmark) {
            return write(benchmark, authorship);
        }
        if (policy instanceof io.fairlead.model.policy.PoolPolicy pool) {
            return write(pool, authorship);
        }
        if (policy instanceof io.fairlead.model.policy.ForecastPolicy forecast) {
            return write(forecast, authorship);
        }
        if (policy instanceof io.fairlead.model.policy.MapPolicy map) {
            return write(map, authorship);
        }
        if (policy instanceof io.fairlead.model.policy.RelayPolicy relay) {
            return write(relay, authorship);
        }
        return write((io.fairlead.model.policy.PolitenessPolicy) policy, authorship);
    }

    private static io.fairlead.model.policy.PolitenessPolicy read(PolitenessPolicy p) {
        return new io.fairlead.model.policy.PolitenessPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                p.getRequestsPerMinute(),
                p.getRestAfterBlockMs(),
                p.getRestStatuses());
    }

    private static PolitenessPolicy write(io.fairlead.model.policy.PolitenessPolicy p, Authorship authorship) {
        return PolitenessPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setRequestsPerMinute(p.requestsPerMinute())
                .setRestAfterBlockMs(p.restAfterBlockMs())
                .setRestStatuses(p.restStatuses())
                .build();
    }

    private static io.fairlead.model.policy.PoolPolicy read(PoolPolicy p) {
        return new io.fairlead.model.policy.PoolPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                p.getHealthMargin(),
                p.getChurnSharePerHour(),
                p.getUrgentChurnSharePerHour(),
                p.getSpareMembers(),
                p.getReserveGain(),
                p.getGrowthShare(),
                p.getNetworkShare(),
                p.getDepartedGraceMs(),
                p.getRetryMs(),
                p.getFailureWeight(),
                p.getReplacedWeight(),
                p.getReplacedWithinMs(),
                p.getRestWeight(),
                p.getRestMs(),
                p.getPromiseWeight(),
                p.getOwnerWeight(),
                p.getBatteryWeight(),
                p.getBatteryFloorPercent(),
                p.getEdgeLeaseMs());
    }

    private static PoolPolicy write(io.fairlead.model.policy.PoolPolicy p, Authorship authorship) {
        return PoolPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setHealthMargin(p.healthMargin())
                .setChurnSharePerHour(p.churnSharePerHour())
                .setUrgentChurnSharePerHour(p.urgentChurnSharePerHour())
                .setSpareMembers(p.spareMembers())
                .setReserveGain(p.reserveGain())
                .setGrowthShare(p.growthShare())
                .setNetworkShare(p.networkShare())
                .setDepartedGraceMs(p.departedGraceMs())
                .setRetryMs(p.retryMs())
                .setFailureWeight(p.failureWeight())
                .setReplacedWeight(p.replacedWeight())
                .setReplacedWithinMs(p.replacedWithinMs())
                .setRestWeight(p.restWeight())
                .setRestMs(p.restMs())
                .setPromiseWeight(p.promiseWeight())
                .setOwnerWeight(p.ownerWeight())
                .setBatteryWeight(p.batteryWeight())
                .setBatteryFloorPercent(p.batteryFloorPercent())
                .setEdgeLeaseMs(p.edgeLeaseMs())
                .build();
    }

    private static io.fairlead.model.policy.ForecastPolicy read(ForecastPolicy p) {
        return new io.fairlead.model.policy.ForecastPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                p.getLevelWeight(),
                p.getTrendWeight(),
                p.getSeasonWeight(),
                p.getTrendDamping(),
                p.getWeightPower(),
                p.getMemoryMinutes(),
                p.getColdWidening(),
                p.getShortProbability());
    }

    private static ForecastPolicy write(io.fairlead.model.policy.ForecastPolicy p, Authorship authorship) {
        return ForecastPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setLevelWeight(p.levelWeight())
                .setTrendWeight(p.trendWeight())
                .setSeasonWeight(p.seasonWeight())
                .setTrendDamping(p.trendDamping())
                .setWeightPower(p.weightPower())
                .setMemoryMinutes(p.memoryMinutes())
                .setColdWidening(p.coldWidening())
                .setShortProbability(p.shortProbability())
                .build();
    }

    private static io.fairlead.model.policy.MapPolicy read(MapPolicy p) {
        return new io.fairlead.model.policy.MapPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                p.getHalfLifeMs(),
                p.getMinCount(),
                p.getSigmas(),
                p.getWarmUpMs(),
                p.getHysteresisMs(),
                p.getHysteresisShare(),
                p.getMovedShare(),
                p.getShedFromShare(),
                p.getRollOutStageMs(),
                p.getControlShare(),
                p.getHaltRegretMs());
    }

    private static MapPolicy write(io.fairlead.model.policy.MapPolicy p, Authorship authorship) {
        return MapPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setHalfLifeMs(p.halfLifeMs())
                .setMinCount(p.minCount())
                .setSigmas(p.sigmas())
                .setWarmUpMs(p.warmUpMs())
                .setHysteresisMs(p.hysteresisMs())
                .setHysteresisShare(p.hysteresisShare())
                .setMovedShare(p.movedShare())
                .setShedFromShare(p.shedFromShare())
                .setRollOutStageMs(p.rollOutStageMs())
                .setControlShare(p.controlShare())
                .setHaltRegretMs(p.haltRegretMs())
                .build();
    }

    private static io.fairlead.model.policy.RelayPolicy read(RelayPolicy p) {
        return new io.fairlead.model.policy.RelayPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                p.getLingerMs(),
                p.getSlowLagMs(),
                p.getSlowSkips(),
                p.getStallMs(),
                p.getSecondaryMasters(),
                p.getBurstAgeMs(),
                p.getBurstBytes(),
                p.getHysteresisPoints(),
                p.getHoldMs(),
                p.getMovedShare());
    }

    private static RelayPolicy write(io.fairlead.model.policy.RelayPolicy p, Authorship authorship) {
        return RelayPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setLingerMs(p.lingerMs())
                .setSlowLagMs(p.slowLagMs())
                .setSlowSkips(p.slowSkips())
                .setStallMs(p.stallMs())
                .setSecondaryMasters(p.secondaryMasters())
                .setBurstAgeMs(p.burstAgeMs())
                .setBurstBytes(p.burstBytes())
                .setHysteresisPoints(p.hysteresisPoints())
                .setHoldMs(p.holdMs())
                .setMovedShare(p.movedShare())
                .build();
    }

    private static io.fairlead.model.policy.QualityPolicy read(QualityPolicy p) {
        return new io.fairlead.model.policy.QualityPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                mode(ReferenceMode.class, "referenceMode", p.getReferenceMode().name()),
                p.getPsiMs(),
                p.getOmegaMs(),
                p.getGamma(),
                p.getDisconnectWindowMs(),
                p.getDisconnectHorizonMs(),
                p.getDisconnectPriorCount(),
                p.getDisconnectPriorHours(),
                p.getSuccessHalfLifeMs(),
                p.getGroupStrength(),
                p.getExplorationShare(),
                p.getLowConfidenceCap(),
                p.getTellPoints(),
                p.getTellIntervalMs(),
                p.getVerdictWaitMs(),
                p.getExitSilenceMs(),
                p.getStateTtlMs(),
                p.getMaxLatenessMs(),
                p.getJobSilenceMs());
    }

    private static QualityPolicy write(io.fairlead.model.policy.QualityPolicy p, Authorship authorship) {
        return QualityPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setReferenceMode(io.fairlead.schemas.config.ReferenceMode.valueOf(
                        p.referenceMode().name()))
                .setPsiMs(p.psiMs())
                .setOmegaMs(p.omegaMs())
                .setGamma(p.gamma())
                .setDisconnectWindowMs(p.disconnectWindowMs())
                .setDisconnectHorizonMs(p.disconnectHorizonMs())
                .setDisconnectPriorCount(p.disconnectPriorCount())
                .setDisconnectPriorHours(p.disconnectPriorHours())
                .setSuccessHalfLifeMs(p.successHalfLifeMs())
                .setGroupStrength(p.groupStrength())
                .setExplorationShare(p.explorationShare())
                .setLowConfidenceCap(p.lowConfidenceCap())
                .setTellPoints(p.tellPoints())
                .setTellIntervalMs(p.tellIntervalMs())
                .setVerdictWaitMs(p.verdictWaitMs())
                .setExitSilenceMs(p.exitSilenceMs())
                .setStateTtlMs(p.stateTtlMs())
                .setMaxLatenessMs(p.maxLatenessMs())
                .setJobSilenceMs(p.jobSilenceMs())
                .build();
    }

    private static io.fairlead.model.policy.CapacityPolicy read(CapacityPolicy p) {
        return new io.fairlead.model.policy.CapacityPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                mode(CapacityMode.class, "mode", p.getMode().name()),
                p.getStartMobileRequests(),
                p.getStartResidentialRequests(),
                p.getStartIspRequests(),
                p.getStartDatacenterRequests(),
                p.getStartUnknownRequests(),
                p.getCeilingRequests(),
                p.getGrowthShare(),
                p.getShrinkFactor(),
                p.getFailuresToShrink(),
                p.getFailureWindowMs(),
                p.getGrowOccupancy(),
                p.getProbeShare(),
                p.getConnectFactor());
    }

    private static CapacityPolicy write(io.fairlead.model.policy.CapacityPolicy p, Authorship authorship) {
        return CapacityPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setMode(
                        io.fairlead.schemas.config.CapacityMode.valueOf(p.mode().name()))
                .setStartMobileRequests(p.startMobileRequests())
                .setStartResidentialRequests(p.startResidentialRequests())
                .setStartIspRequests(p.startIspRequests())
                .setStartDatacenterRequests(p.startDatacenterRequests())
                .setStartUnknownRequests(p.startUnknownRequests())
                .setCeilingRequests(p.ceilingRequests())
                .setGrowthShare(p.growthShare())
                .setShrinkFactor(p.shrinkFactor())
                .setFailuresToShrink(p.failuresToShrink())
                .setFailureWindowMs(p.failureWindowMs())
                .setGrowOccupancy(p.growOccupancy())
                .setProbeShare(p.probeShare())
                .setConnectFactor(p.connectFactor())
                .build();
    }

    private static io.fairlead.model.policy.CapacityPolicy scoped(
            io.fairlead.model.policy.CapacityPolicy policy, Scope scope) {
        CapacityPolicy record = write(policy, new Authorship("", "", 0L, 0L));
        record.setScope(scope.toString());
        return read(record);
    }

    private static io.fairlead.model.policy.BenchmarkPolicy read(BenchmarkPolicy p) {
        return new io.fairlead.model.policy.BenchmarkPolicy(
                Scope.parse(p.getScope()),
                p.getEffectiveAtMs(),
                p.getTargets().stream()
                        .map(target -> new io.fairlead.model.policy.BenchmarkTarget(
                                target.getTargetClass(), target.getUrl(), target.getWeight(), target.getHosts()))
                        .toList(),
                p.getIntervalMs(),
                p.getJitterShare(),
                p.getTimeoutMs(),
                p.getRetryMs(),
                p.getSkipAfterRequests(),
                p.getConcurrency(),
                p.getMaxResponseBytes());
    }

    private static BenchmarkPolicy write(io.fairlead.model.policy.BenchmarkPolicy p, Authorship authorship) {
        return BenchmarkPolicy.newBuilder()
                .setScope(p.scope().toString())
                .setAuthorship(authorship)
                .setEffectiveAtMs(p.effectiveAtMs())
                .setTargets(p.targets().stream()
                        .map(target -> new BenchmarkTarget(
                                target.targetClass(), target.url(), target.weight(), target.hosts()))
                        .toList())
                .setIntervalMs(p.intervalMs())
                .setJitterShare(p.jitterShare())
                .setTimeoutMs(p.timeoutMs())
                .setRetryMs(p.retryMs())
                .setSkipAfterRequests(p.skipAfterRequests())
                .setConcurrency(p.concurrency())
                .setMaxResponseBytes(p.maxResponseBytes())
                .build();
    }

    private static io.fairlead.model.policy.BenchmarkPolicy scoped(
            io.fairlead.model.policy.BenchmarkPolicy policy, Scope scope) {
        BenchmarkPolicy record = write(policy, new Authorship("", "", 0L, 0L));
        record.setScope(scope.toString());
        return read(record);
    }

    private static <E extends Enum<E>> E mode(Class<E> type, String field, String name) {
        for (E each : type.getEnumConstants()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(field + " is " + name + ", which this version does not know; use one of "
                + List.of(type.getEnumConstants()));
    }
}
