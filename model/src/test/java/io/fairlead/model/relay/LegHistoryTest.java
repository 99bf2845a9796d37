package io.fairlead.model.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LegHistoryTest {

    private static final long EVERY_MS = 10_000;

    private long nowMs = 1_700_000_000_000L;

    @Test
    void aNearWayIsWorthMoreThanAFarOne() {
        assertThat(linked(10_000).quality(nowMs).quality())
                .isGreaterThan(linked(80_000).quality(nowMs).quality() + 10);
    }

    @Test
    void aWayThatWasNeverMeasuredIsWorthAtMostFifty() {
        LegQuality unknown = linked(-1).quality(nowMs);
        assertThat(unknown.lowConfidence()).isTrue();
        assertThat(unknown.quality()).isEqualTo(50);
    }

    @Test
    void mediaThatStoodStillOnTheWayCosts() {
        LegHistory way = linked(20_000);
        double before = way.quality(nowMs).quality();
        for (int i = 0; i < 6; i++) {
            way.arrived(200, EVERY_MS, nowMs);
            way.sent(0, 1_000_000, 0, EVERY_MS, nowMs);
        }
        assertThat(way.quality(nowMs).stillShare()).isCloseTo(0.02, within(1e-9));
        assertThat(way.quality(nowMs).quality()).isCloseTo(before / Math.E, within(0.01));
    }

    @Test
    void aSourceThatStopsIsNotTheWaysFault() {
        LegHistory way = linked(20_000);
        double before = way.quality(nowMs).quality();
        for (int i = 0; i < 6; i++) {
            way.arrived(5_000, EVERY_MS, nowMs);
            way.sent(5_000, 1_000_000, 0, EVERY_MS, nowMs);
        }
        assertThat(way.quality(nowMs).quality()).isCloseTo(before, within(1e-9));
    }

    @Test
    void segmentsThatAreSentAgainCost() {
        LegHistory way = linked(20_000);
        double before = way.quality(nowMs).quality();
        way.sent(0, 1_400_000, 50, EVERY_MS, nowMs);
        assertThat(way.quality(nowMs).resentShare()).isCloseTo(0.05, within(1e-9));
        assertThat(way.quality(nowMs).quality()).isCloseTo(before / Math.E, within(0.01));
    }

    @Test
    void aWayThatIsInUseByMoreThanHalfCosts() {
        LegHistory way = linked(20_000);
        double before = way.quality(nowMs).quality();
        way.gauged(1_000_000, true, 800_000, EVERY_MS, nowMs);
        assertThat(way.quality(nowMs).busyShare()).isCloseTo(0.8, within(1e-9));
        assertThat(way.quality(nowMs).quality()).isCloseTo(before * 0.5 / 0.8, within(1e-9));
        nowMs += 10 * LegHistory.HALF_LIFE_MS;
        way.gauged(10_000_000, true, 800_000, EVERY_MS, nowMs);
        assertThat(way.quality(nowMs).quality()).isCloseTo(before, within(1.0));
    }

    @Test
    void aWayThatCouldPerhapsCarryMoreIsNotBlamed() {
        LegHistory way = linked(20_000);
        double before = way.quality(nowMs).quality();
        way.gauged(1_000_000, false, 950_000, EVERY_MS, nowMs);
        assertThat(way.quality(nowMs).busyShare()).isEqualTo(-1);
        way.gauged(10_000_000, false, 1_000_000, EVERY_MS, nowMs);
        assertThat(way.quality(nowMs).busyShare()).isCloseTo(0.1, within(1e-9));
        assertThat(way.quality(nowMs).quality()).isCloseTo(before, within(1e-9));
    }

    @Test
    void whatWasNotMeasuredSaysNothing() {
        LegHistory way = linked(20_000);
        way.gauged(-1, true, 800_000, EVERY_MS, nowMs);
        way.gauged(0, true, 800_000, EVERY_MS, nowMs);
        way.gauged(1_000_000, true, -1, EVERY_MS, nowMs);
        way.gauged(1_000_000, true, 800_000, 0, nowMs);
        way.gauged(1_000_000, true, 800_000, -5, nowMs);
        assertThat(way.quality(nowMs).busyShare()).isEqualTo(-1);
        way.gauged(1, true, Long.MAX_VALUE, EVERY_MS, nowMs);
        assertThat(way.quality(nowMs).busyShare()).isEqualTo(1);
        assertThat(way.quality(nowMs).quality()).isPositive().isLessThanOrEqualTo(100);
    }

    @Test
    void lostConnectionsAreForgottenSlowly() {
        LegHistory way = linked(20_000);
        double before = way.quality(nowMs).quality();
        way.linked(20_000, 4, EVERY_MS, nowMs);
        double after = way.quality(nowMs).quality();
        assertThat(after).isLessThan(before * 0.6);
        nowMs += 3 * LegHistory.HALF_LIFE_MS;
        assertThat(way.quality(nowMs).quality()).isLessThan(before * 0.65);
        nowMs += 6 * LegHistory.LOST_HALF_LIFE_MS;
        assertThat(way.quality(nowMs).quality()).isGreaterThan(before * 0.95);
    }

    private LegHistory linked(long rttUs) {
        LegHistory way = new LegHistory();
        way.linked(rttUs, 0, EVERY_MS, nowMs);
        return way;
    }
}
