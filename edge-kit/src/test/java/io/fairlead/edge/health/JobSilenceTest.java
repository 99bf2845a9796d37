package io.fairlead.edge.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.edge.table.Heartbeats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JobSilenceTest {

    private static final long START_MS = 1_700_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();
    private final Heartbeats heartbeats = new Heartbeats(() -> Instant.ofEpochMilli(nowMs()));
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final JobSilence jobs =
            new JobSilence(heartbeats.table(), 60_000, () -> Instant.ofEpochMilli(nowMs()), nanos::get, metrics);
    private final List<String> told = new ArrayList<>();

    @Test
    void aJobThatWasNeverHeardIsSilent() {
        assertThat(jobs.isSilent("quality")).isTrue();
        assertThat(jobs.all()).isEmpty();
    }

    @Test
    void heartbeatsThatStopMakeSilenceAndTheNextOneEndsIt() {
        jobs.listen((job, silent) -> told.add(job + " " + silent));
        heartbeats.beat("quality", 1, 1, nowMs() - 100);
        jobs.check();
        assertThat(jobs.isSilent("quality")).isFalse();
        pass(59_000);
        assertThat(jobs.isSilent("quality")).isFalse();
        pass(1_000);
        assertThat(jobs.isSilent("quality")).isTrue();
        assertThat(jobs.silenceMs("quality")).isEqualTo(60_100);
        jobs.check();
        jobs.check();
        heartbeats.beat("quality", 1, 2, nowMs());
        assertThat(jobs.isSilent("quality")).isFalse();
        jobs.check();
        assertThat(told).containsExactly("quality true", "quality false");
        assertThat(metrics.get("fairlead.job.silent")
                        .tag("job", "quality")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void aHeartbeatOfAFencedJobKeepsNothingAlive() {
        heartbeats.beat("quality", 2, 1, nowMs());
        pass(61_000);
        heartbeats.beat("quality", 1, 500, nowMs());
        assertThat(jobs.isSilent("quality")).isTrue();
    }

    @Test
    void anOldHeartbeatThatIsReadAtTheStartIsAsOldAsItIs() {
        heartbeats.beat("quality", 1, 1, nowMs() - 3_600_000);
        assertThat(jobs.isSilent("quality")).isTrue();
    }

    @Test
    void aClockThatIsBehindTheJobsCountsFromTheArrival() {
        heartbeats.beat("quality", 1, 1, nowMs() + 30_000);
        assertThat(jobs.silenceMs("quality")).isZero();
        pass(60_001);
        assertThat(jobs.isSilent("quality")).isTrue();
    }

    @Test
    void theLimitCanBeChanged() {
        heartbeats.beat("quality", 1, 1, nowMs());
        pass(10_000);
        jobs.limitMs(5_000);
        assertThat(jobs.isSilent("quality")).isTrue();
    }

    private long nowMs() {
        return START_MS + Duration.ofNanos(nanos.get()).toMillis();
    }

    private void pass(long ms) {
        nanos.addAndGet(Duration.ofMillis(ms).toNanos());
    }
}
