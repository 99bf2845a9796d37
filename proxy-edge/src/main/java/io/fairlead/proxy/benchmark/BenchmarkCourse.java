package io.fairlead.proxy.benchmark;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When one exit is benchmarked against one class. After a success: the interval with jitter. After failures: soon, then
 * with pauses that double up to the interval, so that an exit that is out costs little. While its real traffic says
 * enough: not at all. Pure; one thread; time in nanoseconds of a monotonic clock.
 */
final class BenchmarkCourse {

    /** Why a benchmark runs, as telemetry says it. */
    enum Trigger {
        REGISTRATION("registration"),
        SCHEDULE("schedule"),
        FAILURE("failure"),
        PROBATION("probation");

        private final String word;

        Trigger(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** From this many failures on, further tries are probation. */
    private static final int OUT_AFTER_FAILURES = 3;

    private static final int MOST_DOUBLINGS = 20;

    private Trigger next = Trigger.REGISTRATION;
    private int failures;
    private int realRequests;
    private long realSinceNanos;

    BenchmarkCourse(long nowNanos) {
        realSinceNanos = nowNanos;
    }

    Trigger trigger() {
        return next;
    }

    /** A request of a user went through this exit to this class. True: it failed, so the next benchmark should come soon. */
    boolean saw(boolean success) {
        if (success) {
            realRequests++;
            return false;
        }
        boolean first = failures == 0 && next == Trigger.SCHEDULE;
        if (first) {
            next = Trigger.FAILURE;
        }
        return first;
    }

    /** Whether the benchmark that is due may be left out. */
    boolean skips(BenchmarkPlan plan, long nowNanos) {
        boolean fresh = nowNanos - realSinceNanos <= 2 * TimeUnit.MILLISECONDS.toNanos(plan.intervalMs());
        boolean enough = plan.skipAfterRequests() > 0 && realRequests >= plan.skipAfterRequests();
        realRequests = 0;
        realSinceNanos = nowNanos;
        return next == Trigger.SCHEDULE && fresh && enough;
    }

    /** The pause until the next benchmark, ns. */
    long after(BenchmarkResult result, BenchmarkPlan plan, RandomGenerator random) {
        if (!result.suspicious()) {
            failures = 0;
            next = Trigger.SCHEDULE;
            return interval(plan, random);
        }
        failures++;
        next = failures >= OUT_AFTER_FAILURES ? Trigger.PROBATION : Trigger.FAILURE;
        return soon(plan, random);
    }

    long interval(BenchmarkPlan plan, RandomGenerator random) {
        return jittered(plan.intervalMs(), plan, random);
    }

    /** Soon after a failure: doubling with each that follows. */
    long soon(BenchmarkPlan plan, RandomGenerator random) {
        int doublings = Math.min(Math.max(0, failures - 1), MOST_DOUBLINGS);
        return jittered(Math.min(plan.intervalMs(), plan.retryMs() << doublings), plan, random);
    }

    private static long jittered(long pauseMs, BenchmarkPlan plan, RandomGenerator random) {
        double factor = 1 + plan.jitterShare() * (2 * random.nextDouble() - 1);
        return (long) (TimeUnit.MILLISECONDS.toNanos(pauseMs) * factor);
    }
}
