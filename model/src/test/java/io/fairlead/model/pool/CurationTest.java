package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PoolPolicy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CurationTest {

    private final Fleet fleet = new Fleet();

    @Test
    void whoIsKilledLeavesAtOnceWhateverTheChurnBoundAndIsReplaced() {
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(0));
        for (int i = 0; i < 10; i++) {
            fleet.exit("x" + i, 0.9, 1);
        }
        fleet.curator.define(Fleet.pool("p", 2, 5, 5));
        fleet.curate();
        for (int i = 0; i < 5; i++) {
            fleet.curator.override("x" + i, true, false, "");
        }
        fleet.after(200);
        assertThat(fleet.usable("p")).containsExactly("x5", "x6", "x7", "x8", "x9");
        assertThat(fleet.told.get("x0").changes()).singleElement().satisfies(change -> assertThat(change.reason())
                .isEqualTo("killed by the operator"));
    }

    @Test
    void aDegradedPoolIsKeptAndNotTriedInALoop() {
        fleet.exit("a", 0.9, 1).exit("b", 0.9, 1);
        fleet.curator.define(Fleet.pool("p", 1, 2, 4));
        fleet.curate();
        fleet.condition("a", 0.2, 1).condition("b", 0.3, 1);
        for (int i = 0; i < 1_000; i++) {
            fleet.condition("a", 0.2 + i % 2 * 0.01, 1);
            assertThat(fleet.after(200)).isEmpty();
        }
        assertThat(fleet.status("p").state()).isEqualTo(PoolState.DEGRADED);
        assertThat(fleet.usable("p")).containsExactly("a", "b");
    }

    @Test
    void whatCouldHelpWaitsForTheChurnBoundAndThatIsSaid() {
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(0.25));
        for (int i = 0; i < 8; i++) {
            fleet.exit("m" + i, 0.9, 1);
        }
        fleet.curator.define(Fleet.pool("p", 1, 8, 8));
        fleet.curate();
        for (int i = 0; i < 8; i++) {
            fleet.condition("m" + i, 0.3, 1);
            fleet.exit("n" + i, 0.8, 1);
        }
        fleet.after(200);
        assertThat(fleet.usable("p"))
                .as("two of eight in an hour")
                .hasSize(8)
                .contains("n0", "n1")
                .doesNotContain("n2");
        assertThat(fleet.status("p").state()).isEqualTo(PoolState.CURING);
        assertThat(fleet.status("p").reason()).endsWith("and no more than 25 % of the pool may change in an hour");
        fleet.after(3_600_000);
        assertThat(fleet.usable("p")).contains("n2", "n3");
    }

    @Test
    void whatIsFeltAlreadyIsCuredFasterThanWhatIsForeseen() {
        for (int i = 0; i < 8; i++) {
            fleet.exit("m" + i, 0.9, 1);
        }
        fleet.curator.define(Fleet.pool("p", 1, 8, 8));
        fleet.curate();
        for (int i = 0; i < 8; i++) {
            fleet.condition("m" + i, 0.3, 1);
            fleet.exit("n" + i, 0.8, 1);
        }
        fleet.after(200);
        assertThat(fleet.status("p").health().now())
                .as("as many as it takes, not a quarter in an hour")
                .isGreaterThanOrEqualTo(0.6);
    }

    @Test
    void whoIsGoneIsReplacedWithoutBeingChargedToTheChurnBound() {
        for (int i = 0; i < 8; i++) {
            fleet.exit("m" + i, 0.7, 0.9).exit("n" + i, 0.7, 0.9);
        }
        fleet.curator.define(Fleet.pool("p", 1, 8, 8));
        fleet.curate();
        fleet.offline("m0").offline("m1").offline("m2");
        fleet.after(200);
        assertThat(fleet.usable("p")).hasSize(8).doesNotContain("m0", "m1");
        assertThat(fleet.status("p").changesInHour()).isZero();
    }

    @Test
    void whatIsForeseenIsNotWorthAChangeThatGainsNothing() {
        fleet.exit("a", 0.9, 0.6).exit("b", 0.9, 0.61);
        fleet.curator.define(Fleet.pool("p", 1, 1, 1));
        fleet.curate();
        assertThat(fleet.usable("p")).containsExactly("b");
        fleet.condition("a", 0.9, 0.62);
        fleet.after(20_000);
        assertThat(fleet.usable("p")).containsExactly("b");
        fleet.condition("a", 0.9, 0.65);
        fleet.after(20_000);
        assertThat(fleet.usable("p")).containsExactly("a");
    }

    @Test
    void noNetworkHasMoreThanItsShareIfOthersAreNearlyAsGood() {
        for (int i = 0; i < 20; i++) {
            fleet.exit("one" + i, 0.9, 1, new ExitProfile(PoolType.ISP, "fr", "", "", 1));
        }
        fleet.exit("two", 0.8, 1, new ExitProfile(PoolType.ISP, "fr", "", "", 2));
        fleet.exit("three", 0.7, 1, new ExitProfile(PoolType.ISP, "fr", "", "", 3));
        fleet.curator.define(Fleet.pool("p", 1, 10, 10));
        fleet.curate();
        assertThat(fleet.usable("p")).contains("one0", "two").doesNotContain("three");
        assertThat(fleet.usable("p")).hasSize(10);
    }

    @Test
    void whatTwoChancesToStayTellIsAPowerOfTime() {
        ExitCondition young = new ExitCondition(true, 80, Map.of(), Map.of(), 0, 4)
                .staying(600_000, Math.exp(-0.5), 3_600_000, Math.exp(-0.5 * Math.sqrt(6)));
        assertThat(young.hazardShape()).isCloseTo(0.5, within(1e-9));
        assertThat(young.stay(600_000)).isCloseTo(Math.exp(-0.5), within(1e-9));
        assertThat(young.stay(2_400_000))
                .as("four times as long, twice the hazard")
                .isCloseTo(Math.exp(-1), within(1e-9));
        assertThat(young.staying(1_000, 1, 2_000, 1).stay(1_000_000)).isGreaterThan(0.99);
        assertThat(young.staying(1_000, 0, 2_000, 0).stay(1_000)).isLessThan(0.01);
    }

    @Test
    void membersUnderTheFloorAreReplacedInAHealthyPool() {
        fleet.exit("a", 0.9, 1).exit("b", 0.9, 1).exit("c", 0.9, 1).exit("d", 0.5, 1);
        fleet.curator.define(Fleet.with(Fleet.pool("p", 1, 3, 3), List.of(), 0, 40, false, 0, List.of()));
        fleet.curate();
        fleet.condition("c", 0.3, 1);
        fleet.curate();
        assertThat(fleet.status("p").state()).isEqualTo(PoolState.HEALTHY);
        assertThat(fleet.usable("p")).containsExactly("a", "b", "d");
        assertThat(fleet.told.get("c").changes().get(0).reason())
                .isEqualTo("quality 30 is under the floor 40: d comes");
    }

    @Test
    void theLeastSizeIsReachedEvenIfHealthFalls() {
        fleet.exit("a", 0.9, 1).exit("b", 0.2, 1);
        fleet.curator.define(Fleet.pool("p", 2, 2, 2));
        fleet.curate();
        assertThat(fleet.usable("p")).containsExactly("a", "b");
        assertThat(fleet.status("p").health().foreseen()).isCloseTo(0.55, within(1e-9));
        assertThat(fleet.status("p").state()).isEqualTo(PoolState.DEGRADED);
    }

    @Test
    void formingStopsWhereHealthWouldFallUnderItsThreshold() {
        fleet.exit("a", 0.9, 1).exit("b", 0.2, 1);
        fleet.curator.define(Fleet.pool("p", 1, 2, 2));
        fleet.curate();
        assertThat(fleet.usable("p")).containsExactly("a");
        assertThat(fleet.status("p").missing())
                .isEqualTo("1 of 2: no more exits; 1 would bring its health under the minimum");
    }

    @Test
    void whatIsNotMandatoryIsDoneWithoutInTheStatedOrder() {
        fleet.policy(PoolPolicy.defaults().withReserve(0, 0.2, 1));
        fleet.exit("low", 0.5, 1).exit("german", 0.9, 1, new ExitProfile(PoolType.ISP, "de", "", "", 1));
        PoolDefinition pool = Fleet.with(
                Fleet.pool("p", 1, 1, 2),
                List.of("fr"),
                60,
                0,
                false,
                0,
                List.of(Requirement.QUALITY, Requirement.COUNTRY));
        fleet.curator.define(pool);
        fleet.curate();
        assertThat(fleet.told.get("low").memberships().get(0).reason())
                .isEqualTo("least size: 0 of 1; without [quality]");
        assertThat(fleet.told.get("german").memberships().get(0).reason())
                .isEqualTo("health foreseen 0.500 is under 0.60: raises it; without [quality, country]");
    }

    @Test
    void consentIsNeverDoneWithout() {
        fleet.curator.profile("x", ExitProfile.UNKNOWN, false);
        fleet.condition("x", 0.9, 1);
        fleet.curator.define(
                Fleet.with(Fleet.pool("p", 1, 1, 1), List.of(), 0, 0, false, 0, List.of(Requirement.values())));
        fleet.curate();
        assertThat(fleet.usable("p")).isEmpty();
        assertThat(fleet.status("p").missing()).isEqualTo("0 of 1: no more exits; 1 does not consent");
    }

    @Test
    void aMemberThatComesBackInTimeKeepsItsPlace() {
        fleet.exit("a", 0.9, 1).exit("b", 0.9, 1).exit("c", 0.9, 1);
        fleet.curator.define(Fleet.pool("p", 1, 2, 2));
        fleet.curate();
        fleet.offline("b");
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(0)); // so that curing does not take its place
        fleet.after(9_000);
        assertThat(fleet.usable("p")).containsExactly("a", "b");
        fleet.after(1_000);
        assertThat(fleet.usable("p")).containsExactly("a", "c");
        assertThat(fleet.told.get("b").changes().get(0).reason()).isEqualTo("offline for 10 s");
    }

    @Test
    void whoIsGoneLeavesInTimeAlsoWhileTheChurnBoundHoldsCuringBack() {
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(0));
        fleet.exit("a", 0.9, 1).exit("b", 0.9, 1);
        fleet.curator.define(Fleet.pool("p", 1, 2, 2));
        fleet.curate();
        fleet.offline("b");
        fleet.curate();
        assertThat(fleet.status("p").state()).isEqualTo(PoolState.CURING);
        fleet.after(15_000);
        assertThat(fleet.usable("p")).containsExactly("a");
    }

    @Test
    void whoFallsUnderTheFloorLeavesWithoutASuccessorWhereTheresEnoughWithoutIt() {
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(1));
        fleet.exit("a", 0.9, 0.9).exit("b", 0.9, 0.9).exit("c", 0.9, 0.9);
        fleet.curator.define(floored(Fleet.pool("p", 1, 3, 3)));
        fleet.curate();
        fleet.curator.define(floored(Fleet.pool("p", 1, 2, 3)));
        fleet.condition("a", 0.3, 0.9);
        fleet.curate();
        assertThat(fleet.usable("p")).containsExactly("b", "c");
        assertThat(fleet.changes.get(fleet.changes.size() - 1).reason())
                .isEqualTo("quality 30 is under the floor 40: the pool has members enough without it");
        fleet.condition("b", 0.3, 0.9);
        fleet.after(60_000);
        assertThat(fleet.usable("p")).as("it is wanted as long as nobody comes").containsExactly("b", "c");
    }

    private static PoolDefinition floored(PoolDefinition pool) {
        return Fleet.with(pool, List.of(), 40, 40, false, 0, List.of());
    }

    @Test
    void healthIsKeptSoThatItDoesWithoutAMemberThatFailsBeforeAnybodyKnows() {
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(1).withReserve(1, 0.2, 0));
        fleet.exit("a", 0.8, 1).exit("b", 0.7, 1).exit("c", 0.7, 1).exit("d", 0.7, 1);
        fleet.curator.define(Fleet.pool("p", 1, 4, 4));
        fleet.curate();
        assertThat(fleet.status("p").health().foreseen()).as("without a, 0.525").isCloseTo(0.725, within(1e-9));
        fleet.exit("e", 1, 1).exit("f", 1, 1);
        fleet.after(10_000);
        // It takes 0.6 · 4 / 3 = 0.8 and the margin: E brings 0.8, F with it 0.875.
        assertThat(fleet.usable("p")).contains("a", "e", "f").hasSize(4);
        assertThat(fleet.changes)
                .extracting(Change::reason)
                .contains(
                        "health foreseen 0.725 of the 0.82 that it takes to do without 1 of 4: it is the weakest: e comes");
        assertThat(fleet.status("p").state()).isEqualTo(PoolState.HEALTHY);
    }

    @Test
    void forAMemberToSpareAloneNobodyGivesWayToOneThatIsHardlyBetter() {
        fleet.policy(PoolPolicy.defaults().withReserve(1, 0.2, 0));
        fleet.exit("a", 0.8, 1).exit("b", 0.7, 1).exit("c", 0.7, 1).exit("d", 0.7, 1);
        fleet.curator.define(Fleet.pool("p", 1, 4, 4));
        fleet.curate();
        fleet.exit("e", 0.84, 1);
        fleet.after(10_000);
        assertThat(fleet.usable("p"))
                .as("0.725 of 0.82, but 0.14 more is not much")
                .containsExactly("a", "b", "c", "d");
        fleet.condition("b", 0.3, 1).condition("c", 0.7, 0.8).condition("d", 0.7, 0.8);
        fleet.after(10_000);
        assertThat(fleet.usable("p"))
                .as("under the minimum it is worth a change")
                .contains("e")
                .doesNotContain("b");
    }

    @Test
    void aPoolOfFewGrowsUntilItCanDoWithoutOne() {
        for (int i = 0; i < 9; i++) {
            fleet.exit("e" + i, 0.79, 1);
        }
        fleet.curator.define(Fleet.pool("p", 1, 2, 8));
        fleet.curate();
        // Of four, 0.6 · 4 / 3 = 0.8 is asked for, which is half-way to perfect: the most that is asked of exits.
        assertThat(fleet.usable("p")).hasSize(2);
        fleet.exit("better", 0.85, 1);
        fleet.after(10_000);
        assertThat(fleet.usable("p"))
                .as("it raises the mean, so it comes beside them")
                .hasSize(3)
                .contains("better");
        fleet.exit("best", 0.9, 1).exit("more", 0.9, 1).condition("better", 0.7, 1);
        fleet.after(10_000);
        fleet.condition("best", 0.5, 1).condition("more", 0.5, 1).exit("other", 0.95, 1);
        fleet.after(10_000);
        assertThat(fleet.usable("p"))
                .as("no more than four are needed for it: the weakest gives way")
                .hasSize(4)
                .contains("other");
    }

    @Test
    void networksShareAPoolAsEvenlyAsTheyCanWhereTheyAreTooFew() {
        for (int i = 0; i < 4; i++) {
            fleet.exit("best" + i, 0.95, 1, network(1)).exit("good" + i, 0.9, 1, network(2));
        }
        fleet.curator.define(Fleet.pool("p", 1, 4, 4));
        fleet.curate();
        assertThat(fleet.usable("p")).containsExactly("best0", "best1", "good0", "good1");
    }

    private static ExitProfile network(long asn) {
        return new ExitProfile(PoolType.RESIDENTIAL, "fr", "", "", asn);
    }

    @Test
    void whereNobodyIsAtHandItIsHealthyWithoutAMemberToSpare() {
        fleet.policy(PoolPolicy.defaults().withChurnSharePerHour(1).withReserve(1, 0.2, 0));
        fleet.exit("a", 0.7, 1).exit("b", 0.7, 1);
        fleet.curator.define(Fleet.pool("p", 1, 2, 2));
        fleet.curate();
        assertThat(fleet.status("p").state()).isEqualTo(PoolState.HEALTHY);
        assertThat(fleet.status("p").reason()).isEmpty();
    }

    @Test
    void whatWasForeseenIsHeldAgainstWhatCame() {
        fleet.exit("a", 0.9, 0.9).exit("b", 0.8, 0.9);
        fleet.curator.define(Fleet.pool("p", 1, 2, 2));
        fleet.curate();
        fleet.condition("a", 0.7, 0.9);
        fleet.after(Fleet.HORIZON_MS);
        assertThat(fleet.curator.foresights()).singleElement().satisfies(foresight -> {
            assertThat(foresight.predicted()).isCloseTo(0.765, within(1e-9));
            assertThat(foresight.observed()).isCloseTo(0.75, within(1e-9));
        });
    }

    @Test
    void definitionsThatContradictThemselvesAreSaid() {
        PoolDefinition wrong = new PoolDefinition(
                "Bad Name",
                List.of(),
                List.of("FRA"),
                List.of(),
                List.of(),
                List.of(0L),
                50,
                List.of(),
                9,
                5,
                1_000_000,
                1.5,
                1,
                70,
                "",
                false,
                5,
                "Bad Name",
                List.of(Requirement.CITY, Requirement.CITY));
        assertThat(wrong.validate())
                .map(Object::toString)
                .contains(
                        "maxMembers is 1000000 but must be between 1 and 50000; lower it to at most 50000",
                        "minMembers is 9 but must be between 0 and 5; lower it to at most 5",
                        "nodeFloor is 70.0 but must be at most minQuality, which is 50.0; lower it: new members would be replaced at once",
                        "countries is 'FRA' but must be two lower-case letters; write ISO 3166-1 alpha-2, such as fr")
                .hasSize(11);
        fleet.curator.define(wrong);
        assertThat(fleet.curator.pools()).isEmpty();
    }
}
