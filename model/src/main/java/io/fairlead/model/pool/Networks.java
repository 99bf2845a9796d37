package io.fairlead.model.pool;

import java.util.HashMap;
import java.util.Map;

/** How many members of a pool each autonomous system has, for one look. Of exits whose network is not known nothing is held against any. */
final class Networks {

    private final PoolBook book;
    private int most;
    private final Map<Long, Integer> members = new HashMap<>();
    private boolean counted;
    private boolean isOff;

    /** @param share of the wanted members */
    Networks(PoolBook book, double share) {
        this.book = book;
        most = (int) Math.max(1, Math.floor(share * book.definition.wantedMembers()));
        isOff = share >= 1 || book.definition.asns().size() == 1;
    }

    /** Whether its network has less than its share. */
    boolean hasRoom(Candidate exit) {
        if (isOff) {
            return true;
        }
        if (!counted) {
            counted = true;
            book.members
                    .values()
                    .forEach(member -> members.merge(member.exit().profile.asn(), 1, Integer::sum));
        }
        return exit.profile.asn() == 0 || members.getOrDefault(exit.profile.asn(), 0) < most;
    }

    void joined(Candidate exit) {
        if (counted) {
            members.merge(exit.profile.asn(), 1, Integer::sum);
        }
    }

    void left(Candidate exit) {
        if (counted) {
            members.merge(exit.profile.asn(), -1, Integer::sum);
        }
    }

    /** Nobody as good is in others: each may have twice as many, for this look. */
    void widen() {
        most *= 2;
        isOff |= most >= book.members.size() + 1;
    }
}
