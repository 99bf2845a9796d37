package io.fairlead.model.policy;

import io.fairlead.model.PoolType;
import java.util.List;

/**
 * How many requests an exit may run at once.
 *
 * @param scope what it counts for
 * @param effectiveAtMs counts for events observed from this time on, ms since the Unix epoch
 * @param mode whether capacity is learnt
 * @param startMobileRequests start where the agent declares nothing, mobile (1 – ceiling)
 * @param startResidentialRequests the same, residential
 * @param startIspRequests the same, ISP
 * @param startDatacenterRequests the same, datacenter
 * @param startUnknownRequests the same, type not known
 * @param ceilingRequests never more than this, whatever is declared or learnt (1–100 000)
 * @param growthShare growth of one step, share of capacity, at least 1 request (0–1)
 * @param shrinkFactor capacity after a shrink, share of that before (0.1–0.99)
 * @param failuresToShrink capacity-type failures within the window that shrink (1–16)
 * @param failureWindowMs that window, ms (1 s – 1 h)
 * @param growOccupancy share of capacity in use from which a completion counts for growth (0.5–1)
 * @param probeShare chance that a saturated exit is offered one request more (0–0.1)
 * @param connectFactor connect time over this many times the exit's own idle baseline is a capacity-type failure (1.5–20)
 */
public record CapacityPolicy(
        Scope scope,
        long effectiveAtMs,
        CapacityMode mode,
        int startMobileRequests,
        int startResidentialRequests,
        int startIspRequests,
        int startDatacenterRequests,
        int startUnknownRequests,
        int ceilingRequests,
        double growthShare,
        double shrinkFactor,
        int failuresToShrink,
        long failureWindowMs,
        double growOccupancy,
        double probeShare,
        double connectFactor)
        implements Policy {

    /** Bound of {@link #failuresToShrink}. */
    public static final int MAX_FAILURES_TO_SHRINK = 16;

    private static final CapacityPolicy DEFAULTS = new CapacityPolicy(
            Scope.GLOBAL, 0, CapacityMode.ADAPTIVE, 3, 12, 64, 128, 3, 1_000, 0.05, 0.85, 3, 60_000, 0.9, 0.01, 3);

    /** The policy that counts where none is set. */
    public static CapacityPolicy defaults() {
        return DEFAULTS;
    }

    /** Where an exit of this type starts, requests: what the agent declared, else by type, under the ceiling, at least 1. */
    public int startRequests(PoolType type, int declaredRequests) {
        int start = declaredRequests > 0
                ? declaredRequests
                : switch (type) {
                    case MOBILE -> startMobileRequests;
                    case RESIDENTIAL -> startResidentialRequests;
                    case ISP -> startIspRequests;
                    case DATACENTER -> startDatacenterRequests;
                    case UNKNOWN -> startUnknownRequests;
                };
        return Math.max(1, Math.min(start, ceilingRequests));
    }

    @Override
    public List<Violation> validate() {
        return new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .within("ceilingRequests", ceilingRequests, 1, 100_000)
                .within("startMobileRequests", startMobileRequests, 1, Math.max(1, ceilingRequests))
                .within("startResidentialRequests", startResidentialRequests, 1, Math.max(1, ceilingRequests))
                .within("startIspRequests", startIspRequests, 1, Math.max(1, ceilingRequests))
                .within("startDatacenterRequests", startDatacenterRequests, 1, Math.max(1, ceilingRequests))
                .within("startUnknownRequests", startUnknownRequests, 1, Math.max(1, ceilingRequests))
                .within("growthShare", growthShare, 0, 1)
                .within("shrinkFactor", shrinkFactor, 0.1, 0.99)
                .within("failuresToShrink", failuresToShrink, 1, MAX_FAILURES_TO_SHRINK)
                .within("failureWindowMs", failureWindowMs, 1_000, 3_600_000)
                .within("growOccupancy", growOccupancy, 0.5, 1)
                .within("probeShare", probeShare, 0, 0.1)
                .within("connectFactor", connectFactor, 1.5, 20)
                .that(
                        scope.kind() != Scope.Kind.CLASS && scope.ofExits(),
                        "scope",
                        scope,
                        "default, type:NAME or pool:NAME",
                        "write one of these: an exit has one capacity for all targets")
                .done();
    }

    /** The same with another mode. */
    public CapacityPolicy withMode(CapacityMode mode) {
        return new CapacityPolicy(
                scope,
                effectiveAtMs,
                mode,
                startMobileRequests,
                startResidentialRequests,
                startIspRequests,
                startDatacenterRequests,
                startUnknownRequests,
                ceilingRequests,
                growthShare,
                shrinkFactor,
                failuresToShrink,
                failureWindowMs,
                growOccupancy,
                probeShare,
                connectFactor);
    }

    /** The same under another ceiling. */
    public CapacityPolicy withCeiling(int ceilingRequests) {
        return new CapacityPolicy(
                scope,
                effectiveAtMs,
                mode,
                startMobileRequests,
                startResidentialRequests,
                startIspRequests,
                startDatacenterRequests,
                startUnknownRequests,
                ceilingRequests,
                growthShare,
                shrinkFactor,
                failuresToShrink,
                failureWindowMs,
                growOccupancy,
                probeShare,
                connectFactor);
    }
}
