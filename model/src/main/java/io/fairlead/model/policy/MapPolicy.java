package io.fairlead.model.policy;

import java.util.List;

/**
 * When the preference of a resolver for a name server is evidence of where it is, and how the network map follows the evidence.
 *
 * @param scope what it counts for: everything
 * @param effectiveAtMs counts from this time on, ms since the Unix epoch
 * @param halfLifeMs counted questions halve in this time (60 000 – 86 400 000)
 * @param minCount decayed questions of a resolver under which nothing is said of its preference (1–100 000)
 * @param sigmas a top share is evidence only so many standard deviations over that of an even choice (0–10)
 * @param warmUpMs a name server that is new to the set leaves preferences as they are for so long (0–86 400 000)
 * @param hysteresisMs a resolver stays with its group unless another is better by so much (0–1 000)
 * @param hysteresisShare … and by this share of what its group costs (0–1)
 * @param movedShare of all demand that may change its group in one epoch, but for what must (0–1)
 * @param shedFromShare of a group's capacity from which on answers name the next group in proportion (0.1–1)
 * @param rollOutStageMs a stage of a roll-out lasts at least so long (1 000 – 86 400 000)
 * @param controlShare of resolvers that keep the former map until the roll-out has ended (0–0.5)
 * @param haltRegretMs a roll-out halts when those with the new map fare worse than the control group by so much (0–1 000)
 */
public record MapPolicy(
        Scope scope,
        long effectiveAtMs,
        long halfLifeMs,
        double minCount,
        double sigmas,
        long warmUpMs,
        double hysteresisMs,
        double hysteresisShare,
        double movedShare,
        double shedFromShare,
        long rollOutStageMs,
        double controlShare,
        double haltRegretMs)
        implements Policy {

    private static final MapPolicy DEFAULTS =
            new MapPolicy(Scope.GLOBAL, 0, 3_600_000, 30, 3, 10_800_000, 5, 0.10, 0.03, 0.85, 300_000, 0.02, 2);

    /** The policy that counts where none is set. */
    public static MapPolicy defaults() {
        return DEFAULTS;
    }

    /** The same for another scope. */
    public MapPolicy withScope(Scope other) {
        return new MapPolicy(
                other,
                effectiveAtMs,
                halfLifeMs,
                minCount,
                sigmas,
                warmUpMs,
                hysteresisMs,
                hysteresisShare,
                movedShare,
                shedFromShare,
                rollOutStageMs,
                controlShare,
                haltRegretMs);
    }

    @Override
    public List<Violation> validate() {
        return new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .within("halfLifeMs", halfLifeMs, 60_000L, 86_400_000L)
                .within("minCount", minCount, 1, 100_000)
                .within("sigmas", sigmas, 0, 10)
                .within("warmUpMs", warmUpMs, 0L, 86_400_000L)
                .within("hysteresisMs", hysteresisMs, 0, 1_000)
                .within("hysteresisShare", hysteresisShare, 0, 1)
                .within("movedShare", movedShare, 0, 1)
                .within("shedFromShare", shedFromShare, 0.1, 1)
                .within("rollOutStageMs", rollOutStageMs, 1_000L, 86_400_000L)
                .within("controlShare", controlShare, 0, 0.5)
                .within("haltRegretMs", haltRegretMs, 0, 1_000)
                .that(scope.kind() == Scope.Kind.DEFAULT, "scope", scope, "default", "there is one map: write default")
                .done();
    }
}
