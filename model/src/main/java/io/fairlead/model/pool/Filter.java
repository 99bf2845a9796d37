package io.fairlead.model.pool;

import java.util.Set;

/** What a definition asks of an exit, when some of it is done without. */
final class Filter {

    private final PoolDefinition pool;
    private final Set<Requirement> required;

    Filter(PoolDefinition pool, int relaxed) {
        this.pool = pool;
        required = pool.required(relaxed);
    }

    /** Whether it is what is asked for, and good enough for a new member. */
    boolean admits(Candidate exit) {
        return fits(exit.profile)
                && (!required.contains(Requirement.QUALITY) || exit.quality(pool) >= pool.minQuality());
    }

    /** Whether it is what is asked for, however good. */
    boolean fits(ExitProfile exit) {
        return fitsWidely(exit)
                && meets(
                        Requirement.REGION,
                        pool.regions().isEmpty() || pool.regions().contains(exit.region()))
                && meets(
                        Requirement.CITY,
                        pool.cities().isEmpty() || pool.cities().contains(exit.city()))
                && meets(Requirement.ASN, pool.asns().isEmpty() || pool.asns().contains(exit.asn()));
    }

    /** Type and country alone. */
    boolean fitsWidely(ExitProfile exit) {
        return meets(Requirement.TYPE, pool.types().isEmpty() || pool.types().contains(exit.type()))
                && meets(
                        Requirement.COUNTRY,
                        pool.countries().isEmpty() || pool.countries().contains(exit.country()));
    }

    private boolean meets(Requirement requirement, boolean met) {
        return met || !required.contains(requirement);
    }
}
