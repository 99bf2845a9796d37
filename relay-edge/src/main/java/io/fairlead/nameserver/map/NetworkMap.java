package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.RawRecord;
import io.fairlead.edge.table.TableListener;
import io.fairlead.edge.table.TableStore;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.server.Steered;
import io.fairlead.nameserver.server.Steering;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steers by the network map: what the map job decided, as it comes, and how groups are at this moment. What is told to it from any thread is taken
 * into a new view by {@link #checkGroups} and {@link #takeEntries}, which are called every {@link MapSettings#checkMs} by a thread each, for a large map takes seconds to be taken, and a group that fails
 * meanwhile must not wait for that; questions read the newest view.
 */
public final class NetworkMap implements Steering {

    private static final Logger LOG = LoggerFactory.getLogger(NetworkMap.class);
    private static final long NANOS_IN_MS = 1_000_000;

    /** Between two takings of the whole map lies so many times what the last one took: a roll-out changes it in many small steps. */
    private static final long REST_FACTOR = 4;

    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final GroupHealth health;
    private final MapRows rows;

    /** Held to put a new view in the place of the last. */
    private final Object taking = new Object();

    private volatile MapView view = MapView.EMPTY;
    private volatile @Nullable MapState state;
    private volatile long tookMs;
    private volatile int answered;
    private long restsUntilNanos;

    public NetworkMap(MapSettings settings, InstantSource clock, LongSupplier nanoClock) {
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.health = new GroupHealth(settings, nanoClock);
        this.rows = new MapRows(settings.maxEntries());
        this.restsUntilNanos = nanoClock.getAsLong();
    }

    // ---- what is told

    /** Where the table of the map's topic keeps what it says; {@link #decisions} is to be told as well. */
    public TableStore<Decision<MapRecord>> rows() {
        return rows;
    }

    /** Takes what the topic of the map says of groups and of the whole. */
    public TableListener<Decision<MapRecord>> decisions() {
        return new TableListener<>() {
            @Override
            public void put(String key, Decision<MapRecord> decision) {
                if (decision.value() instanceof MapRecord.Price price) {
                    health.price(price.told());
                } else if (decision.value() instanceof MapRecord.State told) {
                    state = told.told();
                }
            }

            @Override
            public void removed(String key) {
                health.noPrice(key);
            }
        };
    }

    /** Takes one decision of the map, where no table follows its topic. For one thread. */
    public void decided(String key, Decision<MapRecord> decision) {
        rows.put(new RawRecord(key, null, 0, 0, 0), decision, 0);
        decisions().put(key, decision);
    }

    /** Takes what operators say of groups. */
    public TableListener<Group> groups() {
        return new TableListener<>() {
            @Override
            public void put(String key, Group group) {
                health.put(group);
            }

            @Override
            public void removed(String key) {
                health.remove(key);
            }
        };
    }

    /** An edge has reported. */
    public void heard(EdgeReport report) {
        health.heard(report);
    }

    /** A probe of an address has ended often enough the same way. */
    public void probed(String groupId, String address, boolean up) {
        health.probed(groupId, address, up);
    }

    /** Groups as their operators say. */
    public List<Group> known() {
        return health.all();
    }

    // ---- the view

    /**
     * Takes in how groups are. For one thread.
     *
     * @param jobHeard the map job is alive: its word on groups counts
     */
    public void checkGroups(boolean jobHeard) {
        Map<String, GroupStanding> standings = health.standings(jobHeard);
        Map<String, GroupStanding> before = view.groups();
        if (changed(before, standings)) {
            tell(before, standings);
            synchronized (taking) {
                view = view.withGroups(GroupHealth.byRank(standings), standings);
            }
        }
    }

    /** Takes in the entries that were told, unless it has just done so. For one thread. */
    public void takeEntries() {
        long nowNanos = nanoClock.getAsLong();
        if (!rows.changed() || nowNanos - restsUntilNanos < 0) {
            return;
        }
        MapRows.Tables tables = rows.tables();
        long took = nanoClock.getAsLong() - nowNanos;
        tookMs = took / NANOS_IN_MS;
        answered = tables.entries();
        restsUntilNanos = nowNanos + took * (1 + REST_FACTOR);
        synchronized (taking) {
            view = new MapView(tables.ipv4(), tables.ipv6(), tables.choices(), view.byRank(), view.groups());
        }
    }

    private static boolean changed(Map<String, GroupStanding> before, Map<String, GroupStanding> now) {
        return before.size() != now.size()
                || now.values().stream().anyMatch(one -> {
                    GroupStanding other = before.get(one.group().id());
                    return other == null || !one.sameAs(other);
                });
    }

    private void tell(Map<String, GroupStanding> before, Map<String, GroupStanding> now) {
        now.forEach((id, standing) -> {
            GroupStanding last = before.get(id);
            boolean was = last != null && last.usable();
            if (was && !standing.usable()) {
                LOG.warn("No new answer names group {}: {}.", id, standing.reason());
            } else if (!was && standing.usable()) {
                LOG.info("Answers name group {}.", id);
            }
        });
    }

    // ---- what is asked

    @Override
    public @Nullable Steered steer(MappedName name, boolean ipv6, long address, int bits) {
        return view.steer(name, ipv6, address, bits);
    }

    @Override
    public @Nullable Steered anywhere(MappedName name, long hash) {
        return view.anywhere(name, hash);
    }

    @Override
    public String explain(MappedName name, boolean ipv6, long address, int bits) {
        return String.join("; ", explanation(ipv6, address));
    }

    /** Addresses that are told, as text; empty: there is no group. */
    public List<String> addresses(MappedName name, boolean ipv6, long address) {
        Steered steered = steer(name, ipv6, address, Long.SIZE);
        return steered == null ? List.of() : steered.addresses().texts();
    }

    /** Why an address is sent where it is, a sentence for each thing to know. */
    public List<String> explanation(boolean ipv6, long address) {
        MapView now = view;
        MapRow row = longest(ipv6, address);
        MapView.Chosen chosen = now.choose(row == null ? null : row.choices(), MapView.network(ipv6, address));
        List<String> why = new ArrayList<>();
        if (chosen == null) {
            why.add("no delivery group is known");
            return why;
        }
        String to = chosen.group().group().id();
        if (row == null) {
            why.add(to + ": nothing is known of this address, so it gets the first group by rank that can be named");
        } else {
            why.add(to + ": map " + row.epoch() + ", entry " + row.prefix() + ", "
                    + row.cohort().name().toLowerCase(Locale.ROOT) + age(row));
            for (int i = 0; i < row.choices().size(); i++) {
                why.add(choice(now, row, i));
            }
        }
        if (health.frozen()) {
            why.add("groups are frozen: too many were silent at once");
        }
        MapState whole = state;
        if (whole != null && !whole.getReason().isEmpty()) {
            why.add("map: " + whole.getReason());
        }
        return why;
    }

    private String age(MapRow row) {
        return row.evidenceAtMs() == 0
                ? ""
                : ", evidence " + Math.max(0, clock.millis() - row.evidenceAtMs()) / 1_000 + " s old";
    }

    private static String choice(MapView now, MapRow row, int i) {
        String id = row.choices().group(i);
        GroupStanding standing = now.groups().get(id);
        String cost = String.format(
                Locale.ROOT,
                "%s %.0f%% cost %.1f±%.1f ms by %s",
                id,
                row.choices().share(i) * 100,
                row.costMs(i),
                row.errorMs(i),
                row.evidence(i));
        if (standing == null) {
            return cost + ", unknown group: passed over";
        }
        String price = String.format(Locale.ROOT, " + price %.1f ms", standing.priceMs());
        String load =
                standing.loadShare() < 0 ? "" : String.format(Locale.ROOT, ", load %.0f%%", standing.loadShare() * 100);
        return cost
                + price
                + load
                + (standing.reason().isEmpty() ? "" : ", " + (standing.usable() ? "" : "out: ") + standing.reason());
    }

    private @Nullable MapRow longest(boolean ipv6, long address) {
        AddressPrefix most = new AddressPrefix(
                ipv6,
                ipv6 ? address : address & 0xFFFF_FFFF_0000_0000L,
                ipv6 ? AddressPrefix.IPV6_BITS : AddressPrefix.IPV4_BITS);
        for (int length = most.length(); length >= 0; length--) {
            Decision<MapRecord> held = rows.get(most.widened(length));
            if (held != null && held.value() instanceof MapRow row) {
                return row;
            }
        }
        return null;
    }

    /** Shows it as meters {@code fairlead.dns.map.*}. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("fairlead.dns.map.entries", rows, MapRows::entries)
                .description("Entries of the map")
                .register(registry);
        Gauge.builder("fairlead.dns.map.answered", this, self -> self.answered)
                .description("Entries that answers come from; the others have come since")
                .register(registry);
        Gauge.builder(
                        "fairlead.dns.map.intervals",
                        this,
                        self -> self.view.ipv4().intervals() + self.view.ipv6().intervals())
                .description("Parts of the network that are answered alike")
                .register(registry);
        Gauge.builder("fairlead.dns.map.taken", this, self -> self.tookMs / 1_000.0)
                .description("How long the last taking of the whole map took")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("fairlead.dns.map.groups", this, self -> self.view
                        .groups()
                        .size())
                .description("Groups that are known")
                .register(registry);
        Gauge.builder("fairlead.dns.map.groups.out", this, NetworkMap::out)
                .description("Groups that no new answer names")
                .register(registry);
        Gauge.builder("fairlead.dns.map.frozen", health, known -> known.frozen() ? 1 : 0)
                .description("1 while too many groups are silent at once to believe it")
                .register(registry);
        FunctionCounter.builder("fairlead.dns.map.not.kept", rows.notKept(), LongAdder::sum)
                .description("Entries that were not applied: there are too many")
                .register(registry);
    }

    private long out() {
        return view.groups().values().stream().filter(group -> !group.usable()).count();
    }
}
