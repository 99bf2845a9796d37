package io.fairlead.jobs.canary;

import io.fairlead.model.canary.CanaryFinding;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.CanaryArm;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DecisionVersion;

/** Writes where a canary stands as a decision. */
public final class CanaryVerdicts {

    /** Bounds that are further off than this, as a share or a ratio, are told as this: an infinite one can't be plotted. */
    static final double FURTHEST = 1_000;

    private CanaryVerdicts() {}

    /** A decision without version. */
    public static CanaryVerdict draft(CanaryTrial trial, CanaryFinding finding, long issuedAtMs) {
        double tries = Math.min(
                Math.min(finding.canary().triesBefore(), finding.canary().tries()),
                Math.min(finding.control().triesBefore(), finding.control().tries()));
        CanaryVerdict verdict = new CanaryVerdict();
        verdict.setPolicyKey(trial.policyKey());
        verdict.setVersion(new DecisionVersion(0L, 0L));
        verdict.setIssuedAtMs(issuedAtMs);
        verdict.setPolicyVersion(trial.version);
        verdict.setStage(CanaryStage.valueOf(trial.stage().name()));
        verdict.setStageSinceMs(trial.stageSinceMs());
        verdict.setReason(trial.reason());
        verdict.setAuthor(trial.record.getAuthorship().getAuthor());
        verdict.setShare(trial.record.getShare());
        verdict.setCanary(arm(finding.canary()));
        verdict.setControl(arm(finding.control()));
        verdict.setSuccessChange(bounded(finding.success(), 0, -FURTHEST, tries));
        verdict.setLatencyRatio(bounded(finding.latency(), 1, 0, tries));
        return verdict;
    }

    private static CanaryArm arm(CanaryFinding.Arm arm) {
        return new CanaryArm(
                arm.exits(),
                arm.triesBefore(),
                arm.tries(),
                measured(arm.successBefore()),
                measured(arm.success()),
                measured(arm.firstByteMsBefore()),
                measured(arm.firstByteMs()));
    }

    private static double measured(double mean) {
        return Double.isNaN(mean) ? -1 : mean;
    }

    /** @param none the effect of nothing */
    private static Bounded bounded(CanaryFinding.Change change, double none, double least, double weight) {
        return Double.isNaN(change.estimate())
                ? new Bounded(none, least, FURTHEST, 0.0)
                : new Bounded(
                        change.estimate(), Math.max(least, change.lower()), Math.min(FURTHEST, change.upper()), weight);
    }
}
