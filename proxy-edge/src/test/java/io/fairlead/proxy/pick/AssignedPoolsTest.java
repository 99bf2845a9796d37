package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static io.fairlead.proxy.pick.Exits.load;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolMembership;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is in a curated pool is decided, and counts at the next pick. */
class AssignedPoolsTest {

    private static final long LEASE_MS = 60_000;

    private final ExitTable table =
            new ExitTable(PickSettings.DEFAULTS, InstantSource.system(), System::nanoTime, new SplittableRandom(1));

    private static PoolAssignment assignment(String owner, String... pools) {
        return PoolAssignment.newBuilder()
                .setExitId("exit-1")
                .setVersion(new DecisionVersion(1L, 1L))
                .setIssuedAtMs(1)
                .setPolicyVersion(-1)
                .setMemberships(Stream.of(pools)
                        .map(pool -> new PoolMembership(pool, 0.9, 1L, "forming"))
                        .toList())
                .setOwnerPool(owner)
                .setExclusiveDomains(List.of())
                .setLeaseMs(LEASE_MS)
                .setChanges(List.of())
                .build();
    }

    private @Nullable Slot pick(String pool) {
        return table.pick(new PickRequest("acme", pool, "shop", List.of()));
    }

    private boolean serves(String pool) {
        Slot slot = pick(pool);
        if (slot != null) {
            slot.release();
        }
        return slot != null;
    }

    private void online() {
        table.online(info("exit-1", 4, POOL));
        table.heartbeat(load("exit-1", 0, 0, 4, true));
    }

    @Test
    void anAssignedExitServesItsPoolsBesideWhatItDeclares() {
        online();
        assertThat(serves("res-1")).isFalse();
        table.assigned(assignment("", "res-1"));
        assertThat(serves("res-1")).isTrue();
        assertThat(serves(POOL)).isTrue();
        table.assigned(assignment(""));
        assertThat(serves("res-1")).isFalse();
        table.assigned(assignment("", "res-1"));
        table.unassigned("exit-1");
        assertThat(serves("res-1")).isFalse();
    }

    @Test
    void whatIsAssignedBeforeItIsLinkedCountsWhenItIs() {
        table.assigned(assignment("mine", "mine"));
        online();
        assertThat(serves("mine")).isTrue();
        assertThat(serves(POOL)).as("exclusive, whatever it declares").isFalse();
    }

    @Test
    void whatRunsWhenItLeavesFinishes() {
        online();
        table.assigned(assignment("", "res-1"));
        Slot slot = requireNonNull(pick("res-1"));
        table.assigned(assignment(""));
        assertThat(slot.exitId()).isEqualTo("exit-1");
        assertThat(requireNonNull(table.standing("exit-1")).runningRequests()).isEqualTo(1);
        slot.release();
        assertThat(requireNonNull(table.standing("exit-1")).runningRequests()).isZero();
    }

    @Test
    void takenAwayFromOneAndNotYetGivenToAnotherItServesNobody() {
        online();
        table.assigned(assignment("mine"));
        assertThat(serves("mine")).isFalse();
        assertThat(serves(POOL)).isFalse();
    }

    @Test
    void nobodyNamesHimselfIntoACuratedPool() {
        online();
        table.curated(POOL, true);
        assertThat(serves(POOL)).isFalse();
        table.assigned(assignment("", POOL));
        assertThat(serves(POOL)).isTrue();
        table.assigned(assignment(""));
        table.curated(POOL, false);
        assertThat(serves(POOL)).isTrue();
    }

    @Test
    void cutOffForLongerThanItsLeaseAnExclusiveExitIsPickedNoMore() {
        online();
        table.assigned(assignment("mine", "mine"));
        table.unheard(LEASE_MS);
        assertThat(serves("mine")).isTrue();
        table.unheard(LEASE_MS + 1);
        assertThat(serves("mine")).isFalse();
        assertThat(serves(POOL)).isFalse();
        table.unheard(0);
        assertThat(serves("mine")).isTrue();
        table.assigned(assignment("", "res-1"));
        table.unheard(LEASE_MS + 1);
        assertThat(serves("res-1")).as("shared ones serve on").isTrue();
    }
}
