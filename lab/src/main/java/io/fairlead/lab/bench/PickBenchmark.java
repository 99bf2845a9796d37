package io.fairlead.lab.bench;

import com.sun.management.ThreadMXBean;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.pick.PickPolicy;
import io.fairlead.proxy.pick.PickRequest;
import io.fairlead.proxy.pick.PickSettings;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.pools.PoolTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One pick with the release of its slot, while decisions come in on a thread of their own. Beside it the peer: the better of two
 * exits drawn at random (power of two choices) from an array of counters, without quality, tenants, pools or full exits.
 */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PickBenchmark {

    private static final String POOL = "residential";
    private static final PickRequest REQUEST = new PickRequest("acme", POOL, "shop", List.of());
    private static final Bounded ANY = new Bounded(0.5, 0.0, 1.0, 0.0);
    private static final int CAPACITY = 4;
    private static final long STEP_NANOS = 1_000_000;
    private static final long ARITHMETIC_TOKENS = 250;

    /** Exits of the pool. */
    @Param("1000000")
    public int exits;

    /** Share of them that has no room. */
    @Param({"0", "0.999"})
    public double full;

    @Param("BAND")
    public PickPolicy policy = PickPolicy.BAND;

    /** Decisions a second. */
    @Param("100000")
    public int updates;

    private ExitTable table =
            new ExitTable(PickSettings.DEFAULTS, InstantSource.system(), System::nanoTime, new SplittableRandom(1));
    private AtomicIntegerArray running = new AtomicIntegerArray(1);
    private volatile boolean over;
    private @Nullable Thread decisions;

    /** Whether the picking thread and the one that decides each have a processor of their own. */
    @Param("false")
    public boolean pinned;

    /** A pool of exits, of which the wanted share is full, and the thread that decides. */
    @Setup(Level.Trial)
    public void fill() {
        SplittableRandom chance = new SplittableRandom(1);
        table = new ExitTable(
                PickSettings.DEFAULTS.withPolicy(policy),
                InstantSource.system(),
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextLong());
        table.jobSilent(false);
        running = new AtomicIntegerArray(exits);
        for (int i = 0; i < exits; i++) {
            table.decided(score(i, 0, 100 * chance.nextDouble()));
        }
        int roomy = Math.max(1, (int) Math.round(exits * (1 - full)));
        for (int i = roomy; i < exits; i++) {
            table.online(info(i));
        }
        if (roomy < exits) {
            while (table.pick(REQUEST, new Slot())) {
                // These slots are held for good.
            }
        }
        for (int i = 0; i < roomy; i++) {
            table.online(info(i));
        }
        over = false;
        Thread thread = new Thread(this::decide, "decisions");
        thread.setDaemon(true);
        thread.start();
        decisions = thread;
    }

    @TearDown(Level.Trial)
    public void end() throws InterruptedException {
        over = true;
        Thread thread = decisions;
        if (thread != null) {
            thread.join();
        }
    }

    private void decide() {
        pin(0);
        SplittableRandom chance = new SplittableRandom(2);
        ExitScore decision = score(0, 0, 0); // read and let go by the table: the records are not what is measured
        long begunNanos = System.nanoTime();
        long told = 0;
        while (!over) {
            for (long due = (long) (updates * ((System.nanoTime() - begunNanos) / 1e9)); told < due; told++) {
                decision.setExitId("exit-" + chance.nextInt(exits));
                decision.setVersion(new DecisionVersion(1L, told + 1));
                decision.setQuality(100 * chance.nextDouble());
                table.decided(decision);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    private void pin(int processor) {
        if (!pinned) {
            return;
        }
        try {
            Processor.pinThread(processor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while a thread was given its processor", e);
        }
    }

    /** One thread that picks, with the slot that it owns, and what it allocates. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Picker {

        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final Slot slot = new Slot();
        private long allocatedBefore;

        /** Picks in an iteration. */
        public long picks;

        /** Bytes that the thread allocated in an iteration, its harness's included. */
        public long allocatedBytes;

        @Setup(Level.Trial)
        public void pin(PickBenchmark benchmark) {
            benchmark.pin(1);
        }

        @Setup(Level.Iteration)
        public void begin() {
            picks = 0;
            allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        }

        @TearDown(Level.Iteration)
        public void end() {
            allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
        }
    }

    @Benchmark
    public Slot pick(Picker picker) {
        Slot slot = picker.slot;
        picker.picks++;
        if (table.pick(REQUEST, slot)) {
            slot.release();
        }
        return slot;
    }

    /** With what the record of a try says of the exit: its id, what it is, and the decision about it. */
    @Benchmark
    public long pickAndTell(Picker picker) {
        Slot slot = picker.slot;
        picker.picks++;
        if (!table.pick(REQUEST, slot)) {
            return 0;
        }
        long told = slot.exitId().length() + slot.poolType().name().length() + slot.asn() + slot.scoreCounter();
        slot.release();
        return told;
    }

    @Benchmark
    public int betterOfTwo() {
        ThreadLocalRandom chance = ThreadLocalRandom.current();
        int one = chance.nextInt(exits);
        int other = chance.nextInt(exits);
        int chosen = running.get(one) <= running.get(other) ? one : other;
        running.incrementAndGet(chosen);
        running.decrementAndGet(chosen);
        return chosen;
    }

    /** As long as a pick, but of nothing but arithmetic: its tail is the machine's and the harness's. */
    @Benchmark
    public void arithmetic(Picker picker) {
        picker.picks++;
        Blackhole.consumeCPU(ARITHMETIC_TOKENS);
    }

    private static ExitInfo info(int exit) {
        return new ExitInfo(
                "exit-" + exit, PoolType.RESIDENTIAL, "de", "", "", 64_500, "linux", true, CAPACITY, Set.of(POOL), 1);
    }

    private static ExitScore score(int exit, long counter, double quality) {
        return ExitScore.newBuilder()
                .setExitId("exit-" + exit)
                .setVersion(new DecisionVersion(1L, counter))
                .setIssuedAtMs(1)
                .setPolicyVersion(-1)
                .setState(ExitState.ONLINE)
                .setQuality(quality)
                .setLowConfidence(false)
                .setBenchmarkTerm(0.5)
                .setPingTerm(0.5)
                .setBenchmarkMs(100)
                .setPingMs(20)
                .setDisconnect(ANY)
                .setSuccess(ANY)
                .setCapacityRequests(CAPACITY)
                .setRunningRequests(0)
                .setAvailableRequests(CAPACITY)
                .setClasses(List.of())
                .setReasons(List.of())
                .setStays(List.of())
                .setTrigger("quality")
                .setTriggerObservedAtMs(1)
                .setTriggerEdgeId("edge-1")
                .setPoolType(PoolTypes.write(PoolType.RESIDENTIAL))
                .setAsn(64_500)
                .build();
    }
}
