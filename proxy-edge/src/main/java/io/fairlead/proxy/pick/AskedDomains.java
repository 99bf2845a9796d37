package io.fairlead.proxy.pick;

import java.util.List;

/**
 * Of one thread's pick: which domains that exits are kept for its target is under, and which pool asks. Used again, so that a pick allocates nothing.
 */
final class AskedDomains {

    private final TargetDomain[] domains = new TargetDomain[TargetDomains.MOST_ABOVE];
    private int size;
    private String pool = "";

    /** @param askedFor pool that the request is for, or as whose it counts */
    void of(String host, String askedFor, TargetDomains known) {
        pool = askedFor;
        size = known.any() && !host.isEmpty() ? known.above(host, domains) : 0;
    }

    /** No exit is kept for such a target. */
    boolean isEmpty() {
        return size == 0;
    }

    /** Whether terms keep an exit for another pool. */
    boolean areKept(Terms terms) {
        List<Terms.Kept> kept = terms.kept();
        for (int i = 0; i < kept.size(); i++) {
            Terms.Kept each = kept.get(i);
            for (int j = 0; j < size; j++) {
                if (domains[j] == each.domain() && !each.pool().equals(pool)) {
                    return true;
                }
            }
        }
        return false;
    }
}
