package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourcePaceTest {

    private final SourcePace pace = new SourcePace();

    @Test
    void whatWasHeldUpIsDueWhenItWouldHaveCome() {
        note(100, 1_000);
        note(140, 1_040);
        note(180, 3_000);
        note(220, 3_000);
        assertThat(pace.dueMs(180)).isEqualTo(1_080);
        assertThat(pace.dueMs(220)).isEqualTo(1_120);
    }

    /** A media server sends at once what it has kept; only the newest of that comes in time. */
    @Test
    void whatASourceBeginsWithIsOlderThanItsArrival() {
        note(0, 5_000);
        note(40, 5_000);
        note(80, 5_000);
        assertThat(pace.dueMs(0)).isEqualTo(4_920);
        assertThat(pace.dueMs(80)).isEqualTo(5_000);
    }

    @Test
    void whoOnlyComesHasNothingThatIsOlder() {
        note(0, 5_000);
        note(80, 5_000);
        assertThat(pace.isOlder(0, 4_990)).isFalse();
        note(5_000, 9_920);
        note(5_040, 9_960);
        note(5_080, 12_000);
        assertThat(pace.isOlder(5_080, 10_001)).isTrue();
        assertThat(pace.isOlder(5_080, 10_000)).isFalse();
    }

    @Test
    void theWrapOf32BitsIsNoLeap() {
        note(0xFFFF_FFF0, 1_000);
        note(24, 1_040);
        note(64, 2_000);
        assertThat(pace.dueMs(0xFFFF_FFF0)).isEqualTo(1_000);
        assertThat(pace.dueMs(64)).isEqualTo(1_080);
    }

    @Test
    void anEncoderThatIsStartedAnewIsMeasuredAnew() {
        note(500_000, 1_000);
        note(0, 1_040);
        assertThat(pace.dueMs(0)).isEqualTo(1_040);
        note(900_000, 1_080);
        assertThat(pace.dueMs(900_000)).isEqualTo(1_080);
        note(900_040, 1_500);
        assertThat(pace.dueMs(900_040)).isEqualTo(1_120);
    }

    /** Slow by 1 in 100: after half an hour it is 18 s behind, which is no delay. */
    @Test
    void aClockThatDriftsIsFollowed() {
        long nowMs = 0;
        int mediaMs = 0;
        for (; nowMs < 1_800_000; nowMs += 100) {
            mediaMs += 99;
            note(mediaMs, nowMs);
        }
        assertThat(nowMs - 100 - pace.dueMs(mediaMs)).isBetween(0L, 2 * SourcePace.WINDOW_MS / 100 + 2);
    }

    private void note(int sourceTime, long nowMs) {
        pace.note(sourceTime, nowMs * 1_000_000);
    }
}
