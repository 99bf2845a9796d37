package io.fairlead.jobs.quality;

import io.fairlead.model.PoolType;
import io.fairlead.model.exit.ClassRating;
import io.fairlead.model.exit.ClassState;
import io.fairlead.model.exit.ExitRating;
import io.fairlead.model.exit.Presence;
import io.fairlead.model.exit.Shortfalls;
import io.fairlead.model.exit.StayOutlook;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.Estimate;
import io.fairlead.model.quality.OutcomeCounts;
import io.fairlead.model.quality.SuccessPosterior;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.ClassScore;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.StayChance;
import io.fairlead.schemas.pools.PoolTypes;
import java.util.ArrayList;
import java.util.List;

/** Writes a rating as a decision, with its bounds and its reasons. */
final class ExitScores {

    /** Stands for a benchmark that only fails: an infinite time can't be plotted. */
    static final double FAILING_BENCHMARK_MS = 3_600_000;

    /** The chance to stay is told for so long, too, ms: what a long session asks for. */
    static final long LONGER_MS = 3_600_000;

    private ExitScores() {}

    /**
     * A decision without version.
     *
     * @param trigger why it is told
     * @param nowMs event time it is computed for
     * @param issuedAtMs by the job's clock
     */
    static ExitScore draft(
            String exitId,
            TrackedExit exit,
            ExitRating rating,
            String trigger,
            Rulebook book,
            long nowMs,
            long issuedAtMs) {
        PoolType type = exit.state.type;
        QualityPolicy policy = book.quality(exitId, type, "", nowMs);
        double groupMean = book.groupMean(type, exit.state.asn);
        StayOutlook outlook = StayOutlook.of(exit.state, policy, nowMs, book);
        Estimate stay = outlook.stay(policy.disconnectHorizonMs());
        ExitScore score = new ExitScore();
        score.setExitId(exitId);
        score.setVersion(new DecisionVersion(0L, 0L));
        score.setIssuedAtMs(issuedAtMs);
        score.setPolicyVersion(book.policyVersion(exitId, type, nowMs));
        score.setState(ExitState.valueOf(rating.presence().name()));
        score.setQuality(rating.quality());
        score.setLowConfidence(rating.lowConfidence());
        score.setBenchmarkTerm(rating.benchmarkTerm() < 0 ? -1 : rating.benchmarkTerm());
        score.setPingTerm(rating.pingTerm() < 0 ? -1 : rating.pingTerm());
        score.setBenchmarkMs(told(rating.benchmarkMs()));
        score.setPingMs(told(rating.pingMs()));
        score.setDisconnect(bounded(complement(stay)));
        double benchmarkWeight = 0;
        double won = 0;
        double lost = 0;
        List<ClassScore> classes = new ArrayList<>(rating.classes().size());
        for (ClassRating each : rating.classes()) {
            ClassState known = exit.state.classes.get(each.targetClass());
            OutcomeCounts outcomes = known == null ? new OutcomeCounts() : known.outcomes;
            QualityPolicy ofClass = book.quality(exitId, type, each.targetClass(), nowMs);
            double halfLifeMs = policy.successHalfLifeMs();
            benchmarkWeight += known == null ? 0 : known.benchmarks.weight(nowMs, halfLifeMs);
            won += outcomes.successes(nowMs, halfLifeMs);
            lost += outcomes.failures(nowMs, halfLifeMs);
            classes.add(new ClassScore(
                    each.targetClass(),
                    each.quality(),
                    told(each.benchmarkMs()),
                    bounded(SuccessPosterior.of(
                                    outcomes,
                                    nowMs,
                                    (double) ofClass.successHalfLifeMs(),
                                    groupMean,
                                    ofClass.groupStrength())
                            .estimate()),
                    each.blockRate(),
                    each.share()));
        }
        score.setSuccess(bounded(new SuccessPosterior(won, lost, groupMean, policy.groupStrength()).estimate()));
        score.setCapacityRequests(rating.capacityRequests());
        score.setRunningRequests(rating.runningRequests());
        score.setAvailableRequests(rating.availableRequests());
        score.setClasses(classes);
        score.setReasons(Shortfalls.of(rating, policy));
        score.setTrigger(trigger);
        score.setTriggerObservedAtMs(exit.newestObservedMs);
        score.setTriggerEdgeId(exit.newestEdge);
        score.setPoolType(PoolTypes.write(type));
        score.setAsn(exit.state.asn);
        score.setPsiMs(rating.references().psiMs());
        score.setOmegaMs(rating.references().omegaMs());
        score.setBenchmarkWeight(benchmarkWeight);
        score.setPingWeight(exit.state.pings.weight(nowMs, (double) policy.successHalfLifeMs()));
        score.setUpSinceMs(rating.presence() == Presence.ONLINE ? exit.state.upSinceMs : 0);
        score.setStays(List.of(
                new StayChance(policy.disconnectHorizonMs(), bounded(stay)),
                new StayChance(LONGER_MS, bounded(outlook.stay(LONGER_MS)))));
        score.setDisconnectBasis(outlook.bySurvival() ? "survival" : "hazard");
        score.setNetworkSuccess(rating.networkSuccess());
        score.setFailingTargets(rating.failingTargets());
        return score;
    }

    private static Estimate complement(Estimate of) {
        return new Estimate(1 - of.mean(), 1 - of.upper(), 1 - of.lower(), of.weight());
    }

    private static double told(double ms) {
        if (ms < 0) {
            return -1;
        }
        return Math.min(ms, FAILING_BENCHMARK_MS);
    }

    private static Bounded bounded(Estimate estimate) {
        return new Bounded(estimate.mean(), estimate.lower(), estimate.upper(), estimate.weight());
    }
}
