package io.fairlead.cli.flink;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Sees a job come up on its cluster, and says how far it is. */
final class JobStart {

    /** A broker that is away for a moment fails a start once or twice; what fails again and again will go on to. */
    private static final int FAILURES_MAX = 3;

    private static final Duration SLOTS_LATE = Duration.ofSeconds(10);
    private static final long POLL_MS = 200;

    /** Flink tells of failures by a picture of the job that may be as old as its {@code web.refresh-interval}, 3 s by default. */
    private static final Duration FAILURES_LATE = Duration.ofSeconds(5);

    private final FlinkRest cluster;
    private final PrintWriter out;

    JobStart(FlinkRest cluster, PrintWriter out) {
        this.cluster = cluster;
        this.out = out;
    }

    /**
     * Waits until every task runs.
     *
     * @return why it does not; empty: it does
     */
    Optional<String> untilRunning(String jobId, Duration limit) throws IOException, InterruptedException {
        long beganNs = System.nanoTime();
        int said = -1;
        boolean saidSlots = false;
        while (true) {
            FlinkJob job = cluster.job(jobId).orElse(null);
            long waitedNs = System.nanoTime() - beganNs;
            if (job != null) {
                if (job.fullyRunning()) {
                    out.println("All " + job.tasks() + " tasks run, after " + seconds(waitedNs) + ".");
                    return Optional.empty();
                }
                if (job.ended()) {
                    return Optional.of("it is " + job.state() + ": " + lastFailure(jobId));
                }
                if (job.runningTasks() != said && job.tasks() > 0) {
                    said = job.runningTasks();
                    out.println("  " + said + " of " + job.tasks() + " tasks run");
                }
            }
            List<String> failures = cluster.failures(jobId);
            if (failures.size() >= FAILURES_MAX) {
                return Optional.of("it failed " + failures.size() + " times: " + JobFailure.sentence(failures.get(0)));
            }
            if (!saidSlots
                    && waitedNs > SLOTS_LATE.toNanos()
                    && cluster.cluster().freeSlots() == 0) {
                saidSlots = true;
                out.println("  No slot is free: it waits for one. Add task managers, or stop another job.");
            }
            if (waitedNs > limit.toNanos()) {
                return Optional.of(
                        "not all of its tasks ran within " + limit.toSeconds() + " s: " + lastFailure(jobId));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /**
     * Waits for the first checkpoint of a job that runs.
     *
     * @return why there is none; empty: there is one
     */
    Optional<String> untilCheckpoint(String jobId, Duration limit) throws IOException, InterruptedException {
        long beganNs = System.nanoTime();
        while (true) {
            FlinkCheckpoints checkpoints = cluster.checkpoints(jobId);
            if (checkpoints.completed() > 0) {
                out.println("The first checkpoint is complete: " + checkpoints.latestBytes() + " bytes in "
                        + checkpoints.latestDurationMs() + " ms.");
                return Optional.empty();
            }
            Optional<String> fallen = fallen(jobId);
            if (fallen.isPresent()) {
                return fallen;
            }
            if (System.nanoTime() - beganNs > limit.toNanos()) {
                return Optional.of("no checkpoint was complete within " + limit.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /**
     * Watches a job that runs.
     *
     * @return why it no longer does; empty: it ran all the time
     */
    Optional<String> whileRunning(String jobId, Duration time) throws IOException, InterruptedException {
        long beganNs = System.nanoTime();
        while (System.nanoTime() - beganNs < time.toNanos()) {
            Optional<String> fallen = fallen(jobId);
            if (fallen.isPresent()) {
                return fallen;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        return Optional.empty();
    }

    /** Why a job that ran does not any more. */
    Optional<String> fallen(String jobId) throws IOException, InterruptedException {
        boolean runs = cluster.job(jobId).filter(FlinkJob::fullyRunning).isPresent();
        return runs ? Optional.empty() : Optional.of("it failed when it had begun: " + lastFailure(jobId));
    }

    static String seconds(long ns) {
        return String.format(Locale.ROOT, "%.1f s", (double) ns / 1e9);
    }

    private String lastFailure(String jobId) throws IOException, InterruptedException {
        long beganNs = System.nanoTime();
        while (true) {
            Optional<String> failure = cluster.lastFailure(jobId);
            if (failure.isPresent()) {
                return JobFailure.sentence(failure.get());
            }
            if (System.nanoTime() - beganNs > FAILURES_LATE.toNanos()) {
                return "Flink has no failure of it";
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }
}
