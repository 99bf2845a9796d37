package io.fairlead.model.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import org.junit.jupiter.api.Test;

class LadderTest {

    private static final double HOUR_MS = 3_600_000;

    private static AddressPrefix prefix(String text) {
        return AddressPrefix.parse(text);
    }

    @Test
    void aRowsOwnEvidenceCountsAndOfSeveralThatOfTheBestClass() {
        Ladder ladder = new Ladder(new int[] {0, 1});
        int row = ladder.add(prefix("192.0.2.7/32"), 1);
        ladder.know(row, 0, EvidenceClass.POPULARITY, 30, 10);
        ladder.know(row, 0, EvidenceClass.RESOLVER_RTT, 12, 1);
        ladder.know(row, 0, EvidenceClass.PROBE, 90, 1);
        ladder.climb();
        assertThat(ladder.evidence(row, 0)).isEqualTo(EvidenceClass.RESOLVER_RTT);
        assertThat(ladder.costMs(row, 0)).isEqualTo(12);
    }

    /** The /24 is asked before the /20, and other networks are not asked at all. */
    @Test
    void whatARowDoesNotKnowItsNeighboursMay() {
        Ladder ladder = new Ladder(new int[] {0, 1});
        int row = ladder.add(prefix("192.0.2.7/32"), 1);
        int near = ladder.add(prefix("192.0.2.200/32"), 1);
        int wide = ladder.add(prefix("192.0.3.0/24"), 1);
        int stranger = ladder.add(prefix("198.51.100.1/32"), 1);
        ladder.know(near, 0, EvidenceClass.CLIENT_RTT, 20, 1);
        ladder.know(wide, 0, EvidenceClass.CLIENT_RTT, 80, 1);
        ladder.know(wide, 1, EvidenceClass.CLIENT_RTT, 40, 1);
        ladder.climb();
        assertThat(ladder.evidence(row, 0)).isEqualTo(EvidenceClass.NEAR_NEIGHBOURS);
        assertThat(ladder.costMs(row, 0)).isCloseTo(20, within(1e-3));
        assertThat(ladder.evidence(row, 1)).isEqualTo(EvidenceClass.NEIGHBOURS);
        assertThat(ladder.costMs(row, 1)).isCloseTo(40, within(1e-3));
        assertThat(ladder.evidence(stranger, 0)).isEqualTo(EvidenceClass.DEFAULT);
    }

    private void knowAll(Ladder ladder, double... ms) {
        for (int i = 0; i < 8; i++) {
            int row = ladder.add(prefix("203.0." + i * 16 + ".1/32"), 1);
            for (int group = 0; group < ms.length; group++) {
                ladder.know(row, group, EvidenceClass.PROBE, ms[group], 1);
            }
        }
    }

    /** It was measured to one group alone, far away: the first of the defaults is nearer to most. */
    @Test
    void aRowIsNotKeptAtTheOneGroupThatItHasMet() {
        Ladder ladder = new Ladder(new int[] {0, 1});
        knowAll(ladder, 80, 60);
        int far = ladder.add(prefix("192.0.2.1/32"), 1);
        ladder.know(far, 1, EvidenceClass.RESOLVER_RTT, 300, 10);
        ladder.climb();
        assertThat(ladder.evidence(far, 0)).isEqualTo(EvidenceClass.DEFAULT);
        assertThat(ladder.costMs(far, 0)).isCloseTo(80, within(0.1));
    }

    /** Clients were measured where they were sent; those who live beside the second group are near to it, which says nothing of others. */
    @Test
    void nobodyIsSentOnAGuessWhereNobodyKnowsHimToBeNear() {
        Ladder ladder = new Ladder(new int[] {0, 1});
        knowAll(ladder, 80, 20);
        int there = ladder.add(prefix("192.0.2.1/32"), 1);
        int unknown = ladder.add(prefix("198.51.100.1/32"), 1);
        ladder.know(there, 0, EvidenceClass.CLIENT_RTT, 130, 5);
        for (int i = 0; i < 20; i++) {
            ladder.know(ladder.add(prefix("10." + i + ".0.1/32"), 1), 1, EvidenceClass.CLIENT_RTT, 5, 1);
        }
        ladder.climb();
        Plan plan = Pricing.solve(ladder.demand(), new double[] {100, 100});
        assertThat(plan.mainGroup(there)).isZero();
        assertThat(plan.mainGroup(unknown)).isZero();
    }

    @Test
    void ofWhatNobodyKnowsTheOrderOfDefaultsDecidesAndItIsFarther() {
        Ladder ladder = new Ladder(new int[] {2, 0, 1});
        int unknown = ladder.add(prefix("198.51.100.1/32"), 1);
        int known = ladder.add(prefix("203.0.113.1/32"), 1);
        ladder.know(known, 0, EvidenceClass.CLIENT_RTT, 180, 5);
        ladder.climb();
        Plan plan = Pricing.solve(ladder.demand(), new double[] {10, 10, 10});
        assertThat(plan.mainGroup(unknown)).isEqualTo(2);
        assertThat(plan.mainGroup(known))
                .as("known to be far, and not known to be nearer elsewhere")
                .isZero();
    }

    /** A share is worth 5 ms to those in the middle; this one is at the end of the world, and still nearest to the group that it prefers. */
    @Test
    void aPreferenceSaysHowMuchFartherOthersAreThanTheOneThatWasMeasured() {
        Ladder ladder = new Ladder(new int[] {0, 1, 2});
        int row = ladder.add(prefix("192.0.2.7/32"), 1);
        ladder.know(row, 1, EvidenceClass.RESOLVER_RTT, 180, 5);
        ladder.prefer(row, 1, new double[] {60, 5, 4}, 0.5);
        assertThat(ladder.costMs(row, 1)).isEqualTo(180);
        assertThat(ladder.costMs(row, 0)).as("55 ms farther").isCloseTo(235, within(1e-3));
        assertThat(ladder.costMs(row, 2))
                .as("not nearer than what is preferred")
                .isGreaterThan(180);
        assertThat(ladder.evidence(row, 2)).isEqualTo(EvidenceClass.POPULARITY);
        assertThat(ladder.errorMs(row, 0)).isCloseTo(117.5, within(1e-3));
    }

    @Test
    void thePreferredGroupIsNoFartherThanAnotherThatWasMeasuredAndWithoutAnyShareIsWorthWhatItIsInTheMiddle() {
        Ladder ladder = new Ladder(new int[] {0, 1, 2});
        int row = ladder.add(prefix("192.0.2.7/32"), 1);
        int unmeasured = ladder.add(prefix("192.0.2.8/32"), 1);
        ladder.know(row, 0, EvidenceClass.PROBE, 20, 1);
        ladder.prefer(row, 1, new double[] {60, 30, Double.NaN}, 0.5);
        ladder.prefer(unmeasured, 1, new double[] {60, 30, Double.NaN}, 0.5);
        assertThat(ladder.costMs(row, 0)).as("its own").isEqualTo(20);
        assertThat(ladder.costMs(row, 1)).isEqualTo(20);
        assertThat(ladder.costMs(unmeasured, 0)).isEqualTo(60);
        assertThat(ladder.costMs(unmeasured, 1)).isEqualTo(30);
        ladder.climb();
        assertThat(ladder.evidence(row, 2)).as("no name server stands with it").isNotEqualTo(EvidenceClass.POPULARITY);
    }

    @Test
    void measurementsFadeAndTheNextBestClassCounts() throws Exception {
        Whereabouts whereabouts = new Whereabouts();
        whereabouts.measured("ams", EvidenceClass.CLIENT_RTT, 10, 2, 0, HOUR_MS);
        whereabouts.measured("ams", EvidenceClass.PROBE, 14, 100, 0, HOUR_MS);
        assertThat(whereabouts.best("ams", 0, HOUR_MS)).hasValueSatisfying(known -> {
            assertThat(known.evidence()).isEqualTo(EvidenceClass.CLIENT_RTT);
            assertThat(known.rttMs().mean()).isCloseTo(10, within(1e-9));
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        whereabouts.write(new DataOutputStream(bytes));
        Whereabouts read = Whereabouts.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.best("ams", (long) (3 * HOUR_MS), HOUR_MS))
                .hasValueSatisfying(known -> assertThat(known.evidence()).isEqualTo(EvidenceClass.PROBE));
        assertThat(read.isForgotten((long) (3 * HOUR_MS), HOUR_MS)).isFalse();
        assertThat(read.isForgotten((long) (12 * HOUR_MS), HOUR_MS)).isTrue();
    }

    @Test
    void onlySoManyGroupsAreKeptOfOnePrefix() {
        Whereabouts whereabouts = new Whereabouts();
        for (int group = 0; group <= Whereabouts.MAX_GROUPS; group++) {
            whereabouts.measured("g" + group, EvidenceClass.PROBE, 10, 1, 1_000L * group, HOUR_MS);
        }
        assertThat(whereabouts.best("g0", 0, HOUR_MS)).isEmpty();
        assertThat(whereabouts.best("g" + Whereabouts.MAX_GROUPS, 0, HOUR_MS)).isPresent();
    }
}
