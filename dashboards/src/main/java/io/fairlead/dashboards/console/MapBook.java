package io.fairlead.dashboards.console;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.PopularityVerdict;
import io.fairlead.schemas.decisions.ResolverPopularity;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The newest of the network map: groups, their prices, who serves whom, what resolvers prefer. One thread writes, any thread reads. Bounded: prefixes and
 * resolvers by the setting (about 400 bytes each), groups to {@value #GROUPS_MAX}; what is over is counted.
 */
final class MapBook {

    static final int GROUPS_MAX = 1_000;

    private final int prefixesMax;
    private final Map<String, DeliveryGroup> groups = new ConcurrentSkipListMap<>();
    private final Map<String, GroupPrice> prices = new ConcurrentSkipListMap<>();
    private final Map<AddressPrefix, Entry> entries = new ConcurrentHashMap<>();
    private final Map<AddressPrefix, Preference> preferences = new ConcurrentHashMap<>();
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private final LongAdder left = new LongAdder();
    private volatile @Nullable MapState state;

    /** A group that may serve a prefix; costs in ms of round trip, see {@link GroupChoice}. */
    record Choice(String group, float share, float costMs, float errorMs, MapEvidence evidence) {}

    /** Who serves a prefix, see {@link MapEntry}. */
    record Entry(
            AddressPrefix prefix,
            long jobEpoch,
            long counter,
            long issuedAtMs,
            long mapEpoch,
            long evidenceAtMs,
            double demandBitsPerSecond,
            MapCohort cohort,
            List<Choice> choices) {

        /** The group that gets most of it. */
        Choice main() {
            return choices.get(0);
        }

        /** The group that it would cost least to be served by. */
        Choice nearest() {
            Choice nearest = choices.get(0);
            for (Choice each : choices) {
                nearest = each.costMs() < nearest.costMs() ? each : nearest;
            }
            return nearest;
        }
    }

    /** A name server's part of a resolver's questions. Round trips in ms; −1: not measured, not known. */
    record Share(String nameServer, String group, float share, float rttMs, float calibratedMs) {}

    /** What a resolver prefers, see {@link ResolverPopularity}. */
    record Preference(
            long jobEpoch,
            long counter,
            long issuedAtMs,
            PopularityVerdict verdict,
            String preferred,
            String group,
            double questions,
            double threshold,
            String reason,
            List<Share> shares) {}

    MapBook(int prefixesMax) {
        this.prefixesMax = prefixesMax;
    }

    void apply(DeliveryGroup group) {
        if (groups.size() < GROUPS_MAX || groups.containsKey(group.getGroupId())) {
            groups.put(group.getGroupId(), group);
        }
    }

    void apply(GroupPrice told) {
        GroupPrice held = prices.get(told.getGroupId());
        if ((held == null && prices.size() < GROUPS_MAX)
                || (held != null
                        && isNewer(
                                told.getVersion(),
                                held.getVersion().getJobEpoch(),
                                held.getVersion().getCounter()))) {
            prices.put(told.getGroupId(), told);
        }
    }

    void apply(MapState told) {
        MapState held = state;
        if (held == null
                || isNewer(
                        told.getVersion(),
                        held.getVersion().getJobEpoch(),
                        held.getVersion().getCounter())) {
            state = told;
        }
    }

    /** @throws IllegalArgumentException if its prefix is none */
    void apply(MapEntry told) {
        AddressPrefix prefix = AddressPrefix.parse(told.getPrefix());
        Entry held = entries.get(prefix);
        if (told.getChoices().isEmpty()
                || (held != null && !isNewer(told.getVersion(), held.jobEpoch(), held.counter()))) {
            return;
        }
        if (held == null && entries.size() >= prefixesMax) {
            left.increment();
            return;
        }
        entries.put(
                prefix,
                new Entry(
                        prefix,
                        told.getVersion().getJobEpoch(),
                        told.getVersion().getCounter(),
                        told.getIssuedAtMs(),
                        told.getMapEpoch(),
                        told.getEvidenceAtMs(),
                        told.getDemandBitsPerSecond(),
                        told.getCohort(),
                        told.getChoices().stream().map(this::choice).toList()));
    }

    /** @throws IllegalArgumentException if its resolver is no address */
    void apply(ResolverPopularity told) {
        AddressPrefix resolver = AddressPrefix.parse(told.getResolver());
        Preference held = preferences.get(resolver);
        if (held != null && !isNewer(told.getVersion(), held.jobEpoch(), held.counter())) {
            return;
        }
        if (held == null && preferences.size() >= prefixesMax) {
            left.increment();
            return;
        }
        preferences.put(
                resolver,
                new Preference(
                        told.getVersion().getJobEpoch(),
                        told.getVersion().getCounter(),
                        told.getIssuedAtMs(),
                        told.getVerdict(),
                        one(told.getPreferred()),
                        one(told.getGroupId()),
                        told.getCount(),
                        told.getThreshold(),
                        told.getReason(),
                        told.getShares().stream().map(this::share).toList()));
    }

    void forgetGroup(String id) {
        groups.remove(id);
    }

    void forgetPopularity(String resolver) {
        preferences.remove(AddressPrefix.parse(resolver));
    }

    /** What stood under that key of the map: a prefix, a group, or the map itself. */
    void forgetMap(String key) {
        if (key.indexOf('/') > 0) {
            entries.remove(AddressPrefix.parse(key));
        } else if (key.equals("*")) {
            state = null;
        } else {
            prices.remove(key);
        }
    }

    private Choice choice(GroupChoice told) {
        return new Choice(
                one(told.getGroupId()),
                (float) told.getShare(),
                (float) told.getCostMs(),
                (float) told.getErrorMs(),
                told.getEvidence());
    }

    private Share share(NameServerShare told) {
        return new Share(
                one(told.getNameServer()),
                one(told.getGroupId()),
                (float) told.getShare().getMean(),
                (float) told.getRttMs(),
                (float) told.getCalibratedMs());
    }

    /** Ids come with each record; one copy of each is enough. Names of groups and name servers are few, and bounded as those are. */
    private String one(String name) {
        String known = names.get(name);
        if (known == null && names.size() < 10 * GROUPS_MAX) {
            known = names.putIfAbsent(name, name);
        }
        return known == null ? name : known;
    }

    private static boolean isNewer(DecisionVersion told, long jobEpoch, long counter) {
        return told.getJobEpoch() > jobEpoch || (told.getJobEpoch() == jobEpoch && told.getCounter() >= counter);
    }

    /** In the order of their ids. */
    Collection<DeliveryGroup> groups() {
        return groups.values();
    }

    Optional<GroupPrice> price(String group) {
        return Optional.ofNullable(prices.get(group));
    }

    /** In no order. */
    Collection<Entry> entries() {
        return entries.values();
    }

    Collection<Preference> preferences() {
        return preferences.values();
    }

    Optional<MapState> state() {
        return Optional.ofNullable(state);
    }

    Optional<Preference> preference(AddressPrefix resolver) {
        return Optional.ofNullable(preferences.get(resolver));
    }

    /** The longest prefix that holds this one; empty: none that is kept here. */
    Optional<Entry> covering(AddressPrefix asker) {
        for (int length = asker.length(); length >= 0; length--) {
            Entry entry = entries.get(asker.widened(length));
            if (entry != null) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    /** Records of prefixes and resolvers over the limit. */
    long left() {
        return left.sum();
    }
}
