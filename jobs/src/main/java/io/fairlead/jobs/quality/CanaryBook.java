package io.fairlead.jobs.quality;

import io.fairlead.model.canary.CanaryArms;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.Policy;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policies on trial, as one task knows them: what is said (the record) and what is (where it stands, by its {@link CanaryDesk}), which come in
 * either order. A canary decides when both name the same version.
 */
final class CanaryBook {

    private final Map<String, Canary> said = new HashMap<>();
    private final Map<String, Ruling.Canary> standing = new HashMap<>();
    private final List<Canary> deciding = new ArrayList<>();
    private long newest = -1;

    private record Canary(String policyKey, long version, double share, Policy policy) {

        boolean has(String exitId, Scope scope) {
            return policy.scope().equals(scope) && CanaryArms.decides(version, exitId, share);
        }
    }

    /** Offset of the newest record; -1: there was none. */
    long newest() {
        return newest;
    }

    /** None decides. */
    boolean idle() {
        return deciding.isEmpty();
    }

    /** @param record null: it is taken back */
    void set(String key, long offset, @Nullable PolicyCanary record) {
        newest = Math.max(newest, offset);
        String policyKey = CanaryRecords.policyKey(key);
        if (record == null) {
            said.remove(policyKey);
        } else {
            Policy policy = PolicyRecords.read(Objects.requireNonNull(CanaryRecords.proposed(record)));
            said.put(policyKey, new Canary(policyKey, offset, record.getShare(), policy));
        }
        recount();
    }

    void stands(Ruling.Canary ruling) {
        standing.put(ruling.policyKey(), ruling);
        recount();
    }

    boolean changes(Ruling.Canary ruling) {
        return !ruling.equals(standing.get(ruling.policyKey()));
    }

    boolean inArm(Ruling.Canary ruling, String exitId) {
        Canary canary = said.get(ruling.policyKey());
        return canary == null
                || canary.version != ruling.version()
                || CanaryArms.decides(canary.version, exitId, canary.share);
    }

    private void recount() {
        deciding.clear();
        said.forEach((policyKey, canary) -> {
            Ruling.Canary now = standing.get(policyKey);
            if (now != null && now.version() == canary.version && now.stage().decides()) {
                deciding.add(canary);
            }
        });
    }

    /** The policy that is tried on an exit, or else the one that counts for it. */
    QualityPolicy over(QualityPolicy policy, String exitId) {
        for (Canary each : deciding) {
            if (each.policy instanceof QualityPolicy tried && each.has(exitId, policy.scope())) {
                return tried;
            }
        }
        return policy;
    }

    /** The same of capacity. */
    CapacityPolicy over(CapacityPolicy policy, String exitId) {
        for (Canary each : deciding) {
            if (each.policy instanceof CapacityPolicy tried && each.has(exitId, policy.scope())) {
                return tried;
            }
        }
        return policy;
    }

    /** Version of the newest canary that decides an exit; -1: none does. */
    long version(String exitId, Scope quality, Scope capacity) {
        long version = -1;
        for (Canary each : deciding) {
            if (each.has(exitId, each.policy instanceof QualityPolicy ? quality : capacity)) {
                version = Math.max(version, each.version);
            }
        }
        return version;
    }
}
