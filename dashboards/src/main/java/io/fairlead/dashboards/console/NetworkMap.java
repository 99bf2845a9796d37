package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.MapHistory;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.decisions.MapRegret;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.PopularityVerdict;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers what is asked of the network map, from the live topics and from history. Thread-safe. */
final class NetworkMap {

    /** Prefixes that a page lists, those with the most demand first. */
    static final int LISTED_MAX = 60;

    private static final long OVERVIEW_AGE_MS = 1_000;

    private final MapBook book;
    private final History history;
    private final InstantSource clock;
    private volatile @Nullable Overview newest;

    /**
     * The map now.
     *
     * @param state null: no map was told yet
     * @param displaced demand that another group than its nearest serves, by both, the most first
     * @param prefixes kept here
     * @param left records of prefixes and resolvers over the console's limit, which are in none of these figures
     */
    record Overview(
            long atMs,
            @Nullable State state,
            List<Group> groups,
            List<Verdict> verdicts,
            List<Displaced> displaced,
            long prefixes,
            long left) {}

    /** See {@link MapState}. */
    record State(
            long mapEpoch,
            long issuedAtMs,
            long policyVersion,
            long entries,
            double demandBitsPerSecond,
            double meanCostMs,
            double boundMs,
            double capacityFactor,
            double movedShare,
            String rollOut,
            int stage,
            double rolledShare,
            long stageSinceMs,
            double controlShare,
            MapRegretRow rolled,
            MapRegretRow control,
            MapRegretRow served,
            boolean frozen,
            String reason,
            List<Coverage> coverage) {}

    /** See {@link MapRegret}. */
    record MapRegretRow(long samples, double meanMs, double errorMs, double p95Ms) {
        static MapRegretRow of(MapRegret told) {
            return new MapRegretRow(told.getSamples(), told.getMeanMs(), told.getErrorMs(), told.getP95Ms());
        }
    }

    /** Prefixes whose main group is known from that evidence, and their share of demand. */
    record Coverage(String evidence, long prefixes, double demandShare) {}

    /** Resolvers of which that is said. */
    record Verdict(String verdict, long resolvers) {}

    /**
     * A delivery group.
     *
     * @param latitudeDegrees null: not declared
     * @param state UNKNOWN: no map was made with it yet
     * @param loadBitsPerSecond −1: none of its edges reports
     * @param prefixes that it serves most of
     * @param demandBitsPerSecond of all prefixes, its share
     * @param nearestBitsPerSecond of all prefixes that it is the nearest group of
     */
    record Group(
            String id,
            String country,
            String city,
            @Nullable Double latitudeDegrees,
            @Nullable Double longitudeDegrees,
            boolean defined,
            boolean barred,
            int addresses,
            List<String> nameServers,
            String state,
            String reason,
            double priceMs,
            double capacityBitsPerSecond,
            double plannedBitsPerSecond,
            double loadBitsPerSecond,
            double shedFromShare,
            long prefixes,
            double demandBitsPerSecond,
            double nearestBitsPerSecond) {}

    record Displaced(String nearest, String serving, double demandBitsPerSecond) {}

    /** @param listed the first of these; found: how many there are */
    record Prefixes(long found, List<Row> listed) {}

    /** One prefix. */
    record Row(
            String prefix,
            double demandBitsPerSecond,
            String evidence,
            String cohort,
            long issuedAtMs,
            long evidenceAtMs,
            double regretMs,
            List<Choice> choices) {}

    /** @param priceMs of the group now, on top of what it costs */
    record Choice(
            String group,
            double share,
            double costMs,
            double errorMs,
            String evidence,
            double priceMs,
            String state,
            String reason) {}

    /**
     * Who serves an asker, and why.
     *
     * @param entry null: nobody is named for it
     * @param around wider prefixes that hold it, the narrowest first
     * @param preference null: nothing is known of that resolver
     * @param changes of its entry, newest first; null: history did not answer
     */
    record Explanation(
            String asker,
            @Nullable Row entry,
            List<Row> around,
            MapBook.@Nullable Preference preference,
            @Nullable List<MapHistory.Change> changes,
            @Nullable String problem) {}

    /** What maps were. */
    record Past(
            @Nullable List<MapHistory.Epoch> epochs,
            @Nullable List<MapHistory.Price> prices,
            @Nullable String problem) {}

    NetworkMap(MapBook book, History history, InstantSource clock) {
        this.book = book;
        this.history = history;
        this.clock = clock;
    }

    /** At most a second old: pages ask every two seconds, and all prefixes are looked at. */
    Overview overview() {
        Overview known = newest;
        long nowMs = clock.millis();
        if (known != null && nowMs - known.atMs() < OVERVIEW_AGE_MS && nowMs >= known.atMs()) {
            return known;
        }
        Overview made = overview(nowMs);
        newest = made;
        return made;
    }

    private Overview overview(long nowMs) {
        Map<String, double[]> byGroup = new HashMap<>(); // prefixes, demand, demand that is nearest to it
        Map<List<String>, Double> displaced = new HashMap<>();
        for (MapBook.Entry entry : book.entries()) {
            String nearest = entry.nearest().group();
            of(byGroup, entry.main().group())[0]++;
            of(byGroup, nearest)[2] += entry.demandBitsPerSecond();
            for (MapBook.Choice choice : entry.choices()) {
                double demand = choice.share() * entry.demandBitsPerSecond();
                of(byGroup, choice.group())[1] += demand;
                if (demand > 0 && !choice.group().equals(nearest)) {
                    displaced.merge(List.of(nearest, choice.group()), demand, Double::sum);
                }
            }
        }
        Map<PopularityVerdict, Long> verdicts = new EnumMap<>(PopularityVerdict.class);
        book.preferences().forEach(each -> verdicts.merge(each.verdict(), 1L, Long::sum));
        return new Overview(
                nowMs,
                book.state().map(NetworkMap::state).orElse(null),
                groups(byGroup),
                verdicts.entrySet().stream()
                        .map(each -> new Verdict(each.getKey().name(), each.getValue()))
                        .toList(),
                displaced.entrySet().stream()
                        .map(each -> new Displaced(
                                each.getKey().get(0), each.getKey().get(1), each.getValue()))
                        .sorted(Comparator.comparingDouble(Displaced::demandBitsPerSecond)
                                .reversed())
                        .toList(),
                book.entries().size(),
                book.left());
    }

    private static double[] of(Map<String, double[]> byGroup, String group) {
        return byGroup.computeIfAbsent(group, each -> new double[3]);
    }

    private static State state(MapState told) {
        return new State(
                told.getMapEpoch(),
                told.getIssuedAtMs(),
                told.getPolicyVersion(),
                told.getEntries(),
                told.getDemandBitsPerSecond(),
                told.getMeanCostMs(),
                told.getBoundMs(),
                told.getCapacityFactor(),
                told.getMovedShare(),
                told.getRollOut().name(),
                told.getStage(),
                told.getRolledShare(),
                told.getStageSinceMs(),
                told.getControlShare(),
                MapRegretRow.of(told.getRolled()),
                MapRegretRow.of(told.getControl()),
                MapRegretRow.of(told.getServed()),
                told.getFrozen(),
                told.getReason(),
                told.getCoverage().stream()
                        .map(each -> new Coverage(each.getEvidence().name(), each.getPrefixes(), each.getDemandShare()))
                        .toList());
    }

    private List<Group> groups(Map<String, double[]> byGroup) {
        List<Group> rows = new ArrayList<>();
        Set<String> defined = new HashSet<>();
        for (DeliveryGroup group : book.groups()) {
            defined.add(group.getGroupId());
            rows.add(group(group.getGroupId(), group, of(byGroup, group.getGroupId())));
        }
        byGroup.forEach((id, sums) -> {
            if (!defined.contains(id)) { // deleted, and still in entries
                rows.add(group(id, null, sums));
            }
        });
        rows.sort(Comparator.comparing(Group::id));
        return rows;
    }

    private Group group(String id, @Nullable DeliveryGroup defined, double[] sums) {
        GroupPrice price = book.price(id).orElse(null);
        return new Group(
                id,
                defined == null ? "" : defined.getCountry(),
                defined == null ? "" : defined.getCity(),
                defined == null ? null : declared(defined.getLatitudeDegrees(), 90),
                defined == null ? null : declared(defined.getLongitudeDegrees(), 180),
                defined != null,
                defined != null && defined.getBarred(),
                defined == null ? 0 : defined.getAddresses().size(),
                defined == null ? List.of() : defined.getNameServers(),
                price == null ? "UNKNOWN" : price.getState().name(),
                price == null ? "" : price.getReason(),
                price == null ? 0 : price.getPriceMs(),
                defined == null ? 0 : defined.getCapacityBitsPerSecond(),
                price == null ? 0 : price.getPlannedBitsPerSecond(),
                price == null ? -1 : price.getLoadBitsPerSecond(),
                price == null ? 1 : price.getShedFromShare(),
                (long) sums[0],
                sums[1],
                sums[2]);
    }

    private static @Nullable Double declared(double degrees, double most) {
        return Math.abs(degrees) <= most ? degrees : null;
    }

    /**
     * Prefixes, those with the most demand first.
     *
     * @param group that serves them, or part of them; empty: any
     * @param evidence that the group which serves most is known from; empty: any
     */
    Prefixes prefixes(String group, String evidence) {
        List<MapBook.Entry> found = new ArrayList<>();
        for (MapBook.Entry entry : book.entries()) {
            boolean its = group.isEmpty()
                    || entry.choices().stream()
                            .anyMatch(each -> each.share() > 0 && each.group().equals(group));
            if (its && (evidence.isEmpty() || entry.main().evidence().name().equals(evidence))) {
                found.add(entry);
            }
        }
        found.sort(Comparator.comparingDouble(MapBook.Entry::demandBitsPerSecond)
                .reversed()
                .thenComparing(entry -> entry.prefix().ipv6())
                .thenComparing(entry -> entry.prefix().address(), Long::compareUnsigned)
                .thenComparing(entry -> entry.prefix().length()));
        return new Prefixes(
                found.size(), found.stream().limit(LISTED_MAX).map(this::row).toList());
    }

    /** Whether it is a class of evidence. */
    static boolean isEvidence(String text) {
        for (MapEvidence each : MapEvidence.values()) {
            if (each.name().equals(text)) {
                return true;
            }
        }
        return false;
    }

    private Row row(MapBook.Entry entry) {
        double costMs = 0;
        for (MapBook.Choice choice : entry.choices()) {
            costMs += choice.share() * choice.costMs();
        }
        return new Row(
                entry.prefix().toString(),
                entry.demandBitsPerSecond(),
                entry.main().evidence().name(),
                entry.cohort().name(),
                entry.issuedAtMs(),
                entry.evidenceAtMs(),
                Math.max(0, costMs - entry.nearest().costMs()),
                entry.choices().stream().map(this::choice).toList());
    }

    private Choice choice(MapBook.Choice choice) {
        GroupPrice price = book.price(choice.group()).orElse(null);
        return new Choice(
                choice.group(),
                choice.share(),
                choice.costMs(),
                choice.errorMs(),
                choice.evidence().name(),
                price == null ? 0 : price.getPriceMs(),
                price == null ? "UNKNOWN" : price.getState().name(),
                price == null ? "" : price.getReason());
    }

    /**
     * Who serves an asker, and why.
     *
     * @param asker address of a resolver, or a client's subnet
     * @param hours of history
     * @throws IllegalArgumentException with a sentence, if it is neither
     */
    Explanation explain(String asker, long hours) {
        AddressPrefix prefix = AddressPrefix.parse(asker);
        MapBook.Entry entry = book.covering(prefix).orElse(null);
        List<Row> around = new ArrayList<>();
        for (MapBook.Entry each = entry; each != null && each.prefix().length() > 0; ) {
            each = book.covering(each.prefix().widened(each.prefix().length() - 1))
                    .orElse(null);
            if (each != null) {
                around.add(row(each));
            }
        }
        Explanation now = new Explanation(
                asker,
                entry == null ? null : row(entry),
                around,
                book.preference(prefix).orElse(null),
                null,
                null);
        if (entry == null) {
            return now;
        }
        long fromMs = clock.millis() - hours * 3_600_000;
        try {
            List<MapHistory.Change> changes =
                    history.ofMap(map -> map.changes(entry.prefix().toString(), fromMs));
            return new Explanation(asker, now.entry(), around, now.preference(), changes, null);
        } catch (History.UnansweredException said) {
            return new Explanation(asker, now.entry(), around, now.preference(), null, said.getMessage());
        }
    }

    /** Maps, and what groups cost, of so many hours. */
    Past past(long hours) {
        long fromMs = clock.millis() - hours * 3_600_000;
        int step = hours <= 1 ? 5 : hours <= 24 ? 60 : 600;
        try {
            return history.ofMap(map -> new Past(map.epochs(fromMs), map.prices(fromMs, step), null));
        } catch (History.UnansweredException said) {
            return new Past(null, null, said.getMessage());
        }
    }
}
