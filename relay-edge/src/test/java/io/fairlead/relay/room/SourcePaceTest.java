package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourcePaceTest {

    private SourcePace pace = new SourcePace(0);

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
    void whoWasNotAskedForYetHasNothingThatIsOlder() {
        pace = new SourcePace(5_000_000_000L);
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
    void whoWasAskedForBeforeAGroupMayBringAnOlderOneUntilItsPaceIsKnown() {
        pace = new SourcePace(5_000_000_000L);
        note(0, 9_000);
        assertThat(pace.mayLieBefore(5_000))
                .as("it begins with that group or a newer one")
                .isFalse();
        assertThat(pace.mayLieBefore(5_001)).isTrue();
        for (int media = 40; media < SourcePace.STEADY_MS; media += 40) {
            note(media, 9_000 + media);
            assertThat(pace.mayLieBefore(8_000)).isTrue();
        }
        note((int) SourcePace.STEADY_MS, 9_000 + SourcePace.STEADY_MS);
        assertThat(pace.mayLieBefore(8_000)).isFalse();
    }

    /** At 1.2 times its pace, and once more held up meanwhile. */
    @Test
    void whoCatchesUpIsNotKnownYet() {
        int media = 0;
        long nowMs = 9_000;
        for (; media < 3_000; media += 48, nowMs += 40) {
            note(media, nowMs);
        }
        nowMs += 2_100;
        for (; media < 6_000; media += 48, nowMs += 40) {
            note(media, nowMs);
            assertThat(pace.mayLieBefore(8_000)).as("at %d", media).isTrue();
        }
        long caughtUpMs = nowMs;
        for (; pace.mayLieBefore(8_000); media += 40, nowMs += 40) {
            note(media, nowMs);
        }
        assertThat(nowMs - caughtUpMs).isBetween(SourcePace.STEADY_MS - 300, SourcePace.STEADY_MS + 100);
    }

    /** Senders that gather for a second are never on time but with the last they send; one without any pace is believed in the end. */
    @Test
    void whoSendsInLargePiecesIsKnownAllTheSame() {
        for (int media = 0; media < 4_000; media += 40) {
            note(media, 9_000 + media / 1_000 * 1_000);
        }
        assertThat(pace.mayLieBefore(8_000)).isFalse();
        pace = new SourcePace(0);
        long nowMs = 9_000;
        for (int media = 0;
                nowMs <= 9_000 + SourcePace.WINDOW_MS;
                media += 40, nowMs += media % 5_000 < 2_500 ? 10 : 70) {
            note(media, nowMs);
        }
        assertThat(pace.mayLieBefore(8_000)).isFalse();
    }

    @Test
    void aFrameThatAnotherBroughtInTimeSaysHowLateItIs() {
        note(0, 9_000);
        assertThat(pace.mayLieBefore(8_000)).isTrue();
        pace.wasDue(0, 6_000);
        assertThat(pace.mayLieBefore(8_000)).isFalse();
        assertThat(pace.isOlder(0, 6_001)).isTrue();
        note(1_000, 9_000);
        assertThat(pace.dueMs(1_000)).isEqualTo(7_000);
    }

    /** Else what is held up behind it would seem to come in time. */
    @Test
    void anEncoderThatIsStartedAnewIsAsLateAsItWas() {
        note(0, 1_000);
        note(40, 1_040);
        note(80, 3_000);
        note(500_000, 3_000);
        assertThat(pace.dueMs(500_000)).isEqualTo(1_080);
        note(501_000, 3_040);
        assertThat(pace.dueMs(501_000)).isEqualTo(2_080);
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
