package io.fairlead.model.pool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.ScopedPolicies;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * Never does an exit that is kept for a domain serve two pools for it, at whatever edge: while definitions change, exits come and go, edges hear of assignments
 * late, report late or not at all, and the job is killed and started again, with its state or without.
 */
class DomainExclusivityProperties {

    private static final int EXITS = 12;
    private static final int POOLS = 5;
    private static final int EDGES = 3;
    private static final long LEASE_MS = 600_000;
    private static final List<String> DOMAINS =
            List.of("shop.example", "www.shop.example", "eu.www.shop.example", "news.example", "a.news.example");
    private static final List<String> HOSTS = List.of(
            "shop.example",
            "www.shop.example",
            "x.eu.www.shop.example",
            "b.shop.example",
            "a.news.example",
            "other.example");

    /** An edge: it applies assignments in their order, some time after they were told. */
    private static final class Edge {
        final String id;
        final Map<String, Integer> known = new HashMap<>();
        int applied;

        /** When it last knew all that there was; at first, never. */
        long heardMs = Fleet.START_MS - LEASE_MS - 1;

        boolean cutOff;
        Stamp reported = Stamp.NONE;
        long reportedMs;

        Edge(String id) {
            this.id = id;
        }
    }

    /** A piece of state, as a checkpoint holds it. */
    private record Checkpoint(
            Map<String, byte[]> exits,
            Map<String, byte[]> pools,
            Map<String, PoolDefinition> definitions,
            Map<String, byte[]> edges) {}

    /** One run: the job, its topic, its edges, and what must hold. */
    private static final class Run {
        private final SplittableRandom random;
        private final PoolPolicies policies = PoolPolicies.of(new ScopedPolicies<>(PoolPolicy.defaults()));
        private final List<Assignment> topic = new ArrayList<>();
        private final List<Edge> edges = new ArrayList<>();
        private final Map<String, PoolDefinition> definitions = new TreeMap<>();

        /** How long the topic was when a pool was last defined: what an edge knows from before may stand on another definition. */
        private final Map<String, Integer> definedAt = new HashMap<>();

        private final Set<String> killed = new TreeSet<>();
        private long nowMs = Fleet.START_MS;
        private long epoch = 1;
        private Curator curator = new Curator(policies, epoch, nowMs);
        private @Nullable Checkpoint checkpoint;
        private int granted;

        Run(SplittableRandom random) {
            this.random = random;
            for (int i = 0; i < EDGES; i++) {
                edges.add(new Edge("edge-" + i));
            }
            for (int i = 0; i < EXITS; i++) {
                arrive("x" + i);
            }
        }

        private void arrive(String exit) {
            curator.profile(exit, new ExitProfile(PoolType.RESIDENTIAL, "fr", "", "", 64_500), true);
            curator.override(exit, killed.contains(exit), false, "");
            condition(exit);
        }

        private void condition(String exit) {
            boolean online = random.nextInt(6) > 0;
            curator.condition(
                    exit,
                    online
                            ? new ExitCondition(true, 50 + 50 * random.nextDouble(), Map.of(), Map.of(), 0.1, 4)
                            : ExitCondition.UNKNOWN,
                    nowMs);
        }

        void step() throws IOException {
            for (int i = random.nextInt(4); i >= 0; i--) {
                happen();
            }
            nowMs += random.nextInt(20) == 0 ? LEASE_MS + 1_000 : 200 + random.nextInt(8_000);
            for (Edge edge : edges) {
                if (!edge.cutOff) {
                    hears(edge, random.nextInt(3) == 0 ? topic.size() : edge.applied + random.nextInt(3));
                }
            }
            decide();
            check();
        }

        private void happen() throws IOException {
            String exit = "x" + random.nextInt(EXITS);
            switch (random.nextInt(10)) {
                case 0, 1 -> define();
                case 2 -> {
                    if (random.nextBoolean() ? killed.add(exit) : killed.remove(exit)) {
                        curator.override(exit, killed.contains(exit), false, "");
                    }
                }
                case 3 -> {
                    Edge edge = edges.get(random.nextInt(EDGES));
                    edge.cutOff = random.nextInt(3) == 0;
                }
                case 4 -> {
                    if (random.nextInt(3) == 0) {
                        restart(random.nextInt(4) == 0);
                    }
                }
                case 5 -> curator.forget(exit, nowMs);
                default -> condition(exit);
            }
        }

        private void define() {
            String id = "p" + random.nextInt(POOLS);
            if (random.nextInt(4) == 0) {
                definitions.remove(id);
                curator.delete(id, nowMs);
                return;
            }
            int wanted = 1 + random.nextInt(5);
            PoolDefinition pool = Fleet.pool(id, random.nextInt(wanted + 1), wanted, wanted + 2);
            long untilMs = random.nextInt(3) == 0 ? nowMs + 1 + random.nextInt(60_000) : 0;
            switch (random.nextInt(6)) {
                case 0 -> pool = Fleet.exclusive(pool, untilMs);
                case 1, 2, 3 -> {
                    Set<String> domains = new TreeSet<>();
                    domains.add(DOMAINS.get(random.nextInt(DOMAINS.size())));
                    String other = DOMAINS.get(random.nextInt(DOMAINS.size()));
                    if (domains.stream().noneMatch(each -> DomainName.overlap(each, other))) {
                        domains.add(other);
                    }
                    pool = pool.exclusiveFor(List.copyOf(domains), untilMs);
                }
                default -> {}
            }
            assertThat(pool.validate()).isEmpty();
            definitions.put(id, pool);
            definedAt.put(id, topic.size());
            curator.define(pool);
        }

        private void hears(Edge edge, int upTo) {
            for (; edge.applied < Math.min(upTo, topic.size()); edge.applied++) {
                edge.known.put(topic.get(edge.applied).exitId(), edge.applied);
            }
            if (edge.applied == topic.size()) {
                edge.heardMs = nowMs;
            }
            report(edge, Math.max(0, edge.applied - random.nextInt(4)));
        }

        /** What it had applied when it reported; it knows more since. */
        private void report(Edge edge, int applied) {
            edge.reported = applied == 0 ? Stamp.NONE : topic.get(applied - 1).stamp();
            edge.reportedMs = nowMs;
            curator.edge(edge.id, edge.reported, nowMs);
        }

        /** What is decided and the state that it stands on are one. */
        private void decide() throws IOException {
            topic.addAll(curator.curate(nowMs));
            Map<String, byte[]> exits = new HashMap<>();
            for (int i = 0; i < EXITS; i++) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                if (curator.writeExit("x" + i, new DataOutputStream(bytes))) {
                    exits.put("x" + i, bytes.toByteArray());
                }
            }
            Map<String, byte[]> pools = new HashMap<>();
            for (String pool : curator.pools()) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                curator.writePool(pool, new DataOutputStream(bytes));
                pools.put(pool, bytes.toByteArray());
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            curator.writeEdges(new DataOutputStream(bytes));
            checkpoint = new Checkpoint(exits, pools, Map.copyOf(definitions), Map.of("all", bytes.toByteArray()));
        }

        /** What came since the checkpoint comes again. */
        private void restart(boolean fromNothing) throws IOException {
            Checkpoint from = checkpoint;
            curator = new Curator(policies, ++epoch, nowMs);
            if (fromNothing || from == null) {
                Map<String, Assignment> newest = new TreeMap<>();
                topic.forEach(each -> newest.put(each.exitId(), each));
                newest.forEach((exit, each) -> {
                    Map<String, String> domains = new TreeMap<>();
                    each.domains().forEach(one -> domains.put(one.domain(), one.pool()));
                    curator.former(exit, each.stamp(), each.owner(), domains);
                });
                edges.stream()
                        .filter(edge -> edge.reportedMs > 0)
                        .forEach(edge -> curator.edge(edge.id, edge.reported, edge.reportedMs));
                for (int i = 0; i < EXITS; i++) {
                    arrive("x" + i);
                }
            } else {
                for (Map.Entry<String, byte[]> each : from.exits.entrySet()) {
                    curator.readExit(each.getKey(), in(each.getValue()));
                }
                for (Map.Entry<String, byte[]> each : from.pools.entrySet()) {
                    curator.readPool(requireNonNull(from.definitions.get(each.getKey())), in(each.getValue()));
                }
                curator.readEdges(in(requireNonNull(from.edges.get("all"))));
                from.definitions.keySet().stream()
                        .filter(pool -> !definitions.containsKey(pool))
                        .forEach(pool -> curator.delete(pool, nowMs));
                killed.forEach(exit -> curator.override(exit, true, false, ""));
                curator.policiesChanged();
            }
            definitions.values().forEach(curator::define);
            edges.stream().filter(edge -> !edge.cutOff).forEach(edge -> report(edge, edge.applied));
        }

        /** Pools that an edge lets use an exit for a host. */
        private Set<String> usable(Edge edge, String exit, String host) {
            Integer at = edge.known.get(exit);
            if (at == null) {
                return Set.of();
            }
            Assignment known = topic.get(at);
            if (isLapsed(edge) && (!known.owner().isEmpty() || isKept(edge, host))) {
                return Set.of();
            }
            return Fleet.usable(known, host);
        }

        private boolean isLapsed(Edge edge) {
            return nowMs - edge.heardMs > LEASE_MS;
        }

        private boolean isKept(Edge edge, String host) {
            return edge.known.values().stream()
                    .flatMap(at -> topic.get(at).domains().stream())
                    .anyMatch(each -> DomainName.covers(each.domain(), host));
        }

        private void check() {
            Map<String, Integer> newest = new TreeMap<>();
            for (int i = 0; i < topic.size(); i++) {
                newest.put(topic.get(i).exitId(), i);
            }
            newest.forEach((exit, at) -> {
                assertNoTwoOverlap(topic.get(at));
                for (String host : HOSTS) {
                    promised(exit, host, at);
                    for (Edge edge : edges) {
                        Integer known = edge.known.get(exit);
                        if (known != null && !isLapsed(edge)) {
                            promised(exit, host, known);
                        }
                    }
                }
            });
        }

        private void assertNoTwoOverlap(Assignment told) {
            for (Assignment.Exclusive one : told.domains()) {
                for (Assignment.Exclusive other : told.domains()) {
                    assertThat(one.pool().equals(other.pool()) || !DomainName.overlap(one.domain(), other.domain()))
                            .as("%s", told)
                            .isTrue();
                }
            }
        }

        /** To whom an assignment promises an exit for a host alone is so, wherever it is known, as long as his definition asks for it. */
        private void promised(String exit, String host, int at) {
            Assignment told = topic.get(at);
            for (Assignment.Exclusive each : told.domains()) {
                boolean isMember =
                        told.memberships().stream().anyMatch(m -> m.pool().equals(each.pool()));
                boolean over = each.untilMs() != 0 && nowMs >= each.untilMs();
                if (!each.granted()
                        || !isMember
                        || over
                        || !DomainName.covers(each.domain(), host)
                        || definedAt.getOrDefault(each.pool(), 0) > at) {
                    continue;
                }
                granted++;
                for (Edge edge : edges) {
                    if (isLapsed(edge) && !isKept(edge, host)) {
                        continue; // it has never heard of the domain: as with shared exits, it goes on
                    }
                    assertThat(usable(edge, exit, host))
                            .as("%s for %s at %s, promised by %s", exit, host, edge.id, told)
                            .isSubsetOf(each.pool());
                }
            }
        }

        private static DataInputStream in(byte[] bytes) {
            return new DataInputStream(new ByteArrayInputStream(bytes));
        }
    }

    @Property(tries = 100)
    void noExitServesTwoPoolsForADomainThatItIsKeptFor(@ForAll @IntRange(max = 1_000_000) int seed) throws IOException {
        Run run = new Run(new SplittableRandom(seed));
        for (int i = 0; i < 150; i++) {
            run.step();
        }
        assertThat(run.granted).as("promises looked at").isPositive();
    }
}
