package io.fairlead.model.quality;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.ReferenceMode;

/**
 * What the speed terms are measured against.
 *
 * @param psiMs a benchmark of 2 · psi or less scores the full half, ms
 * @param omegaMs a ping of 2 · omega or less scores the full half, ms
 */
public record References(double psiMs, double omegaMs) {

    /** The policy's own. */
    public static References of(QualityPolicy policy) {
        return new References(policy.psiMs(), policy.omegaMs());
    }

    /** The policy's, or the fleet's where the policy asks for these. */
    public static References of(QualityPolicy policy, References fleet) {
        return policy.referenceMode() == ReferenceMode.FLEET ? fleet : of(policy);
    }

    /**
     * Half the lower quartiles, so that the fastest quarter saturates and the rest is spread out. Meant for once a day:
     * derived more often, scores would drift with the fleet.
     *
     * @param benchmarkLowerQuartileMs 25 % quantile of the fleet's benchmark times, ms
     * @param pingLowerQuartileMs 25 % quantile of its pings, ms
     */
    public static References ofFleet(double benchmarkLowerQuartileMs, double pingLowerQuartileMs) {
        return new References(
                Math.max(SpeedTerm.MIN_MS, benchmarkLowerQuartileMs / 2),
                Math.max(SpeedTerm.MIN_MS, pingLowerQuartileMs / 2));
    }
}
