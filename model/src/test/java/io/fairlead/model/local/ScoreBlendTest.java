package io.fairlead.model.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScoreBlendTest {

    @Test
    void goesOverInTenSecondsAndComesBackAtOnce() {
        ScoreBlend heard = ScoreBlend.start().told(false, 0);
        assertThat(heard.localShare(50, 10_000)).isZero();
        ScoreBlend silent = heard.told(true, 100_000);
        assertThat(silent.localShare(100_000, 10_000)).isZero();
        assertThat(silent.localShare(102_500, 10_000)).isEqualTo(0.25);
        assertThat(silent.told(true, 105_000).localShare(110_000, 10_000)).isEqualTo(1);
        assertThat(silent.localShare(99_000, 10_000)).isZero();
        assertThat(silent.told(false, 103_000).localShare(103_000, 10_000)).isZero();
        assertThat(ScoreBlend.quality(80, 40, 0.25)).isEqualTo(70);
    }

    @Test
    void jobThatWasNeverHeardLeavesLocalScoringAlone() {
        assertThat(ScoreBlend.start().localShare(0, 10_000)).isEqualTo(1);
        assertThat(ScoreBlend.start().told(true, 5).localShare(5, 10_000)).isEqualTo(1);
        assertThat(ScoreBlend.start().told(true, 5).localShare(5, 0)).isEqualTo(1);
    }
}
