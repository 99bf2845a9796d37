package io.fairlead.relay.room;

import static io.fairlead.relay.room.RoomTimeline.Verdict.ALREADY_SENT;
import static io.fairlead.relay.room.RoomTimeline.Verdict.BEFORE_START;
import static io.fairlead.relay.room.RoomTimeline.Verdict.SEND;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class RoomTimelineTest {

    private final RoomTimeline timeline = new RoomTimeline();
    private long nowMs = 5_000;

    @Test
    void aRoomBeginsAtZeroWithItsFirstKeyFrame() {
        timeline.join(true);
        assertThat(sound(90)).isEqualTo(BEFORE_START);
        assertThat(frame(100)).isEqualTo(BEFORE_START);
        assertThat(key(140)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isZero();
        assertThat(sound(120)).isEqualTo(BEFORE_START);
        assertThat(sound(145)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isEqualTo(5);
    }

    @Test
    void bothKindsKeepTheirDistance() {
        timeline.join(true);
        key(1_000);
        sound(1_010);
        frame(1_040);
        assertThat(timeline.placedMs()).isEqualTo(40);
        sound(1_033);
        assertThat(timeline.placedMs()).isEqualTo(33);
    }

    @Test
    void aRoomWithoutVideoBeginsAtOnce() {
        timeline.join(false);
        assertThat(sound(700)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isZero();
    }

    @Test
    void aSourceThatAnnouncesVideoAndHasNoneGoesOnWithItsAudio() {
        timeline.join(true);
        assertThat(sound(0)).isEqualTo(BEFORE_START);
        nowMs += 2_999;
        assertThat(sound(2_999)).isEqualTo(BEFORE_START);
        assertThat(sound(3_000)).isEqualTo(SEND);
        assertThat(frame(3_010)).isEqualTo(BEFORE_START);
        assertThat(key(3_050)).isEqualTo(SEND);
        assertThat(frame(3_090)).isEqualTo(SEND);
    }

    /** The encoder begins anew, and once more before its first key frame. */
    @Test
    void aClockThatLeapsWhileAKeyFrameIsWaitedForIsNoTimeWithoutVideo() {
        timeline.join(true);
        assertThat(sound(0)).isEqualTo(BEFORE_START);
        assertThat(sound(500_000)).isEqualTo(BEFORE_START);
        assertThat(sound(10)).isEqualTo(BEFORE_START);
        assertThat(sound(1_000)).isEqualTo(BEFORE_START);
        assertThat(sound(2_000)).isEqualTo(BEFORE_START);
        assertThat(sound(3_000)).isEqualTo(BEFORE_START);
        assertThat(sound(3_010)).as("3 s without the leaps").isEqualTo(SEND);
    }

    /** Frames of the other source behind the last sound don't follow the last frame. */
    @Test
    void whereSoundWentOnAlonePictureWaitsForAKeyFrameWhateverFollows() {
        timeline.join(true);
        key(1_000);
        frame(1_040);
        timeline.join(true);
        sound(70_000);
        nowMs += 3_000;
        assertThat(sound(73_000)).isEqualTo(SEND);
        timeline.align(9_000, timeline.placedMs());
        assertThat(frame(9_010)).isEqualTo(BEFORE_START);
        assertThat(sound(9_020)).isEqualTo(SEND);
        assertThat(key(9_050)).isEqualTo(SEND);
        assertThat(frame(9_090)).isEqualTo(SEND);
        timeline.align(29_090, timeline.placedMs());
        assertThat(frame(29_130)).isEqualTo(SEND);
    }

    @Test
    void the32BitsWrapUnnoticed() {
        timeline.join(true);
        key(0xFFFF_FFF0L);
        frame(0x1_0000_0018L);
        assertThat(timeline.placedMs()).isEqualTo(40);
        assertThat(timeline.breaks()).isZero();
    }

    @Test
    void anEncoderThatIsStartedAnewFollowsByOneInterval() {
        timeline.join(true);
        key(50_000);
        frame(50_033);
        sound(50_030);
        assertThat(frame(33)).isEqualTo(BEFORE_START);
        assertThat(timeline.breaks()).isEqualTo(1);
        assertThat(sound(60)).isEqualTo(BEFORE_START);
        assertThat(key(66)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isEqualTo(66);
        assertThat(sound(60)).isEqualTo(BEFORE_START);
        assertThat(sound(70)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isEqualTo(70);
    }

    @Test
    void aSourceThatIsJoinedNeverOverlapsAudioThatWasAhead() {
        timeline.join(true);
        key(0);
        frame(40);
        sound(200);
        timeline.join(true);
        assertThat(key(9_000)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isEqualTo(201); // its first sound, as old, comes behind the last one
    }

    @Test
    void aRealPauseIsAPauseAndALeapIsNone() {
        timeline.join(true);
        key(0);
        nowMs += 20_000;
        assertThat(key(20_000)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isEqualTo(20_000);
        assertThat(frame(40_000)).isEqualTo(BEFORE_START);
        assertThat(key(4_000_000_000L)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isLessThanOrEqualTo(21_000);
    }

    @Test
    void smallStepsBackAreHeldAndSmallLeapsTaken() {
        timeline.join(true);
        key(1_000);
        frame(1_080);
        frame(1_040);
        assertThat(timeline.placedMs()).isEqualTo(80);
        frame(2_000);
        assertThat(timeline.placedMs()).isEqualTo(1_000);
    }

    @Test
    void withAClockInCommonNothingIsLostOrRepeated() {
        timeline.join(true);
        key(1_000);
        sound(1_010);
        frame(1_040);
        timeline.align(77_040, 40);
        assertThat(key(77_000)).isEqualTo(ALREADY_SENT);
        assertThat(sound(77_010)).isEqualTo(ALREADY_SENT);
        assertThat(frame(77_040)).isEqualTo(ALREADY_SENT);
        assertThat(sound(77_033)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isEqualTo(33);
        assertThat(frame(77_080)).isEqualTo(SEND);
        assertThat(timeline.placedMs()).isEqualTo(80);
    }

    private RoomTimeline.Verdict key(long time) {
        return place(TagKind.VIDEO, time, Flv.key(1, 20));
    }

    private RoomTimeline.Verdict frame(long time) {
        return place(TagKind.VIDEO, time, Flv.frame(1, 20));
    }

    private RoomTimeline.Verdict sound(long time) {
        return place(TagKind.AUDIO, time, Flv.sound(1, 10));
    }

    private RoomTimeline.Verdict place(TagKind kind, long time, byte[] payload) {
        Tag tag = Flv.tag(UnpooledByteBufAllocator.DEFAULT, kind, time, payload);
        try {
            return timeline.place(tag, nowMs * 1_000_000);
        } finally {
            tag.release();
        }
    }
}
