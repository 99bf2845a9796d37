package io.fairlead.proxy.pick;

import io.fairlead.schemas.config.PoolDefinition;

/**
 * What an edge knows of a curated pool beside its members.
 *
 * @param definition what is asked of it
 * @param sibling pool that lends to it; empty: none, or one that may not
 * @param lentInFull also what the sibling has for itself, since both are for the same tenant
 * @param weakThousandths quality under which a member is weak: it brings the pool's health under its minimum; thousandths of a point
 */
record Outlook(PoolDefinition definition, String sibling, boolean lentInFull, int weakThousandths) {

    private static final double POINTS = 100;

    static Outlook of(PoolDefinition definition, String sibling, boolean lentInFull) {
        return new Outlook(definition, sibling, lentInFull, Entry.thousandths(POINTS * definition.getMinHealth()));
    }
}
