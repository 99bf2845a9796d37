package io.fairlead.proxy.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Slows down whoever guesses secrets: after some failures from one source each further one doubles the time in which the
 * source's credentials are not looked at. A source is an IPv4 address or an IPv6 /64. Thread-safe.
 */
public final class SourceBackoff {

    /** Failures that cost nothing: people mistype. */
    static final int FREE_FAILURES = 5;

    static final int FIRST_WAIT_SECONDS = 1;
    static final int MOST_WAIT_SECONDS = 60;
    private static final Duration FORGET = Duration.ofMinutes(10);
    private static final int MOST_SOURCES = 100_000;

    private record Failures(int count, long blockedUntilNanos) {}

    private final LongSupplier nanoClock;
    private final Cache<Long, Failures> failures;

    public SourceBackoff(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.failures = Caffeine.newBuilder()
                .maximumSize(MOST_SOURCES)
                .expireAfterWrite(FORGET)
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /** Seconds that this source must wait; 0: none. */
    public int waitSeconds(InetAddress source) {
        Failures known = failures.getIfPresent(key(source));
        if (known == null || known.count <= FREE_FAILURES) {
            return 0;
        }
        long leftNanos = known.blockedUntilNanos - nanoClock.getAsLong();
        return leftNanos <= 0 ? 0 : (int) TimeUnit.NANOSECONDS.toSeconds(leftNanos - 1) + 1;
    }

    public void failed(InetAddress source) {
        failures.asMap().merge(key(source), new Failures(1, 0), (former, one) -> {
            int count = former.count + 1;
            int over = count - FREE_FAILURES;
            if (over <= 0) {
                return new Failures(count, 0);
            }
            int wait = Math.min(MOST_WAIT_SECONDS, FIRST_WAIT_SECONDS << Math.min(over - 1, 10));
            return new Failures(count, nanoClock.getAsLong() + TimeUnit.SECONDS.toNanos(wait));
        });
    }

    /** IPv4 addresses and IPv6 networks as one number; a clash between the two families would only share a back-off. */
    private static Long key(InetAddress source) {
        byte[] address = source.getAddress();
        return address.length == 4
                ? (long) ByteBuffer.wrap(address).getInt()
                : ByteBuffer.wrap(address).getLong();
    }
}
