package io.fairlead.nameserver.map;

import io.fairlead.nameserver.server.GroupAddresses;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.telemetry.EdgeReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether groups can be named, from four sides: the operator's bar, the map job's word, the reports of the edges behind the addresses, and probes
 * from here. An address that is probed is as its probe says; else it is down when its edge, once heard, has been silent for
 * {@link MapSettings#silenceMs} or says that it drains. A group is out when all its addresses are.
 *
 * <p>When more than half of those that are judged by silence, or by probes, would be out at once, the fault is taken to be on this side (Kafka, this
 * machine's network) and all stay as they were: the map freezes, and is not emptied.
 *
 * <p>Told from any thread; {@link #standings} is for one.
 */
final class GroupHealth {

    private static final double HEAVY = 1.25;

    private final MapSettings settings;
    private final LongSupplier nanoClock;
    private final Map<String, Group> groups = new ConcurrentHashMap<>();
    private final Map<String, GroupPrice> prices = new ConcurrentHashMap<>();
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final Map<String, Boolean> probes = new ConcurrentHashMap<>();
    private final Set<String> silentBefore = new HashSet<>();
    private final Set<String> failingBefore = new HashSet<>();
    private volatile boolean frozen;

    /** What an edge said last, and when. */
    private record Heard(long atNanos, String groupId, double bitsPerSecond, boolean draining) {}

    GroupHealth(MapSettings settings, LongSupplier nanoClock) {
        this.settings = settings;
        this.nanoClock = nanoClock;
    }

    void put(Group group) {
        groups.put(group.id(), group);
    }

    void remove(String groupId) {
        groups.remove(groupId);
    }

    void price(GroupPrice price) {
        prices.put(price.getGroupId(), price);
    }

    void noPrice(String groupId) {
        prices.remove(groupId);
    }

    /** An edge has reported. Edges that serve no viewers are not kept, nor more than {@link MapSettings#maxEdges}. */
    void heard(EdgeReport report) {
        String edge = report.getHeader().getEdgeId();
        if (report.getGroupId().isEmpty() && !heard.containsKey(edge) && !servesViewers(edge)) {
            return;
        }
        if (heard.size() >= settings.maxEdges() && !heard.containsKey(edge)) {
            return;
        }
        heard.put(
                edge,
                new Heard(
                        nanoClock.getAsLong(),
                        report.getGroupId(),
                        report.getDeliveredBitsPerSecond(),
                        report.getDraining()));
    }

    private boolean servesViewers(String edge) {
        return groups.values().stream().anyMatch(group -> group.addresses().stream()
                .anyMatch(address -> address.edgeId().equals(edge)));
    }

    /** A probe of an address of a group has ended often enough the same way. */
    void probed(String groupId, String address, boolean up) {
        probes.put(groupId + " " + address, up);
    }

    /** Groups as their operators say. */
    List<Group> all() {
        return List.copyOf(groups.values());
    }

    /** Too many would be out at once: all stay as they were. */
    boolean frozen() {
        return frozen;
    }

    /** How all groups are now, by id. */
    Map<String, GroupStanding> standings(boolean jobHeard) {
        long nowNanos = nanoClock.getAsLong();
        boolean held = judge(silentBefore, silent(nowNanos), reporting());
        held |= judge(failingBefore, failing(), probed());
        frozen = held;
        Map<String, GroupStanding> standings = new HashMap<>();
        Map<String, Double> loads = loads();
        groups.values().forEach(group -> standings.put(group.id(), standing(group, loads, jobHeard)));
        return standings;
    }

    /** Takes what is out now, unless that is more than half. Whether it stays as it was. */
    private static boolean judge(Set<String> before, Set<String> now, int of) {
        if (now.size() * 2 > of && !before.containsAll(now)) {
            return true;
        }
        before.clear();
        before.addAll(now);
        return false;
    }

    private int reporting() {
        return (int) groups.values().stream()
                .flatMap(group -> group.addresses().stream())
                .filter(address -> heard.containsKey(address.edgeId()))
                .count();
    }

    private Set<String> silent(long nowNanos) {
        Set<String> silent = new HashSet<>();
        for (Group group : groups.values()) {
            for (Group.Address address : group.addresses()) {
                Heard last = heard.get(address.edgeId());
                if (last != null && nowNanos - last.atNanos() > TimeUnit.MILLISECONDS.toNanos(settings.silenceMs())) {
                    silent.add(group.id() + " " + address.text());
                }
            }
        }
        return silent;
    }

    private int probed() {
        return (int) groups.values().stream()
                .filter(group -> group.probePort() > 0)
                .flatMap(group -> group.addresses().stream().map(address -> group.id() + " " + address.text()))
                .filter(probes::containsKey)
                .count();
    }

    private Set<String> failing() {
        Set<String> failing = new HashSet<>();
        for (Group group : groups.values()) {
            for (Group.Address address : group.addresses()) {
                String key = group.id() + " " + address.text();
                if (group.probePort() > 0 && Boolean.FALSE.equals(probes.get(key))) {
                    failing.add(key);
                }
            }
        }
        return failing;
    }

    /** What each group carries, by its edges that are not silent, bit/s. */
    private Map<String, Double> loads() {
        Map<String, String> groupOf = new HashMap<>();
        groups.values()
                .forEach(group -> group.addresses().forEach(address -> groupOf.put(address.edgeId(), group.id())));
        Map<String, Double> loads = new HashMap<>();
        heard.forEach((edge, last) -> {
            String group = last.groupId().isEmpty() ? groupOf.get(edge) : last.groupId();
            if (group != null && last.bitsPerSecond() >= 0) {
                loads.merge(group, last.bitsPerSecond(), Double::sum);
            }
        });
        return loads;
    }

    private GroupStanding standing(Group group, Map<String, Double> loads, boolean jobHeard) {
        Map<String, String> down = new TreeMap<>();
        for (Group.Address address : group.addresses()) {
            String why = downBecause(group, address);
            if (why != null) {
                down.put(address.text(), why);
            }
        }
        GroupPrice price = jobHeard ? prices.get(group.id()) : null;
        Double carried = loads.get(group.id());
        double load = carried == null ? -1 : carried / group.capacityBitsPerSecond();
        double shedFrom = price == null ? settings.shedFromShare() : price.getShedFromShare();
        String out = outBecause(group, down, price, load);
        String reason = out;
        if (out.isEmpty() && load > shedFrom) {
            reason = "it carries " + percent(load) + " of what it can and sheds from " + percent(shedFrom) + " on";
        }
        GroupPrice lastPrice = prices.get(group.id());
        return new GroupStanding(
                group,
                out.isEmpty(),
                load,
                shedFrom,
                lastPrice == null ? 0 : lastPrice.getPriceMs(),
                reason,
                down.keySet(),
                heavy(group),
                new ConcurrentHashMap<>());
    }

    private static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    private static String outBecause(Group group, Map<String, String> down, @Nullable GroupPrice price, double load) {
        if (group.barred()) {
            return "its operator has taken it out";
        }
        if (down.size() == group.addresses().size()) {
            return down.values().iterator().next();
        }
        if (load >= 1) {
            return "it carries " + percent(load) + " of what it can";
        }
        if (price == null) {
            return "";
        }
        return switch (price.getState()) {
            case DOWN, FULL, BARRED -> "the map job says " + price.getState() + ": " + price.getReason();
            case UP, SHEDDING, UNKNOWN -> "";
        };
    }

    private @Nullable String downBecause(Group group, Group.Address address) {
        String key = group.id() + " " + address.text();
        Heard last = heard.get(address.edgeId());
        if (last != null && last.draining()) {
            return address.edgeId() + " drains";
        }
        if (group.probePort() > 0 && probes.containsKey(key)) {
            return failingBefore.contains(key)
                    ? address.text() + " does not answer on port " + group.probePort()
                    : null;
        }
        return silentBefore.contains(key)
                ? address.edgeId() + " has not reported for " + settings.silenceMs() + " ms"
                : null;
    }

    /** Addresses whose edge carries more than 1.25 times the mean of the group. */
    private Set<String> heavy(Group group) {
        List<Group.Address> known = new ArrayList<>();
        double sum = 0;
        for (Group.Address address : group.addresses()) {
            Heard last = heard.get(address.edgeId());
            if (last != null && last.bitsPerSecond() >= 0) {
                known.add(address);
                sum += last.bitsPerSecond();
            }
        }
        double bound = HEAVY * sum / Math.max(1, known.size());
        Set<String> heavy = new HashSet<>();
        for (Group.Address address : known) {
            Heard last = heard.get(address.edgeId());
            if (last != null && last.bitsPerSecond() > bound && known.size() > GroupAddresses.TOLD) {
                heavy.add(address.text());
            }
        }
        return heavy;
    }

    /** The order for whom nothing is known. */
    static List<GroupStanding> byRank(Map<String, GroupStanding> standings) {
        return standings.values().stream()
                .sorted(Comparator.<GroupStanding>comparingInt(
                                one -> one.group().defaultRank() == 0
                                        ? Integer.MAX_VALUE
                                        : one.group().defaultRank())
                        .thenComparing(one -> one.group().id()))
                .toList();
    }
}
