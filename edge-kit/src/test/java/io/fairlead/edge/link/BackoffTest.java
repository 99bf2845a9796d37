package io.fairlead.edge.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class BackoffTest {

    @Property(tries = 100)
    void pausesStayUnderACeilingThatDoublesToAMinute(@ForAll long seed) {
        Backoff backoff = new Backoff(500, 60_000, new Random(seed));
        for (int i = 0; i < 50; i++) {
            long ceiling = i < 8 ? Math.min(60_000, 500L << i) : 60_000;
            assertThat(backoff.nextMs()).isBetween(1L, ceiling);
        }
        backoff.reset();
        assertThat(backoff.nextMs()).isBetween(1L, 500L);
    }

    @Property(tries = 1)
    void aThousandAgentsSpreadOverTheWholePause() {
        int[] tenths = new int[10];
        for (int i = 0; i < 1000; i++) {
            tenths[(int) ((new Backoff(500, 60_000, new Random(i)).nextMs() - 1) / 50)]++;
        }
        for (int tenth : tenths) {
            assertThat(tenth).isBetween(60, 150);
        }
    }
}
