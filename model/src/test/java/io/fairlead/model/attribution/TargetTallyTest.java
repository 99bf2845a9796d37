package io.fairlead.model.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TargetTallyTest {

    private static final long START = 1_700_000_000_000L;

    private final TargetTally tally = new TargetTally();

    @Test
    void aTargetThatFailsWithEveryoneIsAtFault() {
        tally.add(START, bits(3), 0);
        assertThat(tally.atFault(START)).isTrue();
    }

    @Test
    void twoExitsAreTooFewToBlameATarget() {
        tally.add(START, bits(2), 0);
        assertThat(tally.atFault(START)).isFalse();
    }

    @Test
    void aFewExitsThatFailWhereMostSucceedAreToBlameThemselves() {
        tally.add(START, bits(3), bits(13) & ~bits(3));
        assertThat(tally.atFault(START)).isFalse();
    }

    @Test
    void anExitThatAlsoCarriedDoesNotSpeakAgainstTheTarget() {
        tally.add(START, bits(3), bits(1));
        assertThat(tally.atFault(START)).isFalse();
    }

    @Test
    void whereItIsSeldomTriedFailuresOfFiveSecondsCountTogether() {
        tally.add(START - 4_000, 1, 0);
        tally.add(START - 2_000, 2, 0);
        tally.add(START, 4, 0);
        assertThat(tally.atFault(START)).isTrue();
        assertThat(tally.atFault(START + 1_000)).isFalse();
    }

    @Test
    void aFaultIsOverWhenItsSecondsAre() {
        tally.add(START, bits(5), 0);
        assertThat(tally.atFault(START + TargetTally.SLOTS * TargetTally.SLOT_MS))
                .isFalse();
    }

    @Test
    void whatIsOlderThanTheRingDoesNotOverwriteWhatIsNewer() {
        tally.add(START, bits(5), 0);
        tally.add(START - TargetTally.SLOTS * TargetTally.SLOT_MS, 0, bits(60));
        assertThat(tally.atFault(START)).isTrue();
    }

    @Test
    void orderAndRepetitionChangeNothing() {
        List<long[]> seen = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            seen.add(new long[] {START - 500L * i, 1L << i, i % 5 == 0 ? 1L << (i + 20) : 0});
        }
        seen.forEach(each -> tally.add(each[0], each[1], each[2]));
        Collections.shuffle(seen, new Random(1));
        TargetTally other = new TargetTally();
        seen.forEach(each -> other.add(each[0], each[1], each[2]));
        seen.forEach(each -> other.add(each[0], each[1], each[2]));
        assertThat(other).isEqualTo(tally);
    }

    private static long bits(int exits) {
        return (1L << exits) - 1;
    }
}
