package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each rule by itself decides between two exits that are alike: one with it against itself, and one a hair worse. */
class ServiceHistoryRulesTest {

    private static final long HOUR_MS = 3_600_000;

    private final Fleet fleet = new Fleet();

    @BeforeEach
    void twoAlike() {
        fleet.exit("tried", 0.90, 1).exit("other", 0.89, 1);
    }

    private void poolTakes(String expected, String word) {
        fleet.curator.define(Fleet.pool("p", 1, 1, 1));
        fleet.curate();
        assertThat(fleet.usable("p")).containsExactly(expected);
        fleet.curator.define(Fleet.pool("q", 2, 2, 2));
        fleet.curate();
        assertThat(fleet.told.get("tried").memberships())
                .filteredOn(membership -> membership.pool().equals("q"))
                .singleElement()
                .satisfies(membership -> assertThat(membership.reason()).contains(word));
    }

    @Test
    void withNothingAgainstItTheBetterOneIsTaken() {
        poolTakes("tried", "least size: 0 of 2");
    }

    @Test
    void whatIsNextToNothingIsNotSpokenOf() {
        ExitCondition hardly = new ExitCondition(true, 90, Map.of(), Map.of("shop", 0.004), 0, 4);
        fleet.curator.condition("tried", hardly, fleet.nowMs);
        fleet.curator.define(Fleet.pool("p", 2, 2, 2));
        fleet.curate();
        assertThat(fleet.told.get("tried").memberships().get(0).reason()).isEqualTo("least size: 0 of 2");
    }

    @Test
    void failuresWithTheTargets() {
        fleet.curator.condition("tried", new ExitCondition(true, 90, Map.of(), Map.of("shop", 0.2), 0, 4), fleet.nowMs);
        poolTakes("other", "although 20 % of its tries failed here");
    }

    @Test
    void replacedWithinADay() {
        fleet.curator.define(
                Fleet.with(Fleet.pool("before", 0, 1, 1), java.util.List.of(), 0, 50, false, 0, java.util.List.of()));
        fleet.curate();
        fleet.condition("tried", 0.3, 1);
        fleet.curate();
        assertThat(fleet.usable("before")).containsExactly("other");
        fleet.condition("tried", 0.90, 1);
        fleet.curator.delete("before", fleet.nowMs);
        fleet.after(HOUR_MS);
        poolTakes("other", "although it was replaced within 24 h");
    }

    @Test
    void notRestedYet() {
        fleet.curator.define(Fleet.pool("before", 1, 1, 1));
        fleet.curate();
        assertThat(fleet.usable("before")).containsExactly("tried");
        fleet.curator.delete("before", fleet.nowMs);
        fleet.after(450_000);
        poolTakes("other", "although it has rested 50 % of its time");
    }

    @Test
    void promisesBroken() {
        fleet.curator.define(Fleet.pool("before", 1, 1, 1));
        fleet.curate();
        fleet.offline("tried");
        fleet.after(20_000);
        fleet.condition("tried", 0.90, 1);
        fleet.curator.delete("before", fleet.nowMs);
        fleet.after(48 * HOUR_MS);
        poolTakes("other", "although 50 % of its times were shorter than foreseen");
    }

    @Test
    void hoursInWhichItsOwnerUsesIt() {
        for (int i = 0; i < 20; i++) {
            fleet.curator.heartbeat("tried", true, true, -1, fleet.nowMs);
        }
        poolTakes("other", "although its owner uses it in 95 % of these hours");
    }

    @Test
    void onAnEmptyBatteryItIsNotTakenAtAll() {
        fleet.curator.heartbeat("tried", true, false, 19, fleet.nowMs);
        fleet.curator.define(Fleet.pool("p", 2, 2, 2));
        fleet.curate();
        assertThat(fleet.usable("p")).containsExactly("other");
        fleet.curator.heartbeat("tried", true, false, 20, fleet.nowMs);
        fleet.after(10_000);
        assertThat(fleet.usable("p")).containsExactly("other", "tried");
    }
}
