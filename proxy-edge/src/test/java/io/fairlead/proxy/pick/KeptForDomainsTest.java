package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static io.fairlead.proxy.pick.Exits.load;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.exit.Location;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExclusiveDomain;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolHealth;
import io.fairlead.schemas.decisions.PoolMembership;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An exit that one pool has for a domain alone serves no other pool's requests to it, by whatever way they come, and anything else as before. */
class KeptForDomainsTest {

    private static final long LEASE_MS = 60_000;
    private static final String SHOP = "shop.example";
    private static final String DEEP = "www.shop.example";
    private static final String ELSE = "news.example";

    private ExitTable table = table(PickPolicy.BAND);

    private static ExitTable table(PickPolicy policy) {
        return new ExitTable(
                PickSettings.DEFAULTS.withPolicy(policy),
                InstantSource.system(),
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextLong());
    }

    private void online(String exit) {
        table.online(info(exit, 4, POOL));
        table.heartbeat(load(exit, 0, 0, 4, true));
    }

    /** @param kept domain and pool by turns */
    private void assign(String exit, List<String> pools, String... kept) {
        table.assigned(assignment(exit, pools, kept));
    }

    private static PoolAssignment assignment(String exit, List<String> pools, String... kept) {
        return PoolAssignment.newBuilder()
                .setExitId(exit)
                .setVersion(new DecisionVersion(1L, 1L))
                .setIssuedAtMs(1)
                .setPolicyVersion(-1)
                .setMemberships(pools.stream()
                        .map(pool -> new PoolMembership(pool, 0.9, 1L, "forming"))
                        .toList())
                .setExclusiveDomains(Stream.iterate(0, i -> i < kept.length, i -> i + 2)
                        .map(i -> new ExclusiveDomain(kept[i], kept[i + 1], 0L, true))
                        .toList())
                .setLeaseMs(LEASE_MS)
                .setChanges(List.of())
                .build();
    }

    private static PickRequest request(String pool, String host) {
        return new PickRequest("acme", pool, "shop", List.of()).to(host);
    }

    /** Who serves it, by many picks. */
    private Set<String> exits(PickRequest request) {
        Set<String> exits = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            Slot slot = table.pick(request);
            if (slot != null) {
                exits.add(slot.exitId());
                slot.release();
            }
        }
        return exits;
    }

    @ParameterizedTest
    @EnumSource(PickPolicy.class)
    void onlyItsPoolAndOnlyForThatDomain(PickPolicy policy) {
        table = table(policy);
        online("a");
        online("b");
        assign("a", List.of("mine", "all"), SHOP, "mine");
        assign("b", List.of("all"));
        assertThat(exits(request("mine", DEEP))).containsExactly("a");
        assertThat(exits(request("mine", ELSE))).containsExactly("a");
        assertThat(exits(request("all", SHOP))).containsExactly("b");
        assertThat(exits(request("all", DEEP))).containsExactly("b");
        assertThat(exits(request("all", "www.shop.example."))).containsExactly("b");
        assertThat(exits(request("all", "myshop.example"))).containsExactly("a", "b");
        assertThat(exits(request("all", ELSE))).containsExactly("a", "b");
        assertThat(exits(request(POOL, SHOP))).as("what it declares").containsExactly("b");
        assertThat(exits(new PickRequest("acme", "all", "shop", List.of("b")).to(SHOP)))
                .as("nor when all others were tried")
                .isEmpty();
        assertThat(exits(new PickRequest("acme", "all", "shop", List.of(), new Location("de", "", "", 0), "").to(SHOP)))
                .as("nor by place")
                .containsExactly("b");
        assertThat(exits(request("all", SHOP).stayingMs(60_000)))
                .as("nor a session")
                .containsExactly("b");
        table.tick();
        assertThat(exits(new PickRequest("acme", "all", "shop", List.of(), new Location("de", "", "", 0), "").to(SHOP)))
                .as("nor in a part of the pool")
                .containsExactly("b");
    }

    @Test
    void severalPoolsHaveItForDomainsOfTheirOwn() {
        online("a");
        assign("a", List.of("shops", "news", "all"), SHOP, "shops", ELSE, "news");
        for (Map.Entry<String, List<String>> each : Map.of(
                        "shops", List.of(SHOP), "news", List.of(ELSE), "all", List.<String>of())
                .entrySet()) {
            assertThat(Stream.of(SHOP, ELSE)
                            .filter(host -> !exits(request(each.getKey(), host)).isEmpty()))
                    .as(each.getKey())
                    .containsExactlyElementsOf(each.getValue());
            assertThat(exits(request(each.getKey(), "other.example"))).containsExactly("a");
        }
    }

    @Test
    void whyNobodyDoesIsSaidAndASessionDoesNotWaitForRoom() {
        online("a");
        assign("a", List.of("all"), SHOP, "mine");
        Slot slot = new Slot();
        assertThat(table.pick(request("all", SHOP), slot)).isFalse();
        assertThat(slot.obstacle()).startsWith("those that have room are exclusive to another pool for this target");
        assertThat(table.counters().kept()).isEqualTo(1);
        assertThat(table.pick(request("all", SHOP).onlyOf("a"), slot)).isFalse();
        assertThat(slot.isFull()).as("room will not help it").isFalse();
        assertThat(slot.obstacle()).isNotEmpty();
        assertThat(table.pick(request("all", ELSE).onlyOf("a"), slot)).isTrue();
        assertThat(slot.obstacle()).isEmpty();
        slot.release();
        assertThat(table.pick(request("none", SHOP), slot)).isFalse();
        assertThat(slot.obstacle()).as("no exit at all").isEmpty();
        assertThat(table.keptDomains()).isEqualTo(1);
    }

    @Test
    void whatChangesCountsAtTheNextPick() {
        online("a");
        assign("a", List.of("all", "mine"));
        assertThat(exits(request("all", SHOP))).containsExactly("a");
        assign("a", List.of("all"), SHOP, "mine");
        assertThat(exits(request("all", SHOP))).isEmpty();
        assertThat(exits(request("mine", SHOP))).as("it does not have it yet").isEmpty();
        assign("a", List.of("all", "mine"), SHOP, "mine");
        assertThat(exits(request("mine", SHOP))).containsExactly("a");
        assign("a", List.of("all"), SHOP, "mine");
        assertThat(exits(request("mine", SHOP))).isEmpty();
        assign("a", List.of("all"));
        assertThat(exits(request("all", SHOP))).containsExactly("a");
        assign("a", List.of("all"), SHOP, "mine");
        table.unassigned("a");
        assertThat(exits(request(POOL, SHOP))).containsExactly("a");
        assertThat(table.keptDomains()).isZero();
    }

    @Test
    void aSiblingLendsForTheseDomainsToPoolsOfTheSameTenantAlone() {
        online("a");
        define("lender", "", "acme", List.of(SHOP));
        define("others", "lender", "", List.of());
        define("own", "lender", "acme", List.of());
        assign("a", List.of("lender"), SHOP, "lender");
        for (String pool : List.of("others", "own")) {
            assertThat(exits(request(pool, ELSE))).as("it is not short").isEmpty();
            table.foreseen(fallsShort(pool));
            assertThat(exits(request(pool, ELSE))).containsExactly("a");
            assertThat(exits(request(pool, ELSE).stayingMs(60_000))).containsExactly("a");
            assertThat(exits(request(pool, ELSE).onlyOf("a"))).containsExactly("a");
        }
        assertThat(exits(request("others", DEEP))).isEmpty();
        assertThat(exits(request("others", DEEP).stayingMs(60_000))).isEmpty();
        assertThat(exits(request("others", DEEP).onlyOf("a"))).isEmpty();
        assertThat(exits(request("own", DEEP))).containsExactly("a");
        assertThat(exits(request("own", DEEP).onlyOf("a"))).containsExactly("a");
    }

    @Test
    void cutOffForLongerThanTheLeaseNobodyServesWhatAnyoneHasForItself() {
        online("a");
        online("b");
        assign("a", List.of("mine", "all"), SHOP, "mine");
        assign("b", List.of("all"));
        table.unheard(LEASE_MS);
        assertThat(exits(request("mine", SHOP))).containsExactly("a");
        assertThat(exits(request("all", SHOP))).containsExactly("b");
        table.unheard(LEASE_MS + 1);
        assertThat(exits(request("mine", SHOP))).isEmpty();
        assertThat(exits(request("all", SHOP)))
                .as("b may have been given to mine meanwhile")
                .isEmpty();
        Slot slot = new Slot();
        assertThat(table.pick(request("all", SHOP).onlyOf("b"), slot)).isFalse();
        assertThat(slot.obstacle()).contains("cut off");
        assertThat(exits(request("mine", ELSE))).containsExactly("a");
        assertThat(exits(request("all", ELSE))).containsExactly("a", "b");
        table.unheard(0);
        assertThat(exits(request("mine", SHOP))).containsExactly("a");
        assertThat(exits(request("all", SHOP))).containsExactly("b");
    }

    @Test
    void amongThousandsThatAreKeptTheOneThatIsFreeIsFound() {
        int exits = 3_000;
        for (int i = 0; i < exits; i++) {
            online("x" + i);
            if (i == 1_234) {
                assign("x" + i, List.of("all"));
            } else {
                assign("x" + i, List.of("all", "mine"), SHOP, "mine");
            }
        }
        assertThat(exits(request("all", SHOP))).containsExactly("x1234");
        assertThat(exits(request("all", ELSE))).hasSizeGreaterThan(20);
    }

    /** Picks are under way at each change: what they have seen before it counts no more once it has returned. */
    @ParameterizedTest
    @EnumSource(PickPolicy.class)
    void onceAnExitIsKeptForAnotherNobodyElseGetsASlotOfIt(PickPolicy policy) throws Exception {
        table = table(policy);
        online("a");
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong taken = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> takers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                takers.add(threads.submit(() -> {
                    Slot slot = new Slot();
                    while (!over.get()) {
                        if (table.pick(request("all", SHOP), slot)) {
                            taken.incrementAndGet();
                            slot.release();
                        }
                    }
                }));
            }
            for (int i = 0; i < 12_000; i++) {
                assign("a", List.of("all"));
                assign("a", List.of("all"), SHOP, "mine");
                while (running() > 0) {
                    Thread.onSpinWait(); // what was taken before is given back
                }
                for (int look = 0; look < 5; look++) {
                    assertThat(running())
                            .as("slots given against what is decided")
                            .isZero();
                }
            }
            assertThat(taken.get()).as("slots taken while all may").isPositive();
            over.set(true);
            for (Future<?> taker : takers) {
                taker.get();
            }
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
    }

    private int running() {
        return requireNonNull(table.standing("a")).runningRequests();
    }

    @Test
    void aPickAllocatesNothingForDomains() {
        online("a");
        online("b");
        assign("a", List.of("mine", "all"), SHOP, "mine");
        assign("b", List.of("all"));
        Slot slot = new Slot();
        Map<String, PickRequest> requests = new TreeMap<>(
                Map.of("kept", request("all", "x.www.shop.example"), "none", request("all", "x.www.other.example")));
        requests.forEach((what, request) -> {
            for (int i = 0; i < 50_000; i++) {
                take(request, slot);
            }
            long before = allocated();
            for (int i = 0; i < 10_000; i++) {
                take(request, slot);
            }
            assertThat((allocated() - before) / 10_000.0).as(what).isLessThan(1);
        });
    }

    private void take(PickRequest request, Slot slot) {
        if (!table.pick(request, slot)) {
            throw new AssertionError("no exit for " + request);
        }
        slot.release();
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private void define(String pool, String sibling, String owner, List<String> domains) {
        table.defined(PoolDefinition.newBuilder()
                .setPoolId(pool)
                .setAuthorship(new Authorship("ann", "a test", 1L, 1L))
                .setMinMembers(1)
                .setWantedMembers(2)
                .setMaxMembers(3)
                .setMinHealth(0.6)
                .setHorizonMs(900_000)
                .setSibling(sibling)
                .setOwner(owner)
                .setExclusive(!domains.isEmpty())
                .setExclusiveDomains(domains)
                .setRelaxable(List.of())
                .build());
    }

    private static PoolForecast fallsShort(String pool) {
        return PoolForecast.newBuilder()
                .setPoolId(pool)
                .setVersion(new DecisionVersion(1L, 1L))
                .setIssuedAtMs(System.currentTimeMillis())
                .setPolicyVersion(-1)
                .setState(PoolHealth.HEALTHY)
                .setReason("")
                .setMissing("")
                .setHealth(0.7)
                .setHealthForeseen(0.6)
                .setMinHealth(0.6)
                .setMembers(1)
                .setMembersOnline(1)
                .setMembersWanted(2)
                .setCapacityRequests(16)
                .setChangesInHour(0)
                .setForecastAtMs(1)
                .setAhead(List.of())
                .setColdStart(true)
                .setBasis("survival")
                .setFallsShort(true)
                .setOutcomes(List.of())
                .setForeseen(List.of())
                .build();
    }
}
