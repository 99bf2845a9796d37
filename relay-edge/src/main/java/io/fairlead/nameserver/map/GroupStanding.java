package io.fairlead.nameserver.map;

import io.fairlead.nameserver.server.GroupAddresses;
import io.fairlead.nameserver.zone.MappedName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a group is now. Immutable but for the addresses of each name, which are worked out when first asked for. Any thread.
 *
 * @param group as its operator says
 * @param usable it may be named; else reason says why not
 * @param loadShare what it carries by what it can, 0 and more; −1: not known
 * @param shedFromShare from this share on it is named in part only
 * @param priceMs of being served there
 * @param reason why it is not named, or in part only; empty: it is
 * @param downAddresses addresses that don't serve
 * @param heavyAddresses addresses that carry far more than the others
 * @param told addresses of each name
 */
record GroupStanding(
        Group group,
        boolean usable,
        double loadShare,
        double shedFromShare,
        double priceMs,
        String reason,
        Set<String> downAddresses,
        Set<String> heavyAddresses,
        ConcurrentHashMap<MappedName, GroupAddresses> told) {

    private static final int NAMES_MAX = 10_000;
    private static final double SAME_LOAD = 0.005;

    GroupStanding {
        downAddresses = Set.copyOf(downAddresses);
        heavyAddresses = Set.copyOf(heavyAddresses);
    }

    /** Share of askers that are sent on to the next group: from the shedding share to the whole capacity it rises from 0 to 1. */
    double shedShare() {
        return loadShare <= shedFromShare
                ? 0
                : Math.min(1, (loadShare - shedFromShare) / Math.max(1e-9, 1 - shedFromShare));
    }

    /**
     * Addresses to tell for a name: by rendezvous hashing, so that a name keeps its edges when others come and go (Thaler, Ravishankar 1998);
     * those that carry far more than the others come last (bounded loads, Mirrokni et al. 2017), those that don't serve are left out unless none does.
     */
    GroupAddresses addresses(MappedName name) {
        GroupAddresses known = told.get(name);
        if (known != null) {
            return known;
        }
        if (told.size() >= NAMES_MAX) {
            told.clear();
        }
        return told.computeIfAbsent(name, this::order);
    }

    private GroupAddresses order(MappedName name) {
        List<Group.Address> serving = new ArrayList<>(group.addresses());
        serving.removeIf(address -> downAddresses.contains(address.text()));
        List<Group.Address> ordered = new ArrayList<>(serving.isEmpty() ? group.addresses() : serving);
        ordered.sort(Comparator.<Group.Address, Boolean>comparing(address -> heavyAddresses.contains(address.text()))
                .thenComparing(
                        address -> Hashes.spread(name.hash() ^ address.text().hashCode())));
        return new GroupAddresses(
                group.id(), ordered.stream().map(Group.Address::bytes).toList());
    }

    /** The same but for what was worked out. */
    boolean sameAs(GroupStanding other) {
        return group.equals(other.group)
                && usable == other.usable
                && Math.abs(loadShare - other.loadShare) < SAME_LOAD
                && shedFromShare == other.shedFromShare
                && priceMs == other.priceMs
                && downAddresses.equals(other.downAddresses)
                && heavyAddresses.equals(other.heavyAddresses)
                && reason.equals(other.reason);
    }
}
