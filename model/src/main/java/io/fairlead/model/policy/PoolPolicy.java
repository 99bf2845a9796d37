package io.fairlead.model.policy;

import java.util.List;

/**
 * How pools are curated. The weights say by what share an exit's standing falls when all of what the rule looks at speaks against it; 0 switches the
 * rule off.
 *
 * @param scope what it counts for: everything or a pool
 * @param effectiveAtMs counts from this time on, ms since the Unix epoch
 * @param healthMargin once begun, curing goes on until health foreseen is this much over the minimum (0–0.2)
 * @param churnSharePerHour share of the wanted members that curing may change in an hour, at least one (0–1)
 * @param urgentChurnSharePerHour the same while health now is under the minimum: users feel it already (churnSharePerHour – 10)
 * @param spareMembers so many members may fail at once, before anybody knows, without health falling under the minimum: it is kept over it by as much, at most half-way to
 *     perfect, and a pool of few grows until each is a part small enough; a pool of no more members keeps nothing to spare (0–10)
 * @param reserveGain while no more is at stake than what it takes to do without those members, a member gives way only to an exit whose {@code q · v} is higher by this: each
 *     replacement costs users an address (0–1; 1: nobody gives way for it)
 * @param growthShare curing lets the pool grow over its wanted size by this share, and no further than its greatest, before the weakest give way (0–10)
 * @param networkShare share of the wanted members that are of one autonomous system, at least one, as long as there are others to be had (0.01–1)
 * @param departedGraceMs a member that is offline keeps its place this long, ms (0 – 10 min)
 * @param retryMs a pool that could not be helped is tried again after this, ms (1 s – 10 min)
 * @param failureWeight failures with the targets of the pool (0–1)
 * @param replacedWeight the exit was taken out of a pool for what it was, within {@code replacedWithinMs} (0–1)
 * @param replacedWithinMs how long that counts, ms (0 – 7 days)
 * @param restWeight it left a pool less than {@code restMs} ago, falling as it rests (0–1)
 * @param restMs time after which an exit is rested, ms (0 – a day)
 * @param promiseWeight share of the times in pools in which it left sooner than foreseen (0–1)
 * @param ownerWeight share of the hours within the horizon in which its owner uses the device as a rule (0–1)
 * @param batteryWeight it runs on a battery under {@code batteryFloorPercent} (0–1)
 * @param batteryFloorPercent that bound, % (0–100)
 * @param edgeLeaseMs an edge that was not heard of for this long holds up no exclusive grant, ms (10 s – a day); edges keep to it: cut off for so long,
 *     they pick no exclusive exit
 */
public record PoolPolicy(
        Scope scope,
        long effectiveAtMs,
        double healthMargin,
        double churnSharePerHour,
        double urgentChurnSharePerHour,
        int spareMembers,
        double reserveGain,
        double growthShare,
        double networkShare,
        long departedGraceMs,
        long retryMs,
        double failureWeight,
        double replacedWeight,
        long replacedWithinMs,
        double restWeight,
        long restMs,
        double promiseWeight,
        double ownerWeight,
        double batteryWeight,
        int batteryFloorPercent,
        long edgeLeaseMs)
        implements Policy {

    private static final PoolPolicy DEFAULTS = new PoolPolicy(
            Scope.GLOBAL,
            0,
            0.02,
            1,
            3,
            1,
            0.19,
            0,
            0.15,
            10_000,
            10_000,
            0.5,
            0.5,
            86_400_000,
            0.2,
            900_000,
            0.4,
            0.3,
            1,
            20,
            600_000);

    /** The policy that counts where none is set. */
    public static PoolPolicy defaults() {
        return DEFAULTS;
    }

    /** The same for another scope. */
    public PoolPolicy withScope(Scope other) {
        return new PoolPolicy(
                other,
                effectiveAtMs,
                healthMargin,
                churnSharePerHour,
                urgentChurnSharePerHour,
                spareMembers,
                reserveGain,
                growthShare,
                networkShare,
                departedGraceMs,
                retryMs,
                failureWeight,
                replacedWeight,
                replacedWithinMs,
                restWeight,
                restMs,
                promiseWeight,
                ownerWeight,
                batteryWeight,
                batteryFloorPercent,
                edgeLeaseMs);
    }

    /** The same with another churn bound, whatever the need. */
    public PoolPolicy withChurnSharePerHour(double share) {
        return new PoolPolicy(
                scope,
                effectiveAtMs,
                healthMargin,
                share,
                share,
                spareMembers,
                reserveGain,
                growthShare,
                networkShare,
                departedGraceMs,
                retryMs,
                failureWeight,
                replacedWeight,
                replacedWithinMs,
                restWeight,
                restMs,
                promiseWeight,
                ownerWeight,
                batteryWeight,
                batteryFloorPercent,
                edgeLeaseMs);
    }

    /** The same with so many members to spare, for which one gives way to an exit that is worth so much more, and so much growth. */
    public PoolPolicy withReserve(int spare, double gain, double growth) {
        return new PoolPolicy(
                scope,
                effectiveAtMs,
                healthMargin,
                churnSharePerHour,
                urgentChurnSharePerHour,
                spare,
                gain,
                growth,
                networkShare,
                departedGraceMs,
                retryMs,
                failureWeight,
                replacedWeight,
                replacedWithinMs,
                restWeight,
                restMs,
                promiseWeight,
                ownerWeight,
                batteryWeight,
                batteryFloorPercent,
                edgeLeaseMs);
    }

    @Override
    public List<Violation> validate() {
        return new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .within("healthMargin", healthMargin, 0, 0.2)
                .within("churnSharePerHour", churnSharePerHour, 0, 1)
                .within("urgentChurnSharePerHour", urgentChurnSharePerHour, churnSharePerHour, 10)
                .within("spareMembers", (long) spareMembers, 0L, 10L)
                .within("reserveGain", reserveGain, 0, 1)
                .within("growthShare", growthShare, 0, 10)
                .within("networkShare", networkShare, 0.01, 1)
                .within("departedGraceMs", departedGraceMs, 0L, 600_000L)
                .within("retryMs", retryMs, 1_000L, 600_000L)
                .within("failureWeight", failureWeight, 0, 1)
                .within("replacedWeight", replacedWeight, 0, 1)
                .within("replacedWithinMs", replacedWithinMs, 0L, 604_800_000L)
                .within("restWeight", restWeight, 0, 1)
                .within("restMs", restMs, 0L, 86_400_000L)
                .within("promiseWeight", promiseWeight, 0, 1)
                .within("ownerWeight", ownerWeight, 0, 1)
                .within("batteryWeight", batteryWeight, 0, 1)
                .within("batteryFloorPercent", (long) batteryFloorPercent, 0L, 100L)
                .within("edgeLeaseMs", edgeLeaseMs, 10_000L, 86_400_000L)
                .that(
                        scope.kind() == Scope.Kind.DEFAULT || scope.kind() == Scope.Kind.POOL,
                        "scope",
                        scope,
                        "default or pool:NAME",
                        "pools are curated as a whole: name one")
                .done();
    }
}
