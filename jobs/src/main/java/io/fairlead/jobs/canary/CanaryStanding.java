package io.fairlead.jobs.canary;

import io.fairlead.model.canary.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import java.util.Optional;

/**
 * Where the canary of a policy stands.
 *
 * @param policyKey key of the policy
 * @param version of the canary: offset of its record
 */
public record CanaryStanding(String policyKey, long version, CanaryStage stage) {

    /** What a verdict says; empty: a stage that this version does not know. */
    public static Optional<CanaryStanding> of(CanaryVerdict verdict) {
        return verdict.getStage() == io.fairlead.schemas.decisions.CanaryStage.UNKNOWN
                ? Optional.empty()
                : Optional.of(new CanaryStanding(
                        verdict.getPolicyKey(),
                        verdict.getPolicyVersion(),
                        CanaryStage.valueOf(verdict.getStage().name())));
    }
}
