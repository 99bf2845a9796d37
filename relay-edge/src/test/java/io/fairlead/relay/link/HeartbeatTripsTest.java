package io.fairlead.relay.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeartbeatTripsTest {

    @Test
    void theLeastOfTheLastFourCountsAndAnotherConnectionBeginsAnew() {
        HeartbeatTrips trips = new HeartbeatTrips();
        assertThat(trips.leastUs()).isEqualTo(-1);
        for (long ms : new long[] {90, 300, 120, 130}) {
            trips.note(ms * 1_000_000);
        }
        assertThat(trips.leastUs()).isEqualTo(90_000);
        trips.note(140_000_000);
        assertThat(trips.leastUs()).isEqualTo(120_000);
        assertThat(path(50).withHeartbeat(trips.leastUs())).isEqualTo(path(120_000));
        assertThat(path(130_000).withHeartbeat(trips.leastUs())).isEqualTo(path(130_000));
        trips.clear();
        assertThat(LinkPath.UNKNOWN.withHeartbeat(trips.leastUs())).isEqualTo(LinkPath.UNKNOWN);
    }

    private static LinkPath path(long rttUs) {
        return new LinkPath(rttUs, 3, LinkThroughput.UNKNOWN);
    }
}
