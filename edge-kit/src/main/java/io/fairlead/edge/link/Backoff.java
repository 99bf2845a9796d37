package io.fairlead.edge.link;

import java.util.random.RandomGenerator;

/**
 * Pauses before dialling again: uniform between 0 and a ceiling that doubles with every failure ("full jitter", M. Brooker,
 * "Exponential Backoff And Jitter", 2015), so that a restarted edge is not run over by all its peers at once.
 */
public final class Backoff {

    private final int firstMs;
    private final int mostMs;
    private final RandomGenerator random;
    private int failures;

    /** @param random used by the owner's thread alone, or safe for several */
    public Backoff(int firstMs, int mostMs, RandomGenerator random) {
        this.firstMs = firstMs;
        this.mostMs = mostMs;
        this.random = random;
    }

    /** The next pause, ms, at least 1. */
    public long nextMs() {
        long ceiling = Math.min(mostMs, (long) firstMs << Math.min(failures, 30));
        failures++;
        return 1 + random.nextLong(ceiling);
    }

    /** It went well for a while: begin anew. */
    public void reset() {
        failures = 0;
    }
}
