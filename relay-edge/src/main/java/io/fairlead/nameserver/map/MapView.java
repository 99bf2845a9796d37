package io.fairlead.nameserver.map;

import io.fairlead.model.map.PrefixTable;
import io.fairlead.nameserver.server.Steered;
import io.fairlead.nameserver.zone.MappedName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The map and the groups of one moment. Immutable; read by any thread.
 *
 * <p>A group is chosen in four steps. By its share, from a hash of the asker's network, so that a network is told the same until
 * the map changes. Then the next in order, if that one can't be used or sheds this network; of the entry, then of all. If all shed: the first that can
 * be used. If none can be used at all: the first that is not barred, for an answer that may be wrong is better than none.
 *
 * @param choices by the answers of the tables
 * @param byRank groups in the order for whom nothing is known
 * @param groups by id
 */
record MapView(
        PrefixTable ipv4,
        PrefixTable ipv6,
        List<Choices> choices,
        List<GroupStanding> byRank,
        Map<String, GroupStanding> groups) {

    private static final int IPV4_NETWORK_BITS = 24;
    private static final int IPV6_NETWORK_BITS = 48;
    private static final long SHEDDING = 0x5DEECE66DL;

    /** Knows of nothing. */
    static final MapView EMPTY =
            new MapView(PrefixTable.of(32, List.of()), PrefixTable.of(64, List.of()), List.of(), List.of(), Map.of());

    MapView {
        choices = List.copyOf(choices);
        byRank = List.copyOf(byRank);
        groups = Map.copyOf(groups);
    }

    MapView withGroups(List<GroupStanding> others, Map<String, GroupStanding> byId) {
        return new MapView(ipv4, ipv6, choices, others, byId);
    }

    @Nullable
    Steered steer(MappedName name, boolean isIpv6, long address, int bits) {
        PrefixTable.Match match = (isIpv6 ? ipv6 : ipv4).find(address);
        int networkBits = isIpv6 ? IPV6_NETWORK_BITS : IPV4_NETWORK_BITS;
        Choices entry = match.answer() == PrefixTable.NONE ? null : choices.get(match.answer());
        Chosen chosen = choose(entry, network(isIpv6, address));
        if (chosen == null) {
            return null;
        }
        int scope = chosen.byNetwork() ? Math.max(match.scope(), networkBits) : match.scope();
        return new Steered(chosen.group().addresses(name), scope);
    }

    /** Any group that can be used, by a hash; if none can, the least bad. Null: there is none at all. */
    @Nullable
    Steered anywhere(MappedName name, long hash) {
        List<GroupStanding> usable =
                byRank.stream().filter(GroupStanding::usable).toList();
        GroupStanding chosen =
                usable.isEmpty() ? leastBad(null) : usable.get((int) (Hashes.share(hash) * usable.size()));
        return chosen == null ? null : new Steered(chosen.addresses(name), 0);
    }

    /** What is told the same whatever its last bits are. */
    static long network(boolean isIpv6, long address) {
        return address & -1L << (Long.SIZE - (isIpv6 ? IPV6_NETWORK_BITS : IPV4_NETWORK_BITS));
    }

    /**
     * What was chosen.
     *
     * @param byNetwork other networks in the same prefix may be told another: it is split, or a group sheds
     */
    record Chosen(GroupStanding group, boolean byNetwork) {}

    @Nullable
    Chosen choose(@Nullable Choices entry, long network) {
        boolean byNetwork = false;
        if (entry != null) {
            int first = entry.byShare(Hashes.share(network));
            byNetwork = entry.split();
            for (int i = 0; i < entry.size(); i++) {
                GroupStanding group = groups.get(entry.group(inOrder(i, first)));
                if (group != null && group.usable()) {
                    byNetwork |= group.shedShare() > 0;
                    if (!sheds(group, network)) {
                        return new Chosen(group, byNetwork);
                    }
                }
            }
        }
        for (GroupStanding group : byRank) {
            if (group.usable()) {
                byNetwork |= group.shedShare() > 0;
                if (!sheds(group, network)) {
                    return new Chosen(group, byNetwork);
                }
            }
        }
        GroupStanding last = leastBad(entry);
        return last == null ? null : new Chosen(last, byNetwork);
    }

    /** The first, then all others in their order. */
    private static int inOrder(int i, int first) {
        if (i == 0) {
            return first;
        }
        return i <= first ? i - 1 : i;
    }

    private static boolean sheds(GroupStanding group, long network) {
        double share = group.shedShare();
        return share > 0 && Hashes.share(network ^ SHEDDING) < share;
    }

    private @Nullable GroupStanding leastBad(@Nullable Choices entry) {
        List<GroupStanding> order = new ArrayList<>();
        if (entry != null) {
            for (int i = 0; i < entry.size(); i++) {
                GroupStanding group = groups.get(entry.group(i));
                if (group != null) {
                    order.add(group);
                }
            }
        }
        order.addAll(byRank);
        GroupStanding usable = null;
        GroupStanding any = null;
        for (GroupStanding group : order) {
            if (usable == null && group.usable()) {
                usable = group;
            }
            if (any == null && !group.group().barred()) {
                any = group;
            }
        }
        return usable == null ? any : usable;
    }
}
