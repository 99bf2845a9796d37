package io.fairlead.proxy.benchmark;

import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.ExitTelemetry;
import io.fairlead.proxy.exit.ExitTunnels;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Benchmarks the exits that are online: at registration, on schedule, sooner after failures, with growing pauses while they
 * stay bad, and not at all where real traffic says enough. At most {@link BenchmarkPlan#concurrency} run at once; the others
 * wait in line. Listen to the registry with it.
 *
 * <p>All state belongs to one event loop; the public methods may be called from any thread.
 */
public final class BenchmarkScheduler implements ExitEvents, AutoCloseable {

    /** Benchmarks at registration are spread over this long, so that a restarted supernode is not busy with them alone. */
    private static final int REGISTRATION_SPREAD_MS = 500;

    private final ExitTunnels tunnels;
    private final Predicate<String> resting;
    private final ExitTelemetry telemetry;
    private final EventLoop loop;
    private final DestinationRules destinations;
    private final SslContext tls;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;

    private final Map<String, Map<String, Planned>> exits = new HashMap<>();
    private final Queue<Planned> waiting = new ArrayDeque<>();
    private final LongAdder completed = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private BenchmarkPlan plan;
    private volatile int running;
    private volatile boolean closed;

    /**
     * @param destinations what benchmarks may dial, where this edge resolves their names
     * @param tls for https targets; {@link #publicTls} for the public web
     * @param resting exits that nothing may be sent through now
     * @param random used on the loop only
     */
    public BenchmarkScheduler(
            ExitTunnels tunnels,
            Predicate<String> resting,
            ExitTelemetry telemetry,
            EventLoop loop,
            DestinationRules destinations,
            SslContext tls,
            BenchmarkPlan plan,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.tunnels = tunnels;
        this.resting = resting;
        this.telemetry = telemetry;
        this.loop = loop;
        this.destinations = destinations;
        this.tls = tls;
        this.plan = plan;
        this.nanoClock = nanoClock;
        this.random = random;
    }

    /** TLS as for the public web: the JDK's authorities, host names verified. */
    public static SslContext publicTls() {
        try {
            return SslContextBuilder.forClient().build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JDK has no TLS: " + e.getMessage(), e);
        }
    }

    /** Goes over to another plan. Classes that are new are benchmarked soon, those that are gone no longer. */
    public void plan(BenchmarkPlan next) {
        loop.execute(() -> {
            plan = next;
            exits.forEach((exitId, courses) -> {
                courses.entrySet().removeIf(entry -> {
                    boolean gone = !next.classes().contains(entry.getKey());
                    if (gone) {
                        entry.getValue().cancel();
                    }
                    return gone;
                });
                enrol(exitId, courses);
            });
        });
    }

    /** A request of a user went through an exit; failures that are not the exit's may be left out. */
    public void saw(String exitId, String targetClass, boolean success) {
        loop.execute(() -> {
            Planned planned = exits.getOrDefault(exitId, Map.of()).get(targetClass);
            if (planned != null && planned.course.saw(success) && !planned.underway) {
                planned.dueIn(planned.course.soon(plan, random));
            }
        });
    }

    @Override
    public void online(ExitInfo exit) {
        loop.execute(() -> {
            Map<String, Planned> present = exits.remove(exit.exitId());
            if (present != null) {
                present.values().forEach(Planned::cancel);
            }
            Map<String, Planned> courses = new HashMap<>();
            exits.put(exit.exitId(), courses);
            enrol(exit.exitId(), courses);
        });
    }

    @Override
    public void offline(String exitId, DisconnectReason reason) {
        loop.execute(() -> {
            Map<String, Planned> courses = exits.remove(exitId);
            if (courses != null) {
                courses.values().forEach(Planned::cancel);
            }
        });
    }

    @Override
    public void heartbeat(ExitLoad load) {
        // Heartbeats change nothing here.
    }

    /** Benchmarks that run now. */
    public int running() {
        return running;
    }

    public long completed() {
        return completed.sum();
    }

    /** Benchmarks that were left out because real traffic said enough. */
    public long skipped() {
        return skipped.sum();
    }

    /** Starts no more; those that run end on their own. */
    @Override
    public void close() {
        closed = true;
        loop.execute(() -> {
            exits.values().forEach(courses -> courses.values().forEach(Planned::cancel));
            exits.clear();
            waiting.clear();
        });
    }

    private void enrol(String exitId, Map<String, Planned> courses) {
        if (closed) {
            return;
        }
        for (String targetClass : plan.classes()) {
            if (!courses.containsKey(targetClass)) {
                Planned planned = new Planned(exitId, targetClass);
                courses.put(targetClass, planned);
                planned.dueIn(TimeUnit.MILLISECONDS.toNanos(1L + random.nextInt(REGISTRATION_SPREAD_MS)));
            }
        }
    }

    private void startWaiting() {
        while (running < plan.concurrency()) {
            Planned next = waiting.poll();
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    /** One exit and class: when its next benchmark is due, or that it runs. */
    private final class Planned {

        private final String exitId;
        private final String targetClass;
        private final BenchmarkCourse course = new BenchmarkCourse(nanoClock.getAsLong());
        private @Nullable ScheduledFuture<?> due;
        private boolean underway;
        private boolean cancelled;

        Planned(String exitId, String targetClass) {
            this.exitId = exitId;
            this.targetClass = targetClass;
        }

        void dueIn(long nanos) {
            ScheduledFuture<?> earlier = due;
            if (earlier != null) {
                earlier.cancel(false);
            }
            due = loop.schedule(this::isDue, nanos, TimeUnit.NANOSECONDS);
        }

        void cancel() {
            cancelled = true;
            ScheduledFuture<?> planned = due;
            if (planned != null) {
                planned.cancel(false);
            }
        }

        private void isDue() {
            if (cancelled || underway) {
                return;
            }
            if (resting.test(exitId)) {
                dueIn(course.interval(plan, random));
                return;
            }
            if (course.skips(plan, nanoClock.getAsLong())) {
                skipped.increment();
                dueIn(course.interval(plan, random));
                return;
            }
            underway = true;
            waiting.add(this);
            startWaiting();
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
        void run() {
            List<BenchmarkPlan.Goal> goals = new ArrayList<>(plan.goals());
            goals.removeIf(goal -> !goal.targetClass().equals(targetClass));
            if (cancelled || goals.isEmpty()) {
                underway = false;
                return;
            }
            BenchmarkPlan.Goal goal = goals.get(random.nextInt(goals.size()));
            String trigger = course.trigger().word();
            running++;
            Promise<BenchmarkResult> promise = loop.newPromise();
            promise.addListener(done -> {
                running--;
                ended(goal, trigger, promise.getNow());
                startWaiting();
            });
            BenchmarkRun.start(exitId, goal, plan, tunnels, destinations, tls, nanoClock, promise);
        }

        private void ended(BenchmarkPlan.Goal goal, String trigger, BenchmarkResult result) {
            underway = false;
            completed.increment();
            telemetry.tell(exitId, record(goal, trigger, result));
            if (!cancelled && !closed) {
                dueIn(course.after(result, plan, random));
            }
        }

        private ExitBenchmarked record(BenchmarkPlan.Goal goal, String trigger, BenchmarkResult result) {
            ExitBenchmarked record = new ExitBenchmarked();
            record.setExitId(exitId);
            record.setTargetClass(targetClass);
            record.setTarget(goal.host() + ":" + goal.port());
            record.setOutcome(result.outcome());
            record.setLayer(result.layer());
            record.setConnectUs(result.connectUs());
            record.setTotalUs(result.totalUs());
            record.setStatus(result.status());
            record.setTrigger(trigger);
            return record;
        }
    }
}
