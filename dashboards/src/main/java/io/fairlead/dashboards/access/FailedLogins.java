package io.fairlead.dashboards.access;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often a source may be wrong about tokens: so often within a time, then not at all until that time is over. Any thread. */
final class FailedLogins {

    /** Sources that are remembered; the one that was not heard of for longest goes first. */
    static final int SOURCES_MAX = 10_000;

    private final int most;
    private final long spanMs;
    private final InstantSource clock;
    private final Map<String, Failures> bySource = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > SOURCES_MAX;
        }
    };

    private record Failures(long sinceMs, int count) {}

    FailedLogins(int most, Duration span, InstantSource clock) {
        this.most = most;
        this.spanMs = span.toMillis();
        this.clock = clock;
    }

    /** How long that source has to wait until it may try again, ms; 0: not at all. */
    synchronized long waitMs(String source) {
        Failures so = bySource.get(source);
        long leftMs = so == null || so.count < most ? 0 : so.sinceMs + spanMs - clock.millis();
        return Math.max(0, leftMs);
    }

    synchronized void failed(String source) {
        long nowMs = clock.millis();
        bySource.merge(
                source,
                new Failures(nowMs, 1),
                (so, one) -> nowMs - so.sinceMs >= spanMs ? one : new Failures(so.sinceMs, so.count + 1));
    }
}
