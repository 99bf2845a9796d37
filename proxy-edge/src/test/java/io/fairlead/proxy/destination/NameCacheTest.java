package io.fairlead.proxy.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NameCacheTest {

    private static final InetAddress ONE = Addresses.of(new byte[] {1, 1, 1, 1});
    private static final InetAddress TWO = Addresses.of(new byte[] {2, 2, 2, 2});

    private final AtomicLong nanos = new AtomicLong();
    private final NameCache cache = new NameCache(100, 60, 5, nanos::get);

    private void seconds(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void answersLastAsLongAsTheirShortestTtlAndNoLongerThanAMinute() {
        cache.cache("A.example.", null, ONE, 30, null);
        cache.cache("a.example", null, TWO, 10, null);
        cache.cache("a.example", null, TWO, 10, null);
        assertThat(cache.get("a.EXAMPLE", null))
                .extracting(DnsCacheEntry::address)
                .isEqualTo(java.util.List.of(ONE, TWO));
        seconds(11);
        assertThat(cache.get("a.example", null)).isEmpty();
        cache.cache("a.example", null, ONE, 86_400, null);
        seconds(59);
        assertThat(cache.get("a.example", null)).hasSize(1);
        seconds(2);
        assertThat(cache.get("a.example", null)).isEmpty();
    }

    @Test
    void thatThereIsNoSuchNameIsRememberedShortlyAndAFailureNotAtAll() {
        cache.cache("none.example", null, new UnknownHostException(), null);
        cache.cache("later.example", null, new IllegalStateException(), null);
        assertThat(cache.get("none.example", null).get(0).cause()).isInstanceOf(UnknownHostException.class);
        assertThat(cache.get("later.example", null)).isEmpty();
        cache.cache("none.example", null, ONE, 30, null);
        assertThat(cache.get("none.example", null))
                .extracting(DnsCacheEntry::address)
                .isEqualTo(java.util.List.of(ONE));
    }

    @Test
    void namesAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            cache.cache("n" + i + ".example", null, ONE, 60, null);
        }
        long held = java.util.stream.IntStream.range(0, 10_000)
                .filter(i -> !cache.get("n" + i + ".example", null).isEmpty())
                .count();
        assertThat(held).isLessThanOrEqualTo(100);
    }
}
