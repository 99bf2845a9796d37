package io.fairlead.lab.simulate;

import io.fairlead.model.PoolType;
import io.fairlead.model.attribution.Culprit;
import io.fairlead.model.attribution.FaultJudge;
import io.fairlead.model.attribution.Ruled;
import io.fairlead.model.attribution.Try;
import io.fairlead.model.exit.ClassRating;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.ExitRating;
import io.fairlead.model.exit.ExitState;
import io.fairlead.model.exit.FleetTerms;
import io.fairlead.model.exit.StayOutlook;
import io.fairlead.model.exit.TargetFaults;
import io.fairlead.model.exit.Told;
import io.fairlead.model.exit.Verdict;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.References;
import io.fairlead.model.quality.SuccessPosterior;
import io.fairlead.model.survival.FleetSurvival;
import io.fairlead.model.survival.GroupSurvival;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.ClassScore;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.pools.PoolTypes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the jobs do, with the same classes: signals of edges go in, scores come out when they are worth it, and reach the edges late. */
final class DecisionPlane {

    private static final QualityPolicy QUALITY = QualityPolicy.defaults();
    private static final CapacityPolicy CAPACITY = CapacityPolicy.defaults();
    private static final Bounded UNTOLD = new Bounded(0.5, 0.0, 1.0, 0.0);
    private static final long WHOLE_TYPE = -1;
    private static final long URGENT_MS = 50;
    private static final long LOOK_MS = 500;

    /** What is kept of an exit. */
    private static final class Tracked {
        final ExitState state = new ExitState();

        /** The same exit as it would be known had nothing happened that was the fault of others. */
        final ExitState blameless = new ExitState();

        boolean othersAtFault;
        final Told told = new Told();
        long lookedAtMs;
        long upSinceMs;
        long watchedUntilMs;
        double quality = -1;
    }

    /** A failure that waits for its verdict: what is told of the exit if that was at fault, and if not. */
    private record Waiting(ExitEvent atFault, @Nullable ExitEvent otherwise, Culprit truth) {}

    final FaultJudge judge = new FaultJudge(QUALITY.verdictWaitMs(), FaultJudge.HALF_LIFE_MS);
    final FleetSurvival survival = new FleetSurvival();
    long rightlyAttributed;
    long attributed;

    /** Most by which faults of targets, networks and clients moved an exit's quality, points. */
    double movedByOthers;

    private final Timeline timeline;
    private final double stalenessMs;
    private final Consumer<ExitScore> edges;
    private final Map<SimulatedExit, Tracked> exits = new LinkedHashMap<>();
    private final Map<Try, Waiting> waiting = new HashMap<>();
    private final Map<String, SimulatedExit> byId = new HashMap<>();
    private final Map<PoolType, Map<Long, GroupSurvival>> groups = new EnumMap<>(PoolType.class);
    private long decisions;

    /** @param stalenessMs from the event to the edges; infinite: no decision arrives */
    DecisionPlane(Timeline timeline, double stalenessMs, Consumer<ExitScore> edges) {
        this.timeline = timeline;
        this.stalenessMs = stalenessMs;
        this.edges = edges;
    }

    void online(SimulatedExit exit) {
        Tracked tracked = tracked(exit);
        tracked.upSinceMs = timeline.nowMs();
        tracked.watchedUntilMs = timeline.nowMs();
        apply(
                exit,
                new ExitEvent.Connected(
                        timeline.nowMs(), "edge-0", 1, exit.id, exit.type(), exit.asn, exit.declaredCapacity));
    }

    void offline(SimulatedExit exit, boolean dropped) {
        Tracked tracked = tracked(exit);
        watch(exit, dropped);
        tracked.state.disconnections.online(tracked.upSinceMs, timeline.nowMs());
        tracked.blameless.disconnections.online(tracked.upSinceMs, timeline.nowMs());
        apply(exit, new ExitEvent.Disconnected(timeline.nowMs(), "edge-0", 1, exit.id, dropped));
    }

    void heartbeat(SimulatedExit exit, double pingMs) {
        watch(exit, false);
        apply(
                exit,
                new ExitEvent.Heartbeat(
                        timeline.nowMs(), "edge-0", 1, exit.id, exit.type(), exit.asn, pingMs, exit.running, 0, ""));
    }

    /** @param truth whose fault it is if it was not carried */
    void benchmarked(
            SimulatedExit exit,
            int targetClass,
            long target,
            boolean carried,
            Culprit truth,
            double connectMs,
            double ms) {
        Verdict verdict = carried ? Verdict.CARRIED : Verdict.AT_FAULT;
        ExitEvent.Benchmarked told = new ExitEvent.Benchmarked(
                timeline.nowMs(), TableChooser.className(targetClass), target, verdict, connectMs, ms);
        Try seen = new Try(timeline.nowMs(), exit.id, exit.asn, target, "edge-0");
        if (carried) {
            judge.carried(seen);
            apply(exit, told);
        } else {
            waiting.put(seen, new Waiting(told, null, truth)); // not the exit's fault: it is missing, not 0
            judge.failed(seen).forEach(this::ruled);
        }
    }

    /** @param truth whose fault an ambiguous failure really was, to see whether that is found */
    void attempted(
            SimulatedExit exit,
            String edge,
            int targetClass,
            long target,
            Verdict verdict,
            double connectMs,
            int running,
            Culprit truth) {
        ExitEvent.Attempted attempted = new ExitEvent.Attempted(
                timeline.nowMs(), TableChooser.className(targetClass), target, verdict, connectMs, running);
        Try seen = new Try(timeline.nowMs(), exit.id, exit.asn, target, edge);
        switch (verdict) {
            case CARRIED, BLOCKED -> {
                judge.carried(seen);
                apply(exit, attempted);
            }
            case AMBIGUOUS -> {
                waiting.put(seen, new Waiting(as(attempted, Verdict.AT_FAULT), as(attempted, Verdict.NOTHING), truth));
                judge.failed(seen).forEach(this::ruled);
            }
            case AT_FAULT, OVERLOADED -> apply(exit, attempted);
            case NOTHING -> apply(exit, attempted, true);
        }
    }

    /** Every second. */
    void tick() {
        judge.settle(timeline.nowMs()).forEach(this::ruled);
        exits.forEach(this::look);
        exits.forEach((exit, tracked) -> {
            if (tracked.othersAtFault) {
                double without = rating(exit, tracked.blameless).quality();
                movedByOthers = Math.max(movedByOthers, Math.abs(tracked.quality - without));
            }
        });
    }

    /** As the job does: laws are fitted anew, and groups that have seen enough are told. */
    void fit() {
        survival.fit();
        for (PoolType type : survival.types()) {
            tell(type, WHOLE_TYPE, survival.group(type));
            for (long asn : survival.networks(type)) {
                tell(type, asn, survival.group(type, asn));
            }
        }
    }

    private void tell(PoolType type, long asn, GroupSurvival group) {
        if (group.speaks()) {
            groups.computeIfAbsent(type, t -> new HashMap<>()).put(asn, group);
        }
    }

    /** The quality that was rated last, 0–100; below 0: none yet. */
    double quality(SimulatedExit exit) {
        return tracked(exit).quality;
    }

    /** Cmax as learnt, requests. */
    int capacity(SimulatedExit exit) {
        return tracked(exit).state.capacity.capacityRequests;
    }

    /** Probability that an exit that is up drops out within the time, as it is told: by survival once its group has seen enough. */
    double disconnectTold(SimulatedExit exit, long horizonMs) {
        StayOutlook outlook = StayOutlook.of(tracked(exit).state, QUALITY, timeline.nowMs(), new Terms(exit));
        return 1 - outlook.stay(horizonMs).mean();
    }

    /** The same by its own constant hazard. */
    double disconnectByHazard(SimulatedExit exit, long horizonMs) {
        return tracked(exit)
                .state
                .disconnections
                .estimate(timeline.nowMs(), QUALITY, horizonMs)
                .mean();
    }

    private void ruled(Ruled ruled) {
        Waiting held = waiting.remove(ruled.failure());
        if (held == null) {
            return; // two tries in the same millisecond are one to the judge
        }
        attributed++;
        rightlyAttributed += held.truth == ruled.culprit() ? 1 : 0;
        ExitEvent told = ruled.culprit() == Culprit.EXIT ? held.atFault : held.otherwise;
        SimulatedExit exit = byId.get(ruled.failure().exitId());
        if (exit != null && told != null) {
            apply(exit, told, held.truth != Culprit.EXIT);
        }
    }

    private static ExitEvent as(ExitEvent.Attempted told, Verdict verdict) {
        return new ExitEvent.Attempted(
                told.atMs(), told.targetClass(), told.target(), verdict, 0, told.runningRequests());
    }

    private void watch(SimulatedExit exit, boolean ended) {
        Tracked tracked = tracked(exit);
        survival.watched(exit.type(), exit.asn, tracked.upSinceMs, tracked.watchedUntilMs, timeline.nowMs(), ended);
        tracked.watchedUntilMs = timeline.nowMs();
    }

    private void apply(SimulatedExit exit, ExitEvent event) {
        apply(exit, event, false);
    }

    /** @param others whose fault it really was: it would not have happened without them */
    private void apply(SimulatedExit exit, ExitEvent event, boolean others) {
        Tracked tracked = tracked(exit);
        tracked.othersAtFault |= others;
        if (!others) {
            tracked.blameless.apply(event, QUALITY, CAPACITY);
        }
        boolean urgent = tracked.state.apply(event, QUALITY, CAPACITY);
        if (timeline.nowMs() - tracked.lookedAtMs >= (urgent ? URGENT_MS : LOOK_MS)) {
            look(exit, tracked);
        }
    }

    private void look(SimulatedExit exit, Tracked tracked) {
        long nowMs = timeline.nowMs();
        tracked.lookedAtMs = nowMs;
        tracked.state.settle(nowMs, QUALITY, TargetFaults.NONE);
        tracked.blameless.settle(nowMs, QUALITY, TargetFaults.NONE);
        ExitRating rating = rating(exit, tracked.state);
        tracked.quality = rating.quality();
        String trigger = tracked.told.worth(rating, -1, nowMs, QUALITY);
        if (!trigger.isEmpty()) {
            tracked.told.remember(rating, -1, nowMs);
            if (!Double.isInfinite(stalenessMs)) {
                ExitScore score = score(exit, rating, trigger);
                timeline.after(stalenessMs, () -> edges.accept(score));
            }
        }
    }

    private ExitRating rating(SimulatedExit exit, ExitState state) {
        return ExitRating.of(state, timeline.nowMs(), name -> QUALITY, name -> 1, new Terms(exit));
    }

    /** What the fleet says of an exit. */
    private final class Terms implements FleetTerms {
        private final SimulatedExit exit;

        Terms(SimulatedExit exit) {
            this.exit = exit;
        }

        @Override
        public double groupMean(PoolType type, long asn) {
            return SuccessPosterior.UNKNOWN_GROUP_MEAN;
        }

        @Override
        public double networkSuccess(long asn) {
            return judge.networkMean(exit.asn, timeline.nowMs());
        }

        @Override
        public References references(QualityPolicy policy) {
            return References.of(policy);
        }

        @Override
        public @Nullable GroupSurvival survival(PoolType type, long asn) {
            Map<Long, GroupSurvival> ofType = groups.get(type);
            GroupSurvival whole = ofType == null ? null : ofType.get(WHOLE_TYPE);
            return whole == null || ofType == null ? null : ofType.getOrDefault(asn, whole);
        }
    }

    private ExitScore score(SimulatedExit exit, ExitRating rating, String trigger) {
        List<ClassScore> classes = new ArrayList<>(rating.classes().size());
        for (ClassRating each : rating.classes()) {
            classes.add(new ClassScore(
                    each.targetClass(), each.quality(), each.benchmarkMs(), UNTOLD, each.blockRate(), each.share()));
        }
        ExitScore score = new ExitScore();
        score.setExitId(exit.id);
        score.setVersion(new DecisionVersion(1L, ++decisions));
        score.setIssuedAtMs(timeline.nowMs());
        score.setPolicyVersion(-1L);
        score.setState(io.fairlead.schemas.decisions.ExitState.valueOf(
                rating.presence().name()));
        score.setQuality(rating.quality());
        score.setLowConfidence(rating.lowConfidence());
        score.setDisconnect(UNTOLD);
        score.setSuccess(UNTOLD);
        score.setCapacityRequests(rating.capacityRequests());
        score.setRunningRequests(rating.runningRequests());
        score.setAvailableRequests(rating.availableRequests());
        score.setClasses(classes);
        score.setReasons(List.of());
        score.setTrigger(trigger);
        score.setPoolType(PoolTypes.write(exit.type()));
        score.setAsn((long) exit.asn);
        return score;
    }

    private Tracked tracked(SimulatedExit exit) {
        byId.putIfAbsent(exit.id, exit);
        return exits.computeIfAbsent(exit, e -> new Tracked());
    }
}
