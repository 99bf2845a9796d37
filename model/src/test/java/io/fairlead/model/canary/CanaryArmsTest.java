package io.fairlead.model.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CanaryArmsTest {

    private static final int EXITS = 5_000;

    @Property(tries = 20, seed = "99")
    void theArmIsTheShareThatWasAskedFor(
            @ForAll @LongRange(min = 0, max = 1_000_000_000L) long version,
            @ForAll @DoubleRange(min = 0.01, max = 0.5) double share) {
        long drawn = IntStream.range(0, EXITS)
                .filter(i -> CanaryArms.decides(version, "exit-" + i, share))
                .count();
        assertThat(drawn / (double) EXITS).isCloseTo(share, within(5 * Math.sqrt(share * (1 - share) / EXITS)));
    }

    @Property(tries = 20, seed = "99")
    void eachCanaryDrawsAnew(@ForAll @LongRange(min = 0, max = 1_000_000_000L) long version) {
        long both = IntStream.range(0, EXITS)
                .filter(i -> CanaryArms.decides(version, "exit-" + i, 0.5))
                .filter(i -> CanaryArms.decides(version + 1, "exit-" + i, 0.5))
                .count();
        assertThat(both / (double) EXITS).isCloseTo(0.25, within(0.04));
    }

    /** Pinned: a task of another version must say the same, or an exit is decided by both. */
    @Test
    void whatIsDrawnStaysSo() {
        assertThat(IntStream.rangeClosed(1, 24)
                        .filter(i -> CanaryArms.decides(17, String.format("exit-%02d", i), 0.25)))
                .containsExactly(4, 7, 15, 17, 18, 20, 22);
    }

    @Property(tries = 200, seed = "99")
    void ofAFewOneAtLeastIsDrawnAndOneAtLeastIsNot(
            @ForAll @LongRange(min = 0, max = 1_000_000_000L) long version,
            @ForAll @IntRange(min = 2, max = 40) int units,
            @ForAll @DoubleRange(min = 0.01, max = 0.5) double share) {
        List<String> all = IntStream.range(0, units).mapToObj(i -> "pool-" + i).toList();
        Set<String> drawn = CanaryArms.draw(version, all, share);
        assertThat(all).containsAll(drawn);
        assertThat(drawn).hasSizeBetween(1, units - 1);
        assertThat((double) drawn.size()).isCloseTo(share * units, within(1.0));
        assertThat(CanaryArms.draw(version, List.of("alone"), share)).isEmpty();
    }
}
