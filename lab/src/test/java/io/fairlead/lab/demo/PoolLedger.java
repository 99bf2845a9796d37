package io.fairlead.lab.demo;

import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolChange;
import io.fairlead.schemas.decisions.PoolMembership;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.topics.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.awaitility.Awaitility;

/** All assignments that were ever seen by those who read what is committed, in their order. */
final class PoolLedger {

    private final ConfigStore store;
    private final List<PoolAssignment> told = new ArrayList<>();

    private PoolLedger(ConfigStore store) {
        this.store = store;
    }

    static PoolLedger read(Map<String, Object> kafka) {
        PoolLedger ledger = new PoolLedger(new ConfigStore(kafka));
        for (SpecificRecord record : ledger.store.all(Topics.DECISIONS_POOLS)) {
            if (record instanceof PoolAssignment assignment) {
                ledger.told.add(assignment);
            }
        }
        return ledger;
    }

    /** Asks for an exclusive pool of any exits in a country. */
    void define(String pool, String country, int wanted) {
        PoolDefinition simple = PoolDefinition.of(pool, wanted);
        PoolDefinition exclusive = new PoolDefinition(
                pool,
                List.of(),
                List.of(country),
                List.of(),
                List.of(),
                List.of(),
                0,
                List.of(),
                0,
                wanted,
                wanted,
                0,
                simple.horizonMs(),
                0,
                "",
                true,
                0,
                "",
                List.of());
        store.write(
                Topics.CONFIG_POOLS,
                pool,
                Attribution.of("the test", "for one tenant alone"),
                next -> PoolRecords.write(exclusive, next.authorship()));
    }

    /** Waits until an exit is taken over for this pool, or given to it. */
    void awaitFirstSignOf(String pool) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> store.all(Topics.DECISIONS_POOLS).stream()
                        .anyMatch(record -> record instanceof PoolAssignment one
                                && one.getOwnerPool().equals(pool)));
    }

    /** By exit, as they stand at the end. */
    private Map<String, PoolAssignment> newest() {
        Map<String, PoolAssignment> newest = new TreeMap<>();
        told.forEach(each -> newest.put(each.getExitId(), each));
        return newest;
    }

    Set<String> members(String pool) {
        Set<String> members = new TreeSet<>();
        newest().forEach((exit, each) -> {
            if (pools(each).contains(pool)) {
                members.add(exit);
            }
        });
        return members;
    }

    private static Set<String> pools(PoolAssignment assignment) {
        Set<String> pools = new TreeSet<>();
        assignment.getMemberships().stream().map(PoolMembership::getPoolId).forEach(pools::add);
        return pools;
    }

    /** Exits that stood in another pool than their owner's, or went from one owner to another without being nobody's between. */
    List<String> doubled() {
        List<String> doubled = new ArrayList<>();
        Map<String, PoolAssignment> before = new HashMap<>();
        for (PoolAssignment each : told) {
            Set<String> pools = pools(each);
            String owner = each.getOwnerPool();
            if (!owner.isEmpty() && !pools.isEmpty() && !pools.equals(Set.of(owner))) {
                doubled.add(each.getExitId() + " is " + owner + "'s and in " + pools);
            }
            PoolAssignment last = before.put(each.getExitId(), each);
            boolean takenOver = last != null
                    && !pools(last).isEmpty()
                    && !pools.isEmpty()
                    && !last.getOwnerPool().equals(owner)
                    && !pools(last).equals(pools);
            if (takenOver) {
                doubled.add(each.getExitId() + " went from " + pools(last) + " to " + pools + " at once");
            }
        }
        return doubled;
    }

    /** Memberships of then that are there no more, and of whose end nothing was told since. */
    List<String> lostSince(PoolLedger then) {
        List<String> lost = new ArrayList<>();
        Map<String, PoolAssignment> now = newest();
        then.newest().forEach((exit, each) -> {
            for (String pool : pools(each)) {
                boolean stays = now.containsKey(exit) && pools(now.get(exit)).contains(pool);
                if (!stays && !leftSince(exit, pool, each.getIssuedAtMs())) {
                    lost.add(exit + " of " + pool);
                }
            }
        });
        return lost;
    }

    private boolean leftSince(String exit, String pool, long thenMs) {
        return told.stream()
                .filter(each -> each.getExitId().equals(exit))
                .flatMap(each -> each.getChanges().stream())
                .anyMatch((PoolChange change) ->
                        change.getPoolId().equals(pool) && !change.getJoined() && change.getAtMs() >= thenMs);
    }
}
