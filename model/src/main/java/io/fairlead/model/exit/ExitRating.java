package io.fairlead.model.exit;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.DecayedMedian;
import io.fairlead.model.quality.OutcomeCounts;
import io.fairlead.model.quality.QualityRate;
import io.fairlead.model.quality.References;
import io.fairlead.model.quality.SpeedTerm;
import io.fairlead.model.quality.SuccessPosterior;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What an exit is worth now. Cheap: the bounds of its estimates are computed only when it is told.
 *
 * @param quality 0–100, the traffic-weighted mix over the classes
 * @param lowConfidence some input was never measured
 * @param benchmarkTerm 0–0.5; negative: never measured
 * @param pingTerm 0–0.5; negative: never measured
 * @param benchmarkMs of the mix; infinite: failures prevail; negative: never measured
 * @param pingMs decayed median; negative: never measured
 * @param disconnect probability of disconnection within the policy's horizon, 0–1
 * @param success expected share of successes over all classes, 0–1
 * @param capacityRequests Cmax: what was learnt, under what the agent accepts
 * @param runningRequests Pchi by the newest heartbeat
 * @param objection why it takes no request now, in words; empty: it does
 * @param classes by share, the greatest first
 * @param bySurvival the probability of disconnection stands on the survival of its group, not on a constant hazard
 * @param networkSuccess share of tries that its autonomous system carries, 0–1
 * @param references what the speed terms are measured against
 * @param failingTargets classes of which a target fails of late, whatever the exit: nothing of that is held against it
 */
public record ExitRating(
        Presence presence,
        double quality,
        boolean lowConfidence,
        double benchmarkTerm,
        double pingTerm,
        double benchmarkMs,
        double pingMs,
        double disconnect,
        double success,
        int capacityRequests,
        int runningRequests,
        String objection,
        List<ClassRating> classes,
        boolean bySurvival,
        double networkSuccess,
        References references,
        List<String> failingTargets) {

    /** Requests that it can take now. */
    public int availableRequests() {
        return presence == Presence.ONLINE && objection.isEmpty() ? Math.max(0, capacityRequests - runningRequests) : 0;
    }

    /**
     * Rates an exit.
     *
     * @param policyOf what counts for a class of targets; asked with an empty name for the exit as a whole
     * @param classWeight weight of a class where no traffic says it
     * @param groupMean expected success of the exit's group, 0–1
     */
    public static ExitRating of(
            ExitState state,
            long nowMs,
            Function<String, QualityPolicy> policyOf,
            ToDoubleFunction<String> classWeight,
            double groupMean) {
        return of(state, nowMs, policyOf, classWeight, FleetTerms.of(groupMean, 1));
    }

    /** The same with all that the fleet says of the exit. */
    public static ExitRating of(
            ExitState state,
            long nowMs,
            Function<String, QualityPolicy> policyOf,
            ToDoubleFunction<String> classWeight,
            FleetTerms fleet) {
        QualityPolicy policy = policyOf.apply("");
        double groupMean = fleet.groupMean(state.type, state.asn);
        double networkSuccess = fleet.networkSuccess(state.asn);
        References references = fleet.references(policy);
        StayOutlook outlook = StayOutlook.of(state, policy, nowMs, fleet);
        double halfLifeMs = policy.successHalfLifeMs();
        double pingMs = state.pings.medianMs(nowMs, halfLifeMs);
        double disconnect = outlook.disconnect();
        double pingTerm = SpeedTerm.of(references.omegaMs(), pingMs);
        List<String> failingTargets = new ArrayList<>(0);

        List<ClassRating> rated = new ArrayList<>(state.classes.size());
        double successes = 0;
        double failures = 0;
        double shares = 0;
        for (Map.Entry<String, ClassState> each : state.classes.entrySet()) {
            OutcomeCounts outcomes = each.getValue().outcomes;
            double won = outcomes.successes(nowMs, halfLifeMs);
            double lost = outcomes.failures(nowMs, halfLifeMs);
            successes += won;
            failures += lost;
            shares += won + lost;
            if (each.getValue().targetFails(nowMs)) {
                failingTargets.add(each.getKey());
            }
            rated.add(rate(
                    each.getKey(),
                    each.getValue(),
                    won,
                    lost,
                    nowMs,
                    policyOf,
                    fleet,
                    groupMean,
                    networkSuccess,
                    disconnect,
                    pingMs));
        }
        boolean traffic = shares > 0;
        if (!traffic) {
            for (ClassRating each : rated) {
                shares += classWeight.applyAsDouble(each.targetClass());
            }
        }
        Mix mix = new Mix();
        List<ClassRating> shared = new ArrayList<>(rated.size());
        for (ClassRating each : rated) {
            double part = traffic ? each.weight() : classWeight.applyAsDouble(each.targetClass());
            double share = shares > 0 ? part / shares : 1.0 / rated.size();
            shared.add(new ClassRating(
                    each.targetClass(),
                    each.quality() * (1 - each.blockRate()),
                    each.benchmarkMs(),
                    each.success(),
                    each.weight(),
                    each.blockRate(),
                    share));
            mix.add(
                    share,
                    each,
                    SpeedTerm.of(
                            fleet.references(policyOf.apply(each.targetClass())).psiMs(), each.benchmarkMs()));
        }
        shared.sort(Comparator.comparingDouble(ClassRating::share).reversed().thenComparing(ClassRating::targetClass));
        double success =
                networkSuccess * new SuccessPosterior(successes, failures, groupMean, policy.groupStrength()).mean();
        double benchmarkTerm = mix.benchmarkTerm();
        double quality = rated.isEmpty()
                ? QualityRate.of(
                        disconnect, SpeedTerm.MISSING, pingTerm, success, policy.gamma(), policy.lowConfidenceCap())
                : mix.quality;
        return new ExitRating(
                state.presence(nowMs, policy),
                quality,
                QualityRate.lowConfidence(benchmarkTerm, pingTerm),
                benchmarkTerm,
                pingTerm,
                mix.benchmarkMs(),
                pingMs,
                disconnect,
                success,
                capacity(state),
                state.runningRequests,
                state.objection,
                List.copyOf(shared),
                outlook.bySurvival(),
                networkSuccess,
                references,
                failingTargets.stream().sorted().toList());
    }

    private static ClassRating rate(
            String name,
            ClassState state,
            double won,
            double lost,
            long nowMs,
            Function<String, QualityPolicy> policyOf,
            FleetTerms fleet,
            double groupMean,
            double networkSuccess,
            double disconnect,
            double pingMs) {
        QualityPolicy policy = policyOf.apply(name);
        double success = networkSuccess * new SuccessPosterior(won, lost, groupMean, policy.groupStrength()).mean();
        DecayedMedian benchmarks = state.benchmarks;
        double halfLifeMs = policy.successHalfLifeMs();
        double benchmarkMs = benchmarks.medianMs(nowMs, halfLifeMs);
        References references = fleet.references(policy);
        double quality = QualityRate.of(
                disconnect,
                SpeedTerm.of(references.psiMs(), benchmarkMs),
                SpeedTerm.of(references.omegaMs(), pingMs),
                success,
                policy.gamma(),
                policy.lowConfidenceCap());
        return new ClassRating(
                name, quality, benchmarkMs, success, won + lost, state.outcomes.blockRate(nowMs, halfLifeMs), 0);
    }

    private static int capacity(ExitState state) {
        int learnt = state.capacity.capacityRequests;
        return state.acceptedRequests > 0 ? Math.min(learnt, state.acceptedRequests) : learnt;
    }

    /** Weighted mix of the classes; classes that were never measured have no say in the benchmark. */
    private static final class Mix {
        private double quality;
        private double measured;
        private double terms;
        private double times;

        void add(double share, ClassRating rating, double benchmarkTerm) {
            quality += share * rating.quality();
            if (benchmarkTerm >= 0) {
                // A class without traffic may be the only one measured: it must have some weight.
                double weight = Math.max(share, 1e-9);
                measured += weight;
                terms += weight * benchmarkTerm;
                times += weight * rating.benchmarkMs();
            }
        }

        double benchmarkTerm() {
            return measured > 0 ? terms / measured : SpeedTerm.MISSING;
        }

        double benchmarkMs() {
            return measured > 0 ? times / measured : SpeedTerm.MISSING;
        }
    }
}
