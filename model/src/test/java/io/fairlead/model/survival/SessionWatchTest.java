package io.fairlead.model.survival;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.survival.SessionWatch.Span;
import org.junit.jupiter.api.Test;

class SessionWatchTest {

    private static final long SILENCE_MS = 60_000;
    private static final long BEGIN = 1_000_000;

    private final SessionWatch watch = new SessionWatch();

    @Test
    void aSessionIsToldInSpansAndEndsWithItsLastLink() {
        assertThat(watch.seen("a", BEGIN, SILENCE_MS)).isNull();
        for (long atMs = BEGIN + 15_000; atMs < BEGIN + SessionWatch.SPAN_MS; atMs += 15_000) {
            assertThat(watch.seen("a", atMs, SILENCE_MS)).isNull();
        }
        long spanMs = BEGIN + SessionWatch.SPAN_MS;
        assertThat(watch.seen("a", spanMs, SILENCE_MS)).isEqualTo(new Span(BEGIN, BEGIN, spanMs, false));
        assertThat(watch.seen("b", spanMs + 1, SILENCE_MS)).isNull();
        assertThat(watch.lost("a", spanMs + 2, true, SILENCE_MS)).isNull();
        assertThat(watch.lost("b", spanMs + 9, true, SILENCE_MS)).isEqualTo(new Span(BEGIN, spanMs, spanMs + 9, true));
        assertThat(watch.lost("b", spanMs + 9, true, SILENCE_MS))
                .as("told twice")
                .isNull();
    }

    @Test
    void whatFellSilentIsSeenNoMoreAndEndsForNobody() {
        watch.seen("a", BEGIN, SILENCE_MS);
        watch.seen("a", BEGIN + 15_000, SILENCE_MS);
        long backMs = BEGIN + 10 * SILENCE_MS;
        assertThat(watch.seen("b", backMs, SILENCE_MS)).isEqualTo(new Span(BEGIN, BEGIN, BEGIN + 15_000, false));
        assertThat(watch.upSinceMs).isEqualTo(backMs);
    }

    @Test
    void aLinkOfAnEdgeThatDiedDoesNotHideTheEndOfTheNext() {
        watch.seen("dead/a", BEGIN, SILENCE_MS);
        for (long atMs = BEGIN + 10_000; atMs <= BEGIN + 100_000; atMs += 10_000) {
            watch.seen("alive/b", atMs, SILENCE_MS);
        }
        assertThat(watch.lost("alive/b", BEGIN + 101_000, true, SILENCE_MS))
                .isEqualTo(new Span(BEGIN, BEGIN, BEGIN + 101_000, true));
    }
}
