package io.fairlead.nameserver.tally;

import java.util.HashMap;
import java.util.Map;

/** What one resolver has asked since the last telling. For one thread at a time. */
final class ResolverCount {

    final boolean ipv6;
    final long high;
    final long low;
    long questions;
    long proven;
    long tcp;
    long challenges;
    long overcount;
    long otherSubnets;

    /** Questions by client subnet: its bits, with its length and family in the low byte. */
    final Map<Long, long[]> subnets = new HashMap<>(4);

    ResolverCount(boolean ipv6, long high, long low) {
        this.ipv6 = ipv6;
        this.high = high;
        this.low = low;
    }

    /** Whether its place is taken rather than the other one's. */
    boolean givesWayBefore(ResolverCount other) {
        return proven > 0 == other.proven > 0 ? questions < other.questions : proven == 0;
    }

    /** @param subnet 0: none was told */
    void count(long subnet, boolean isProven, boolean overTcp, int maxSubnets) {
        questions++;
        proven += isProven ? 1 : 0;
        tcp += overTcp ? 1 : 0;
        if (subnet != 0) {
            subnet(subnet, 1, maxSubnets);
        }
    }

    private void subnet(long subnet, long count, int maxSubnets) {
        long[] known = subnets.get(subnet);
        if (known != null) {
            known[0] += count;
        } else if (subnets.size() < maxSubnets) {
            subnets.put(subnet, new long[] {count});
        } else {
            otherSubnets += count;
        }
    }

    /** Adds what another event loop has counted of the same resolver. */
    void add(ResolverCount other, int maxSubnets) {
        questions += other.questions;
        proven += other.proven;
        tcp += other.tcp;
        challenges += other.challenges;
        overcount += other.overcount;
        otherSubnets += other.otherSubnets;
        other.subnets.forEach((subnet, count) -> subnet(subnet, count[0], maxSubnets));
    }
}
