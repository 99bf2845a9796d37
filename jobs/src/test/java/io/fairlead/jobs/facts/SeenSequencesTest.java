package io.fairlead.jobs.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SeenSequencesTest {

    @Property(tries = 500)
    void whateverTheOrderEachSequenceIsNewExactlyOnce(
            @ForAll @Size(max = 200) List<@IntRange(max = 60) Integer> sequences) {
        long[] ranges = SeenSequences.none();
        Set<Integer> seen = new TreeSet<>();
        for (int sequence : sequences) {
            long[] then = SeenSequences.add(ranges.clone(), sequence);
            assertThat(then != null).isEqualTo(seen.add(sequence));
            ranges = then == null ? ranges : then;
            assertThat(expand(ranges)).containsExactlyElementsOf(seen);
        }
        for (int i = 2; i < ranges.length; i += 2) {
            assertThat(ranges[i]).as("ranges are apart").isGreaterThan(ranges[i - 1] + 1);
        }
    }

    @Test
    void aMillionInOrderAreOneRange() {
        long[] ranges = SeenSequences.none();
        for (int i = 0; i < 1_000_000; i++) {
            ranges = SeenSequences.add(ranges, i);
        }
        assertThat(ranges).containsExactly(0, 999_999);
        assertThat(SeenSequences.missing(ranges)).isZero();
    }

    @Test
    void aSpoolReplayedLongAfterItsSuccessorsIsNew() {
        long[] ranges = SeenSequences.add(SeenSequences.none(), 0);
        ranges = SeenSequences.add(ranges, 50_000_000);
        assertThat(SeenSequences.missing(ranges)).isEqualTo(49_999_999);
        assertThat(SeenSequences.add(ranges.clone(), 1)).isNotNull();
        assertThat(SeenSequences.add(ranges.clone(), 0)).isNull();
    }

    @Test
    void aLaneFullOfHolesStaysBoundedAndGivesUpItsOldestHole() {
        long[] ranges = SeenSequences.none();
        for (int i = 0; i < 10 * SeenSequences.RANGES_MAX; i++) {
            ranges = SeenSequences.add(ranges, 2L * i);
        }
        assertThat(ranges).hasSize(2 * SeenSequences.RANGES_MAX);
        assertThat(ranges[0]).isZero();
        assertThat(SeenSequences.add(ranges.clone(), 1))
                .as("in the hole given up")
                .isNull();
        assertThat(SeenSequences.add(ranges.clone(), ranges[3] + 1))
                .as("in a hole still open")
                .isNotNull();
    }

    @Test
    void theGreatestSequenceDoesNotWrapAround() {
        long[] ranges = SeenSequences.add(SeenSequences.none(), Long.MAX_VALUE);
        assertThat(SeenSequences.add(ranges.clone(), Long.MAX_VALUE)).isNull();
        assertThat(SeenSequences.add(ranges.clone(), 0)).containsExactly(0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    private static List<Integer> expand(long[] ranges) {
        Set<Integer> all = new TreeSet<>();
        for (int i = 0; i < ranges.length; i += 2) {
            for (long s = ranges[i]; s <= ranges[i + 1]; s++) {
                all.add((int) s);
            }
        }
        return List.copyOf(Arrays.asList(all.toArray(new Integer[0])));
    }
}
