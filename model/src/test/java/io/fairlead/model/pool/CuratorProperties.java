package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PoolPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What must never happen, under any course of exits that come, go, change, are killed and withdraw their consent. */
class CuratorProperties {

    private static final int EXITS = 60;

    private final Map<String, Boolean> allowed = new HashMap<>();
    private final Map<String, PoolDefinition> definitions = new HashMap<>();

    /** One random thing happens. */
    private void happen(Fleet fleet, SplittableRandom random) {
        String exit = "x" + random.nextInt(EXITS);
        switch (random.nextInt(12)) {
            case 0 -> {
                allowed.put(exit, false);
                fleet.curator.override(exit, true, false, "");
            }
            case 1 -> {
                allowed.put(exit, false);
                fleet.curator.override(exit, false, true, "");
            }
            case 2 -> {
                allowed.put(exit, true);
                fleet.curator.override(exit, false, false, "");
            }
            case 3 -> fleet.offline(exit);
            case 4 -> {
                String edge = "edge-" + random.nextInt(3);
                Stamp newest = fleet.told.values().stream()
                        .map(Assignment::stamp)
                        .max(Stamp::compareTo)
                        .orElse(Stamp.NONE);
                fleet.curator.edge(edge, newest, fleet.nowMs);
            }
            case 5 -> {
                PoolDefinition pool = pool(random);
                if (random.nextInt(4) == 0) {
                    definitions.remove(pool.id());
                    fleet.curator.delete(pool.id(), fleet.nowMs);
                } else {
                    definitions.put(pool.id(), pool);
                    fleet.curator.define(pool);
                }
            }
            default -> fleet.condition(exit, 0.2 + 0.8 * random.nextDouble(), 0.2 + 0.8 * random.nextDouble());
        }
    }

    private static PoolDefinition pool(SplittableRandom random) {
        int wanted = 1 + random.nextInt(15);
        PoolDefinition pool = Fleet.pool("p" + random.nextInt(5), wanted / 2, wanted, wanted + random.nextInt(6));
        return Fleet.with(
                pool,
                random.nextBoolean() ? List.of() : List.of("fr"),
                random.nextInt(3) * 20,
                0,
                random.nextInt(3) == 0,
                0,
                List.of(Requirement.QUALITY, Requirement.COUNTRY));
    }

    private static Fleet fleet(SplittableRandom random) {
        Fleet fleet = new Fleet();
        for (int i = 0; i < EXITS; i++) {
            fleet.exit(
                    "x" + i,
                    0.2 + 0.8 * random.nextDouble(),
                    0.2 + 0.8 * random.nextDouble(),
                    new ExitProfile(PoolType.RESIDENTIAL, i % 2 == 0 ? "fr" : "de", "", "", 64500 + i % 3));
        }
        return fleet;
    }

    @Property(tries = 150)
    void nothingThatMustNeverHappenHappens(@ForAll @IntRange(max = 1_000_000) int seed) {
        allowed.clear();
        definitions.clear();
        SplittableRandom random = new SplittableRandom(seed);
        Fleet fleet = fleet(random);
        Map<String, Set<String>> mayUse = new HashMap<>();
        for (int step = 0; step < 120; step++) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                happen(fleet, random);
            }
            List<Assignment> told = fleet.after(200 + random.nextInt(5_000));
            for (Assignment each : told) {
                Set<String> pools = new HashSet<>();
                each.memberships().forEach(membership -> pools.add(membership.pool()));
                if (!each.owner().isEmpty()) {
                    assertThat(pools).as("one exclusive exit in two pools").isSubsetOf(each.owner());
                }
                if (!allowed.getOrDefault(each.exitId(), true)) {
                    assertThat(pools).as("an exit without consent or killed").isEmpty();
                }
                mayUse.put(each.exitId(), pools);
            }
            mayUse.forEach((exit, pools) -> {
                if (!allowed.getOrDefault(exit, true)) {
                    assertThat(pools)
                            .as("%s is killed and still in a pool", exit)
                            .isEmpty();
                }
            });
            assertThat(fleet.curate())
                    .as("nothing has changed since, but what edges have let go of")
                    .allSatisfy(each -> assertThat(each.changes()).isEmpty());
        }
        fleet.changes.forEach(CuratorProperties::lowersOnlyWhatItMay);
    }

    private static void lowersOnlyWhatItMay(Change change) {
        if (change.cause() == Change.Cause.HEALTH && change.joined()) {
            assertThat(change.healthAfter()).as("%s", change).isGreaterThan(change.healthBefore());
        }
        if (change.cause() == Change.Cause.FORMING) {
            assertThat(change.healthAfter() >= 0.62 || change.healthAfter() > change.healthBefore())
                    .as("forming brings no pool under its threshold: %s", change)
                    .isTrue();
        }
    }

    @Property(tries = 100)
    void curingChangesNoMoreThanItsShareInAnHour(@ForAll @IntRange(max = 1_000_000) int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Fleet fleet = fleet(random);
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(0.3));
        fleet.curator.define(Fleet.pool("p", 5, 10, 20));
        fleet.curate();
        long hour = fleet.nowMs;
        int cures = 0;
        for (int step = 0; step < 200; step++) {
            if (fleet.nowMs - hour >= 3_600_000) {
                hour = fleet.nowMs;
                cures = 0;
            }
            for (int i = 0; i < 10; i++) {
                fleet.condition("x" + random.nextInt(EXITS), random.nextDouble(), 0.05 + 0.95 * random.nextDouble());
            }
            for (Assignment each : fleet.after(10_000)) {
                cures += (int) each.changes().stream()
                        .filter(change -> change.cause() == Change.Cause.HEALTH && change.joined())
                        .count();
            }
            assertThat(cures).as("of ten wanted, or of twenty at most").isLessThanOrEqualTo(6);
        }
    }

    @Property(tries = 60)
    void afterARestartItDecidesWhatItWouldHaveDecided(@ForAll @IntRange(max = 1_000_000) int seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Fleet fleet = fleet(random);
        for (int step = 0; step < 40; step++) {
            happen(fleet, random);
            fleet.after(1_000);
        }
        Curator again = new Curator(PoolPolicies.of(fleet.policies), 2, Fleet.START_MS);
        for (int i = 0; i < EXITS; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            if (fleet.curator.writeExit("x" + i, new DataOutputStream(bytes))) {
                again.readExit("x" + i, in(bytes));
            }
        }
        for (String pool : fleet.curator.pools()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            fleet.curator.writePool(pool, new DataOutputStream(bytes));
            again.readPool(fleet.status(pool).definition(), in(bytes));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        fleet.curator.writeEdges(new DataOutputStream(bytes));
        again.readEdges(in(bytes));
        for (int step = 0; step < 20; step++) {
            String exit = "x" + random.nextInt(EXITS);
            double q = random.nextDouble();
            double v = 0.1 + 0.9 * random.nextDouble();
            fleet.nowMs += 15_000;
            Map<String, List<String>> expected = content(decide(fleet.curator, exit, q, v, fleet.nowMs));
            Map<String, List<String>> now = content(decide(again, exit, q, v, fleet.nowMs));
            assertThat(now).isEqualTo(expected);
        }
    }

    private static List<Assignment> decide(Curator curator, String exit, double q, double v, long nowMs) {
        curator.condition(
                exit,
                new ExitCondition(true, q * 100, Map.of(), Map.of(), -Math.log(v) * 3_600_000 / Fleet.HORIZON_MS, 4),
                nowMs);
        return curator.curate(nowMs);
    }

    private static Map<String, List<String>> content(List<Assignment> told) {
        Map<String, List<String>> content = new HashMap<>();
        told.forEach(each -> content.put(
                each.exitId(),
                each.memberships().stream().map(Assignment.Membership::pool).toList()));
        return content;
    }

    private static DataInputStream in(ByteArrayOutputStream bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    }
}
