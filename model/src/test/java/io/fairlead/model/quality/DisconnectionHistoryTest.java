package io.fairlead.model.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.policy.QualityPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DisconnectionHistoryTest {

    private static final long HOUR_MS = 3_600_000;
    private static final long T0 = 472_222L * HOUR_MS;
    private static final QualityPolicy POLICY = QualityPolicy.defaults();

    @Test
    void sixDisconnectionsInADayOnline() {
        DisconnectionHistory history = new DisconnectionHistory();
        history.online(T0 - 24 * HOUR_MS + 60_000, T0);
        for (int i = 0; i < 6; i++) {
            history.disconnected(T0 - i * 3L * HOUR_MS);
        }
        assertThat(history.disconnections(T0, 24 * HOUR_MS)).isEqualTo(6);
        assertThat(history.hoursOnline(T0, 24 * HOUR_MS)).isEqualTo(23.5, within(0.51));
        assertThat(DisconnectionHistory.lambdaPerHour(6, 24, 0.5, 1)).isEqualTo(0.26);
        assertThat(DisconnectionHistory.probability(0.26, HOUR_MS)).isEqualTo(0.229, within(0.0005));
        assertThat(history.estimate(T0, POLICY, HOUR_MS).mean()).isEqualTo(0.229, within(0.005));
    }

    @Test
    void aBrandNewNode() {
        Estimate estimate = new DisconnectionHistory().estimate(T0, POLICY, HOUR_MS);
        assertThat(estimate.mean()).isEqualTo(0.39, within(0.005));
        assertThat(estimate.weight()).isZero();
        assertThat(estimate.lower()).isLessThan(0.05);
        assertThat(estimate.upper()).isGreaterThan(0.8);
    }

    @Test
    void whatIsOlderThanTheWindowIsForgotten() {
        DisconnectionHistory history = new DisconnectionHistory();
        history.disconnected(T0);
        history.online(T0, T0 + HOUR_MS);
        long later = T0 + 25 * HOUR_MS;
        history.online(later, later);
        assertThat(history.disconnections(later, 24 * HOUR_MS)).isZero();
        assertThat(history.hoursOnline(later, 24 * HOUR_MS)).isEqualTo(1 / 60.0, within(1e-9));
    }

    @Test
    void theSameMinuteToldTwiceCountsOnce() {
        DisconnectionHistory history = new DisconnectionHistory();
        for (int i = 0; i < 10; i++) {
            history.online(T0, T0 + 30_000);
        }
        assertThat(history.hoursOnline(T0 + 60_000, HOUR_MS)).isEqualTo(1 / 60.0, within(1e-9));
    }

    @Test
    void moreEvidenceNarrowsTheBounds() {
        Estimate little = DisconnectionHistory.estimate(1, 4, 0.5, 1, HOUR_MS);
        Estimate much = DisconnectionHistory.estimate(10, 40, 0.5, 1, HOUR_MS);
        assertThat(much.upper() - much.lower()).isLessThan(little.upper() - little.lower());
        assertThat(little.mean()).isBetween(little.lower(), little.upper());
    }

    @Property(tries = 200)
    void orderDoesNotMatter(@ForAll @IntRange(min = 0, max = 60) int events, @ForAll long seed) {
        Random random = new Random(seed);
        List<long[]> told = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            long at = T0 + random.nextLong(40 * HOUR_MS);
            told.add(new long[] {random.nextInt(2), at, at + random.nextLong(HOUR_MS)});
        }
        DisconnectionHistory inOrder = replay(told);
        Collections.shuffle(told, random);
        assertThat(replay(told)).isEqualTo(inOrder);
    }

    private static DisconnectionHistory replay(List<long[]> told) {
        DisconnectionHistory history = new DisconnectionHistory();
        // The newest event decides what the ring can hold; it is told first in every order, as a job's clock would.
        told.stream().mapToLong(event -> event[2]).max().ifPresent(newest -> history.online(newest, newest));
        for (long[] event : told) {
            if (event[0] == 0) {
                history.disconnected(event[1]);
            } else {
                history.online(event[1], event[2]);
            }
        }
        return history;
    }
}
