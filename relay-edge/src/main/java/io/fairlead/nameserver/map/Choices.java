package io.fairlead.nameserver.map;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Groups that may serve a part of the network, and how it is shared among them. Equal ones are one object, so that neighbours with the same
 * choices become one prefix. Immutable.
 *
 * @param groups ids in order: those with a share first
 * @param shares of each, 1 in all
 */
record Choices(List<String> groups, List<Double> shares) {

    private static final Map<Choices, WeakReference<Choices>> KNOWN = new WeakHashMap<>();

    Choices {
        groups = List.copyOf(groups);
        shares = List.copyOf(shares);
    }

    /** The one object of these. */
    static Choices of(List<String> groups, List<Double> shares) {
        Choices fresh = new Choices(groups, shares);
        synchronized (KNOWN) {
            WeakReference<Choices> known = KNOWN.get(fresh);
            Choices same = known == null ? null : known.get();
            if (same == null) {
                KNOWN.put(fresh, new WeakReference<>(fresh));
                return fresh;
            }
            return same;
        }
    }

    /** Place in the order by a number in [0, 1), in proportion to the shares. */
    int byShare(double place) {
        double sum = 0;
        int last = 0;
        for (int i = 0; i < shares.size(); i++) {
            double share = shares.get(i);
            sum += share;
            if (place < sum) {
                return i;
            }
            last = share > 0 ? i : last;
        }
        return last; // shares are 1 but for their rounding
    }

    /** Different parts are told different groups. */
    boolean split() {
        return shares.get(0) < 1;
    }
}
