package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Exclusive exits change hands in two steps, and only when every edge has let go. */
class ExclusivityTest {

    private final Fleet fleet = new Fleet();

    private Stamp newest() {
        return fleet.told.values().stream()
                .map(Assignment::stamp)
                .max(Stamp::compareTo)
                .orElse(Stamp.NONE);
    }

    private void edgesKnow(String... edges) {
        for (String edge : edges) {
            fleet.curator.edge(edge, newest(), fleet.nowMs);
        }
    }

    @Test
    void nobodyMayUseAnExitBeforeEveryEdgeKnowsThatItIsTaken() {
        fleet.exit("x", 0.9, 1);
        edgesKnow("edge-1", "edge-2");
        fleet.curator.define(Fleet.exclusive(Fleet.pool("mine", 1, 1, 1), 0));
        fleet.curate();
        assertThat(fleet.told.get("x").owner()).isEqualTo("mine");
        assertThat(fleet.usable("mine")).as("first it is taken").isEmpty();
        edgesKnow("edge-1");
        fleet.after(200);
        assertThat(fleet.usable("mine")).as("one edge does not know").isEmpty();
        edgesKnow("edge-2");
        fleet.after(200);
        assertThat(fleet.usable("mine")).containsExactly("x");
        assertThat(fleet.told.get("x").owner()).isEqualTo("mine");
    }

    @Test
    void anEdgeThatIsSilentHoldsItUpForItsLeaseAndNoLonger() {
        fleet.exit("x", 0.9, 1);
        fleet.curator.edge("cut-off", Stamp.NONE, fleet.nowMs);
        fleet.curator.define(Fleet.exclusive(Fleet.pool("mine", 1, 1, 1), 0));
        fleet.curate();
        fleet.after(600_000 + EdgeWatch.HEARD_AFTER_REPORT_MS);
        assertThat(fleet.usable("mine")).isEmpty();
        fleet.after(1);
        assertThat(fleet.usable("mine")).containsExactly("x");
    }

    @Test
    void inTheFirstSecondsItIsNotKnownWhichEdgesThereAre() {
        fleet.nowMs = Fleet.START_MS;
        fleet.exit("x", 0.9, 1);
        fleet.curator.define(Fleet.exclusive(Fleet.pool("mine", 1, 1, 1), 0));
        fleet.curate();
        fleet.after(4_999);
        assertThat(fleet.usable("mine")).isEmpty();
        fleet.after(1);
        assertThat(fleet.usable("mine")).containsExactly("x");
    }

    @Test
    void ofADeletedPoolAnExitIsNobodysUntilEveryEdgeKnows() {
        nobodyMayUseAnExitBeforeEveryEdgeKnowsThatItIsTaken();
        fleet.curator.define(Fleet.pool("shared", 1, 1, 1));
        fleet.curator.delete("mine", fleet.nowMs);
        fleet.after(200);
        assertThat(fleet.told.get("x").owner())
                .as("edges still keep it from others")
                .isEqualTo("mine");
        assertThat(fleet.told.get("x").memberships()).isEmpty();
        edgesKnow("edge-1", "edge-2");
        fleet.after(200);
        assertThat(fleet.told.get("x").owner()).isEmpty();
        fleet.after(10_000);
        assertThat(fleet.usable("shared")).containsExactly("x");
    }

    @Test
    void whatIsExclusiveToAnotherIsSaidWithItsEnd() {
        for (int i = 0; i < 50; i++) {
            fleet.exit("x" + i, i < 43 ? 0.9 : 0.3, 1);
        }
        fleet.curator.define(Fleet.exclusive(Fleet.pool("eu-dedicated", 1, 12, 12), 1_796_083_200_000L));
        fleet.curate();
        fleet.after(200);
        fleet.curator.define(Fleet.with(Fleet.pool("res", 1, 50, 50), List.of("fr"), 60, 0, false, 0, List.of()));
        fleet.curate();
        assertThat(fleet.status("res").missing())
                .isEqualTo(
                        "31 of 50: no more exits in fr with quality ≥ 60; 12 are exclusive to pool eu-dedicated until "
                                + "2026-12-01T00:00:00Z; 7 have a quality under 60");
        assertThat(fleet.status("res").state()).isEqualTo(PoolState.HEALTHY);
    }

    @Test
    void exclusivityEndsAtItsEnd() {
        fleet.exit("x", 0.9, 1);
        fleet.curator.define(Fleet.exclusive(Fleet.pool("mine", 1, 1, 1), fleet.nowMs + 60_000));
        fleet.curator.define(Fleet.pool("other", 1, 1, 1));
        fleet.curate();
        fleet.after(200);
        assertThat(fleet.usable("mine")).containsExactly("x");
        fleet.after(59_800);
        fleet.after(10_000);
        assertThat(fleet.usable("mine")).containsExactly("x");
        assertThat(fleet.usable("other")).containsExactly("x");
        assertThat(fleet.told.get("x").owner()).isEmpty();
    }

    @Test
    void anExclusivePoolTakesNothingFromSharedOnes() {
        fleet.exit("x", 0.9, 1).exit("y", 0.8, 1);
        fleet.curator.define(Fleet.pool("shared", 1, 1, 1));
        fleet.curate();
        fleet.curator.define(Fleet.exclusive(Fleet.pool("mine", 1, 2, 2), 0));
        fleet.curate();
        fleet.after(200);
        assertThat(fleet.usable("shared")).containsExactly("x");
        assertThat(fleet.usable("mine")).containsExactly("y");
        assertThat(fleet.status("mine").missing())
                .isEqualTo("1 of 2: no more exits; 1 is in other pools, and this one is exclusive");
    }

    @Test
    void aPoolThatBecomesExclusiveLosesWhatItShares() {
        fleet.exit("x", 0.9, 1).exit("y", 0.8, 1);
        fleet.curator.define(Fleet.pool("a", 1, 2, 2));
        fleet.curator.define(Fleet.pool("b", 1, 1, 1));
        fleet.curate();
        fleet.curator.define(Fleet.exclusive(Fleet.pool("a", 1, 2, 2), 0));
        fleet.curate();
        fleet.after(10_000);
        assertThat(fleet.usable("a")).containsExactly("y");
        assertThat(fleet.told.get("y").owner()).isEqualTo("a");
        assertThat(fleet.usable("b")).containsExactly("x");
        assertThat(fleet.told.get("x").owner()).isEmpty();
    }

    @Test
    void anExitOfATenantsOwnServesOnlyThePoolsOfThatTenant() {
        fleet.exit("x", 0.9, 1);
        fleet.curator.override("x", false, false, "acme");
        fleet.curator.define(Fleet.pool("p", 1, 1, 1));
        fleet.curate();
        assertThat(fleet.usable("p")).isEmpty();
        assertThat(fleet.status("p").missing()).endsWith("1 is kept for another tenant");
    }
}
