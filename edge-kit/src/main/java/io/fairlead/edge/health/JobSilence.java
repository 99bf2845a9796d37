package io.fairlead.edge.health;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionTable;
import io.fairlead.edge.table.TableListener;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long each job has been silent. A heartbeat has the age that it had when it came (this machine's clock against the job's,
 * not less than nothing) and grows older by this machine's monotonic clock; so a job is silent just as well when Kafka can't be
 * read. A job that was never heard is silent. A clock of this machine that runs ahead of the job's makes jobs look older: local
 * scoring then begins too early, never too late by more than the clock is behind.
 *
 * <p>Questions may be asked from any thread, without locks.
 */
public final class JobSilence {

    private static final Logger LOG = LoggerFactory.getLogger(JobSilence.class);

    /** Told when a job falls silent or is heard again, on the thread that calls {@link JobSilence#check}. */
    @FunctionalInterface
    public interface Listener {
        void changed(String job, boolean silent);
    }

    private record Heard(long atNanos, long ageMs) {}

    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final MeterRegistry metrics;
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final Map<String, Boolean> told = new TreeMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile long limitMs;

    /**
     * @param heartbeats not started yet
     * @param limitMs a job is silent when its newest heartbeat is older
     */
    public JobSilence(
            DecisionTable<JobHeartbeat> heartbeats,
            long limitMs,
            InstantSource clock,
            LongSupplier nanoClock,
            MeterRegistry metrics) {
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.metrics = metrics;
        limitMs(limitMs);
        heartbeats.listen(new TableListener<>() {
            @Override
            public void put(String job, Decision<JobHeartbeat> heartbeat) {
                heard(job, heartbeat.issuedAtMs());
            }

            @Override
            public void removed(String job) {
                heard.remove(job);
            }
        });
    }

    private void heard(String job, long issuedAtMs) {
        long ageMs = Math.max(0, clock.millis() - issuedAtMs);
        if (heard.put(job, new Heard(nanoClock.getAsLong(), ageMs)) == null) {
            Gauge.builder("fairlead.job.silence", this, self -> self.silenceMs(job) / 1_000.0)
                    .description("Age of the newest heartbeat")
                    .baseUnit("seconds")
                    .tag("job", job)
                    .register(metrics);
            Gauge.builder("fairlead.job.silent", this, self -> self.isSilent(job) ? 1 : 0)
                    .tag("job", job)
                    .register(metrics);
        }
    }

    /** Changes the limit for all jobs, ms, as a policy says. */
    public void limitMs(long ms) {
        if (ms < 1) {
            throw new IllegalArgumentException("the limit of silence is " + ms + " ms but must be at least 1");
        }
        limitMs = ms;
    }

    /** Told of changes from the next {@link #check} on. */
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /** Whether what this job decided must not be relied on. */
    public boolean isSilent(String job) {
        return silenceMs(job) > limitMs;
    }

    /** Age of the newest heartbeat, ms; {@link Long#MAX_VALUE}: none was ever heard. */
    public long silenceMs(String job) {
        Heard last = heard.get(job);
        return last == null ? Long.MAX_VALUE : silenceMs(last);
    }

    private long silenceMs(Heard last) {
        return last.ageMs() + TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - last.atNanos());
    }

    /** Age of the newest heartbeat of every job that was heard, ms. */
    public Map<String, Long> all() {
        Map<String, Long> all = new TreeMap<>();
        heard.forEach((job, last) -> all.put(job, silenceMs(last)));
        return all;
    }

    /** Looks for changes and tells them. Called every second or so, by one thread. */
    public void check() {
        for (String job : List.copyOf(heard.keySet())) {
            boolean silent = isSilent(job);
            Boolean before = told.put(job, silent);
            if (before == null ? silent : before != silent) {
                if (silent) {
                    LOG.warn("Job {} has been silent for more than {} ms.", job, limitMs);
                } else {
                    LOG.info("Job {} is heard again.", job);
                }
                for (Listener listener : listeners) {
                    listener.changed(job, silent);
                }
            }
        }
    }
}
