package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.config.PoolDefinition;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the page of whatever has a name: an exit, pool, tenant, room, delivery group, resolver or prefix, or a policy. Thread-safe. */
final class Search {

    /** Of each kind. */
    static final int FOUND_MAX = 6;

    private static final long TENANTS_AGE_MS = 30_000;

    private final FleetState fleet;
    private final PoolsState pools;
    private final MapBook map;
    private final RoomsBook rooms;
    private final History history;
    private final InstantSource clock;
    private volatile Names tenants = new Names(0, List.of(), null);

    private record Names(
            long atMs, List<String> names, @Nullable String problem) {}

    /** @param kind exit, pool, tenant, room, group, resolver or policy */
    record Found(String kind, String name, String href) {}

    /**
     * What was found.
     *
     * @param problem why tenants may be missing; null: they are not
     */
    record Answer(String asked, List<Found> found, @Nullable String problem) {}

    Search(FleetState fleet, PoolsState pools, MapBook map, RoomsBook rooms, History history, InstantSource clock) {
        this.fleet = fleet;
        this.pools = pools;
        this.map = map;
        this.rooms = rooms;
        this.history = history;
        this.clock = clock;
    }

    /** Names that hold the text, those that begin with it first. */
    Answer find(String asked) {
        String text = asked.strip().toLowerCase(Locale.ROOT);
        if (text.isEmpty()) {
            return new Answer(asked, List.of(), null);
        }
        Names known = tenants();
        List<Found> found = new ArrayList<>();
        addresses(text, found);
        add(found, "exit", "/exit/", text, fleet.scores().stream().map(score -> score.getExitId()));
        add(found, "pool", "/pool/", text, pools.definitions().stream().map(PoolDefinition::getPoolId));
        add(found, "tenant", "/tenant/", text, known.names().stream());
        add(
                found,
                "room",
                "/room/",
                text,
                rooms.all(clock.millis()).rooms().stream().map(RoomsBook.Row::room));
        add(found, "group", "/map?group=", text, map.groups().stream().map(group -> group.getGroupId()));
        add(
                found,
                "policy",
                "/policy/",
                text,
                fleet.changes().stream().map(PolicyChange::key).distinct());
        return new Answer(asked, found, known.problem());
    }

    /** An address is its own page, whether or not the map names it. */
    private static void addresses(String text, List<Found> found) {
        if (!text.matches("[0-9a-f.:]+(/\\d{1,3})?") || !text.matches(".*[.:].*")) {
            return;
        }
        try {
            AddressPrefix.parse(text);
            found.add(new Found("resolver", text, "/map?of=" + encoded(text)));
        } catch (IllegalArgumentException e) {
            // Half an address, while it is being typed.
            return;
        }
    }

    private static void add(List<Found> found, String kind, String path, String text, Stream<String> names) {
        names.filter(name -> name.toLowerCase(Locale.ROOT).contains(text))
                .sorted(Comparator.comparing(
                                (String name) -> !name.toLowerCase(Locale.ROOT).startsWith(text))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(FOUND_MAX)
                // Rooms and policies have slashes in their names, and in their pages' addresses.
                .forEach(name ->
                        found.add(new Found(kind, name, path + encoded(name).replace("%2F", "/"))));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Names tenants() {
        Names known = tenants;
        long nowMs = clock.millis();
        if (Math.abs(nowMs - known.atMs()) < TENANTS_AGE_MS && known.problem() == null) {
            return known;
        }
        Names asked;
        try {
            asked = new Names(nowMs, history.ofTenants(each -> each.names()), null);
        } catch (History.UnansweredException said) {
            asked = new Names(nowMs, known.names(), said.getMessage());
        }
        tenants = asked;
        return asked;
    }
}
