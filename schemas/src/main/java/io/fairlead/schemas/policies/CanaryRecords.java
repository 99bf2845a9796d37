package io.fairlead.schemas.policies;

import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.CapacityPolicy;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.config.PoolPolicy;
import io.fairlead.schemas.config.QualityPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Canaries of policies: their keys, what is in their records, and what is wrong with these. */
public final class CanaryRecords {

    private static final String PREFIX = "canary/";

    /** Kinds of policies that are decided exit by exit. */
    public static final List<String> EXITS = List.of("quality", "capacity");

    /** Kinds of policies that are decided pool by pool. */
    public static final List<String> POOLS = List.of("pool");

    private CanaryRecords() {}

    /** Key of the canary of a policy: at most one a policy. */
    public static String key(String policyKey) {
        return PREFIX + policyKey;
    }

    /** Whether a key among the policies is that of a canary. */
    public static boolean isKey(String key) {
        return key.startsWith(PREFIX);
    }

    /** Kind of the policy of a key. */
    public static String kind(String policyKey) {
        int slash = policyKey.indexOf('/');
        return slash < 0 ? policyKey : policyKey.substring(0, slash);
    }

    /** What its canary draws: {@code exits} or {@code pools}. */
    public static String units(String policyKey) {
        return POOLS.contains(kind(policyKey)) ? "pools" : "exits";
    }

    /** Key of the policy that a canary's key is about. */
    public static String policyKey(String canaryKey) {
        return canaryKey.substring(PREFIX.length());
    }

    /**
     * Why a policy can have no canary, in a sentence; empty: it can have one.
     *
     * @param policyKey {@code KIND/SCOPE}
     */
    public static String refusal(String policyKey) {
        String kind = kind(policyKey);
        boolean ofPools = POOLS.contains(kind);
        if (!ofPools && !EXITS.contains(kind)) {
            return "a canary decides a share of exits or pools, and '" + kind + "' is decided of neither, as "
                    + String.join(", ", EXITS) + " and " + String.join(", ", POOLS) + " are; " + instead(kind);
        }
        Scope scope;
        try {
            scope = Scope.parse(policyKey.substring(policyKey.indexOf('/') + 1));
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
        if (ofPools) {
            return scope.kind() == Scope.Kind.DEFAULT
                    ? ""
                    : "a canary decides a share of the pools, and the scope " + scope + " is no more than one; use "
                            + kind + "/default";
        }
        boolean drawn = scope.kind() == Scope.Kind.DEFAULT || scope.kind() == Scope.Kind.TYPE;
        return drawn
                ? ""
                : "a canary decides whole exits, and the scope " + scope
                        + " is only a part of what they do; use default or type:NAME";
    }

    /** Why such a policy can't be tried so, and how else. */
    private static String instead(String kind) {
        return switch (kind) {
            case "forecast" ->
                "forecasts are scored when they come due, whatever is decided: set it for one pool (forecast/pool:NAME), and look at their skill";
            case "map" ->
                "a new map is on trial anyway: it is rolled out to 1, 5, 25 and 100 % of the prefixes beside a control group, and halts by itself when these fare worse";
            case "relay" -> "relay clients are too few to be drawn: set it for one room (relay/room:NAME)";
            default -> "it says how exits are looked at, not what is decided of them";
        };
    }

    /** How it is tried, without looking at bounds. */
    public static CanaryTerms terms(PolicyCanary canary) {
        return new CanaryTerms(
                canary.getShare(),
                canary.getBaselineMs(),
                canary.getRunMs(),
                canary.getSuccessFallMax(),
                canary.getLatencyRatioMax(),
                canary.getTriesMin());
    }

    /** The policy that is tried; null: there is none in it. */
    public static @Nullable SpecificRecord proposed(PolicyCanary canary) {
        return proposals(canary).findFirst().orElse(null);
    }

    private static Stream<SpecificRecord> proposals(PolicyCanary canary) {
        return Stream.of(canary.getQuality(), canary.getCapacity(), canary.getPool())
                .filter(Objects::nonNull)
                .map(SpecificRecord.class::cast);
    }

    /**
     * The record of a canary.
     *
     * @throws IllegalArgumentException if a policy of that kind can have none
     */
    public static PolicyCanary write(
            String policyKey, CanaryTerms terms, SpecificRecord proposed, Authorship authorship) {
        PolicyCanary canary = PolicyCanary.newBuilder()
                .setPolicyKey(policyKey)
                .setAuthorship(authorship)
                .setShare(terms.share())
                .setBaselineMs(terms.baselineMs())
                .setRunMs(terms.runMs())
                .setSuccessFallMax(terms.successFallMax())
                .setLatencyRatioMax(terms.latencyRatioMax())
                .setTriesMin(terms.triesMin())
                .build();
        if (proposed instanceof QualityPolicy quality) {
            canary.setQuality(quality);
        } else if (proposed instanceof CapacityPolicy capacity) {
            canary.setCapacity(capacity);
        } else if (proposed instanceof PoolPolicy pool) {
            canary.setPool(pool);
        } else {
            throw new IllegalArgumentException(refusal(policyKey));
        }
        return canary;
    }

    /** Everything that is wrong with a record, a sentence each; empty: it may be used. */
    static List<String> violations(String key, PolicyCanary canary) {
        List<String> sentences = new ArrayList<>();
        if (!key.equals(key(canary.getPolicyKey()))) {
            sentences.add(
                    "the key is '" + key + "' but the record says " + key(canary.getPolicyKey()) + "; use the latter");
        }
        String refusal = refusal(canary.getPolicyKey());
        if (!refusal.isEmpty()) {
            sentences.add(refusal);
        }
        terms(canary).validate().forEach(violation -> sentences.add(violation.toString()));
        SpecificRecord proposed = proposed(canary);
        if (proposed == null || proposals(canary).count() > 1) {
            sentences.add("it holds " + (proposed == null ? "no policy" : "several policies") + "; give one");
        } else {
            sentences.addAll(PolicyRecords.violations(canary.getPolicyKey(), proposed));
        }
        return sentences;
    }
}
