package io.fairlead.lab.bench.relay;

import io.fairlead.cli.UserError;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Viewers of the room at one relay, who come at a pace of their own however soon they are served. */
final class Audience implements AutoCloseable {

    /** All at once. */
    static final int AT_ONCE = Integer.MAX_VALUE;

    private static final int PATIENCE_S = 90;
    private static final int LOOK_MS = 5;

    private final InetSocketAddress relay;
    private final EventLoopGroup loops;
    private final List<LoadViewer> viewers = new ArrayList<>();

    Audience(InetSocketAddress relay, EventLoopGroup loops) {
        this.relay = relay;
        this.loops = loops;
    }

    /** So many more come, and are waited for until each has a key frame or is refused; these are answered. */
    List<LoadViewer> join(int count, int perSecond) throws InterruptedException {
        List<LoadViewer> newcomers = new ArrayList<>();
        long startNanos = System.nanoTime();
        for (int each = 0; each < count; each++) {
            long dueNanos = startNanos + (long) (each * 1e9 / perSecond);
            long earlyNs = dueNanos - System.nanoTime();
            if (earlyNs > 0) {
                LockSupport.parkNanos(earlyNs);
            }
            LoadViewer viewer = new LoadViewer(relay, BenchRelay.WATCH);
            newcomers.add(viewer);
            viewer.open(loops.next(), dueNanos);
        }
        viewers.addAll(newcomers);
        await(count + " viewers have a key frame, or are refused", () -> newcomers.stream()
                .allMatch(each -> each.firstKeyNs() >= 0 || each.over()));
        return newcomers;
    }

    List<LoadViewer> viewers() {
        return viewers;
    }

    long bytes() {
        return viewers.stream().mapToLong(LoadViewer::bytes).sum();
    }

    /** What was wrong with what they got; one line. */
    String continuity() {
        return String.format(
                Locale.ROOT,
                "%,d frames lost, %,d repeated or back in time, %,d viewers refused or cut off%s",
                viewers.stream().mapToLong(LoadViewer::lost).sum(),
                viewers.stream().mapToLong(LoadViewer::back).sum(),
                viewers.stream().filter(LoadViewer::over).count(),
                answers());
    }

    /** What those who are gone were answered, if anybody is. */
    private String answers() {
        Map<String, Long> counts = viewers.stream()
                .filter(LoadViewer::over)
                .collect(Collectors.groupingBy(LoadViewer::status, TreeMap::new, Collectors.counting()));
        return counts.isEmpty() ? "" : " (by status: " + counts + ")";
    }

    /** How soon those that came were served; one line. */
    static String joined(List<LoadViewer> newcomers) {
        return "first byte " + times(newcomers, LoadViewer::firstByteNs) + ", 16 KiB "
                + times(newcomers, LoadViewer::enoughNs) + ", key frame " + times(newcomers, LoadViewer::firstKeyNs)
                + " (the load itself was late by " + times(newcomers, LoadViewer::dialledNs) + ")";
    }

    private static String times(List<LoadViewer> viewers, ToLongFunction<LoadViewer> time) {
        long[] sorted = viewers.stream()
                .mapToLong(time)
                .filter(each -> each >= 0)
                .sorted()
                .toArray();
        return sorted.length == 0
                ? "never"
                : String.format(
                        Locale.ROOT,
                        "p50 %.1f p99 %.1f ms",
                        sorted[sorted.length / 2] / 1e6,
                        sorted[(int) (sorted.length * 0.99)] / 1e6);
    }

    /** @throws UserError if it does not come true in time */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new UserError("Not within " + PATIENCE_S + " s: " + what + ".");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    /** All leave, and nobody waits until they have. */
    @Override
    public void close() {
        viewers.forEach(LoadViewer::close);
    }
}
