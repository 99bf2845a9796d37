package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoomStoryTest {

    private static final long MS = 1_000_000;

    private final RoomStory story = new RoomStory();

    @Test
    void aSpliceCostsWhatTheSourcesLeftBetweenThemBeyondAFrame() {
        story.placed(0, 40, false);
        story.placed(40 * MS, 40, false);
        story.placed(80 * MS, 40, true);
        assertThat(story.now().splices()).isEqualTo(1);
        assertThat(story.now().spliceGapMs()).isZero();
        story.placed(380 * MS, 40, true);
        assertThat(story.now().splices()).isEqualTo(2);
        assertThat(story.now().spliceGapMs()).isEqualTo(260);
        assertThat(story.now().pauses()).as("300 ms are not long enough").isZero();
    }

    @Test
    void aPauseIsCountedWhateverItCameFrom() {
        RoomStory.Moment before = story.now();
        story.placed(1_000 * MS, 40, false);
        story.placed(1_500 * MS, 40, false);
        assertThat(story.now().pauses()).isZero();
        story.placed(2_001 * MS, 40, false);
        story.placed(3_001 * MS, 40, true);
        RoomStory.Moment since = story.now().since(before);
        assertThat(since.pauses()).isEqualTo(2);
        assertThat(since.pausedMs()).isEqualTo(1_501);
        assertThat(since.spliceGapMs()).isEqualTo(960);
    }
}
