package io.fairlead.edge.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LinkPulseTest {

    /** How long after its last sign of life a link that went dead is given up, ms. */
    private static long givenUpAfterMs(boolean active, long seed, long aliveMs) {
        LinkPulse pulse = new LinkPulse(PulseSettings.DEFAULTS, new SplittableRandom(seed), 0);
        long now = 0;
        long heard = 0;
        while (true) {
            LinkPulse.Step step = pulse.step(now, active);
            if (step == LinkPulse.Step.DEAD) {
                return TimeUnit.NANOSECONDS.toMillis(now - heard);
            }
            if (step != LinkPulse.Step.WAIT && TimeUnit.NANOSECONDS.toMillis(now) < aliveMs) {
                heard = now;
                pulse.heard(now);
            }
            now += pulse.restNanos(now, active);
        }
    }

    @Property(tries = 200)
    void deadWithinTenSecondsWithTunnels(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(max = 100_000) int aliveMs) {
        assertThat(givenUpAfterMs(true, seed, aliveMs)).isLessThanOrEqualTo(10_000);
    }

    @Property(tries = 200)
    void deadWithinFortyFiveSecondsWhenIdle(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(max = 200_000) int aliveMs) {
        assertThat(givenUpAfterMs(false, seed, aliveMs)).isLessThanOrEqualTo(45_000);
    }

    @Test
    void linkThatWasQuietBeforeItsFirstTunnelIsAskedBeforeItIsGivenUp() {
        LinkPulse pulse = new LinkPulse(PulseSettings.DEFAULTS, new SplittableRandom(1), 0);
        long now = TimeUnit.MILLISECONDS.toNanos(200);
        assertThat(pulse.step(now, false)).isEqualTo(LinkPulse.Step.HEARTBEAT);
        pulse.heard(now);
        now += TimeUnit.MILLISECONDS.toNanos(11_900);
        assertThat(pulse.step(now, true)).isEqualTo(LinkPulse.Step.SUSPECT);
        pulse.heard(now + 1);
        assertThat(pulse.step(now + 2, true)).isEqualTo(LinkPulse.Step.WAIT);
    }

    @Test
    void heartbeatsOfManyLinksSpread() {
        long min = Long.MAX_VALUE;
        long max = 0;
        for (int seed = 0; seed < 200; seed++) {
            LinkPulse pulse = new LinkPulse(PulseSettings.DEFAULTS, new SplittableRandom(seed), 0);
            long now = TimeUnit.MILLISECONDS.toNanos(200);
            assertThat(pulse.step(now, false)).isEqualTo(LinkPulse.Step.HEARTBEAT);
            pulse.heard(now);
            long rest = pulse.restNanos(now, false);
            min = Math.min(min, rest);
            max = Math.max(max, rest);
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(min)).isBetween(12_000L, 12_500L);
        assertThat(TimeUnit.NANOSECONDS.toMillis(max)).isBetween(17_500L, 18_000L);
    }
}
