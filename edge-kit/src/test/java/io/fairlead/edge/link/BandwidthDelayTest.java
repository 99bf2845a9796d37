package io.fairlead.edge.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BandwidthDelayTest {

    private static final long RTT = 100_000_000;
    private static final int START = 256 << 10;
    private static final int MOST = 16 << 20;

    /** A sender that fills the window each round trip, up to what the path carries. */
    private static int settled(long pathBytes, int rounds) {
        BandwidthDelay estimate = new BandwidthDelay(START, MOST, 0);
        long now = 1_000_000_000;
        for (int i = 0; i < rounds; i++) {
            while (!estimate.arrived(16 << 10, now)) {
                now += 5_000_000;
            }
            long sample = Math.min(estimate.windowBytes(), pathBytes);
            estimate.arrived((int) sample, now + RTT / 2);
            now += RTT;
            estimate.answered(now);
            now += RTT;
        }
        return estimate.windowBytes();
    }

    @Test
    void growsToThePathOfAHundredMillisecondsAndNotFarBeyond() {
        long path = 5 << 20; // 420 Mbit/s at 100 ms
        assertThat((long) settled(path, 20)).isBetween(path, 3 * path);
    }

    @Test
    void neverBeyondItsBound() {
        assertThat(settled(Long.MAX_VALUE >> 8, 40)).isEqualTo(MOST);
    }

    @Test
    void slowPathLeavesItAlone() {
        assertThat(settled(50_000, 40)).isEqualTo(START);
    }

    @Test
    void littleTrafficAsksNothing() {
        BandwidthDelay estimate = new BandwidthDelay(START, MOST, 0);
        boolean asked = false;
        for (int i = 0; i < 60; i++) {
            asked |= estimate.arrived(1_000, i * 1_000_000_000L);
        }
        assertThat(asked).isFalse();
    }
}
