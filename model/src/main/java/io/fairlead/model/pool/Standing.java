package io.fairlead.model.pool;

import io.fairlead.model.policy.PoolPolicy;
import java.util.Locale;

/**
 * Where a candidate stands for a pool: quality times the chance to be there at the horizon, lowered by each rule of the policy that speaks against it.
 * What decides over health is quality times chance alone; the standing decides who is asked first.
 *
 * @param rank 0–1
 * @param rule the heaviest rule that speaks against it, as a format for its evidence; empty: none
 * @param evidence of that rule
 */
record Standing(double rank, String rule, double evidence) {

    /** What lowers it by less is nothing to speak of, and its evidence would be rounded to none. */
    private static final double TOLD = 0.01;

    static Standing of(Candidate exit, PoolDefinition pool, PoolPolicy policy, long nowMs) {
        Weighing weighing = new Weighing(exit.q(pool) * exit.v(pool));
        double failures = exit.failures(pool);
        weighing.rule(policy.failureWeight() * failures, failures * 100, "%.0f %% of its tries failed here");
        if (exit.history.replacedWithin(nowMs, policy.replacedWithinMs())) {
            weighing.rule(
                    policy.replacedWeight(), policy.replacedWithinMs() / 3_600_000.0, "it was replaced within %.0f h");
        }
        double rested = exit.history.rested(nowMs, policy.restMs());
        weighing.rule(policy.restWeight() * (1 - rested), rested * 100, "it has rested %.0f %% of its time");
        double broken = exit.history.brokenShare();
        weighing.rule(policy.promiseWeight() * broken, broken * 100, "%.0f %% of its times were shorter than foreseen");
        double owner = exit.history.ownerShare(nowMs, pool.horizonMs());
        weighing.rule(policy.ownerWeight() * owner, owner * 100, "its owner uses it in %.0f %% of these hours");
        if (exit.batteryPercent >= 0 && exit.batteryPercent < policy.batteryFloorPercent()) {
            weighing.rule(policy.batteryWeight(), exit.batteryPercent, "its battery is at %.0f %%");
        }
        return new Standing(weighing.rank, weighing.words, weighing.evidence);
    }

    /** What speaks most against it, in words; empty: nothing. */
    String reason() {
        return rule.isEmpty() ? "" : String.format(Locale.ROOT, rule, evidence);
    }

    /** Multiplies, and keeps the heaviest. */
    private static final class Weighing {
        private double rank;
        private double heaviest;
        private double evidence;
        private String words = "";

        Weighing(double rank) {
            this.rank = rank;
        }

        void rule(double lowers, double shown, String text) {
            rank *= 1 - Math.min(1, lowers);
            if (lowers >= TOLD && lowers > heaviest) {
                heaviest = lowers;
                evidence = shown;
                words = text;
            }
        }
    }
}
