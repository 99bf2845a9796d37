package io.fairlead.model.exit;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.DisconnectionHistory;
import io.fairlead.model.quality.Estimate;
import io.fairlead.model.survival.GroupSurvival;
import org.jspecify.annotations.Nullable;

/**
 * Whether an exit will stay: by the survival of its group where enough was seen of it and the exit is up, else by a constant hazard of its own.
 */
public final class StayOutlook {

    private final ExitState state;
    private final QualityPolicy policy;
    private final long nowMs;
    private final @Nullable GroupSurvival group;

    private StayOutlook(ExitState state, QualityPolicy policy, long nowMs, @Nullable GroupSurvival group) {
        this.state = state;
        this.policy = policy;
        this.nowMs = nowMs;
        this.group = group;
    }

    /** The outlook of an exit at a time, under the policy of the exit as a whole. */
    public static StayOutlook of(ExitState state, QualityPolicy policy, long nowMs, FleetTerms fleet) {
        GroupSurvival group = fleet.survival(state.type, state.asn);
        boolean told = group != null && group.speaks() && state.upSinceMs > 0 && !state.links.isEmpty();
        return new StayOutlook(state, policy, nowMs, told ? group : null);
    }

    /** Whether it stands on the survival of the group. */
    public boolean bySurvival() {
        return group != null;
    }

    /** Probability of disconnection within the policy's horizon: cheap. */
    public double disconnect() {
        GroupSurvival known = group;
        return known == null
                ? state.disconnections.probability(nowMs, policy)
                : known.disconnect(past(), nowMs, policy.disconnectHorizonMs());
    }

    /** Chance to stay for a horizon, with its bounds and the evidence: ends that the group saw at these ages, or hours online. */
    public Estimate stay(long horizonMs) {
        GroupSurvival known = group;
        return known == null
                ? complement(state.disconnections.estimate(nowMs, policy, horizonMs))
                : known.stay(past(), nowMs, horizonMs);
    }

    private GroupSurvival.Past past() {
        DisconnectionHistory history = state.disconnections;
        return new GroupSurvival.Past(
                Math.max(0, nowMs - state.upSinceMs),
                history.disconnections(nowMs, policy.disconnectWindowMs()),
                history.hoursOnline(nowMs, policy.disconnectWindowMs()));
    }

    private static Estimate complement(Estimate of) {
        return new Estimate(1 - of.mean(), 1 - of.upper(), 1 - of.lower(), of.weight());
    }
}
