package io.fairlead.proxy.pick;

import java.util.List;

/**
 * Of one thread's pick: which domains that exits are kept for its target is under, and which pool asks. Used again, so that a pick allocates nothing.
 *
 * <p>Exits may be kept for a further domain while the pick is under way. Whoever has read an exit's terms, or the stamp of these, and asks afterwards, hears
 * of all domains in them.
 */
final class AskedDomains {

    private final TargetDomains known;
    private final TargetDomain[] domains = new TargetDomain[TargetDomains.MOST_ABOVE];
    private int size;
    private int version;
    private String host = "";
    private String pool = "";

    AskedDomains(TargetDomains known) {
        this.known = known;
    }

    /** @param askedFor pool that the request is for, or as whose it counts */
    void of(String target, String askedFor) {
        host = target;
        pool = askedFor;
        look();
    }

    private void look() {
        version = known.version();
        size = known.any() && !host.isEmpty() ? known.above(host, domains) : 0;
    }

    /** No exit is kept for such a target. */
    boolean isEmpty() {
        if (version != known.version()) {
            look();
        }
        return size == 0;
    }

    /** Whether terms keep an exit for another pool. */
    boolean areKept(Terms terms) {
        List<Terms.Kept> kept = terms.kept();
        if (kept.isEmpty() || isEmpty()) {
            return false;
        }
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
