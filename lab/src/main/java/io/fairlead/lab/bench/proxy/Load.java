package io.fairlead.lab.bench.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A load on one proxy from one event loop, and what came of it. Closed: each connection asks again when it is answered, which shows what
 * a proxy can take. Open: requests come at their times whatever the proxy does, and their latency counts from these times, so that a
 * stall is seen by all that it delays.
 */
final class Load implements LoadConnection.Told {

    private static final long LONGEST_US = TimeUnit.MINUTES.toMicros(1);
    private static final long TICK_MICROS = 500;
    private static final int MOST_REASONS = 3;

    /**
     * What came of a load.
     *
     * @param answers that were whole and good
     * @param failures answers that were not good, and connections lost
     * @param seconds counted
     * @param latencyUs of the answers, µs
     * @param bytes of bodies
     * @param reasons some of the failures'
     */
    record Result(long answers, long failures, double seconds, Histogram latencyUs, long bytes, List<String> reasons) {

        double perSecond() {
            return answers / seconds;
        }

        double p99Ms() {
            return latencyUs.getValueAtPercentile(99) / 1e3;
        }
    }

    private final EventLoop loop;
    private final Contender to;
    private final ByteBuf request;
    private final int connections;
    private final boolean eachOnItsOwn;
    private final int perSecond;

    private final Histogram latencyUs = new Histogram(LONGEST_US, 3);
    private final Set<LoadConnection> open = new HashSet<>();
    private final Deque<LoadConnection> idle = new ArrayDeque<>();
    private final Deque<Long> waiting = new ArrayDeque<>();
    private final List<String> reasons = new ArrayList<>();
    private final CompletableFuture<Result> done = new CompletableFuture<>();

    private @Nullable ScheduledFuture<?> ticks;
    private long begunNanos;
    private long due;
    private long answers;
    private long failures;
    private long bytesOfClosed;
    private boolean over;

    private Load(
            EventLoopGroup loops, Contender to, ByteBuf request, int connections, boolean eachOnItsOwn, int perSecond) {
        this.loop = loops.next();
        this.to = to;
        this.request = request;
        this.connections = connections;
        this.eachOnItsOwn = eachOnItsOwn;
        this.perSecond = perSecond;
    }

    /** As many requests as so many connections get answered. */
    static Load closed(EventLoopGroup loops, Contender to, String path, int connections) {
        return new Load(loops, to, to.request(path), connections, false, 0);
    }

    /** Each request on a connection of its own, so many at once. */
    static Load setUps(EventLoopGroup loops, Contender to, int atOnce) {
        return new Load(loops, to, to.request(BenchSite.SMALL), atOnce, true, 0);
    }

    /** So many requests a second over so many connections. */
    static Load open(EventLoopGroup loops, Contender to, int connections, int perSecond) {
        return new Load(loops, to, to.request(BenchSite.SMALL), connections, false, perSecond);
    }

    /** Runs, and waits for the end. */
    Result run(Duration time) throws InterruptedException {
        loop.execute(() -> begin(time));
        return done.join();
    }

    private void begin(Duration time) {
        begunNanos = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            dial();
        }
        if (perSecond > 0) {
            ticks = loop.scheduleAtFixedRate(this::tick, TICK_MICROS, TICK_MICROS, TimeUnit.MICROSECONDS);
        }
        loop.schedule(this::end, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void dial() {
        LoadConnection connection = new LoadConnection(to, this);
        connection.askedNanos = System.nanoTime();
        open.add(connection);
        connection.open(loop);
    }

    private void tick() {
        long wanted = (long) ((System.nanoTime() - begunNanos) / 1e9 * perSecond);
        for (; due < wanted; due++) {
            long at = begunNanos + (long) (due * 1e9 / perSecond);
            LoadConnection free = idle.poll();
            if (free == null) {
                waiting.add(at);
            } else {
                ask(free, at);
            }
        }
    }

    private void ask(LoadConnection connection, long atNanos) {
        connection.askedNanos = atNanos;
        connection.ask(request.retainedDuplicate());
    }

    @Override
    public void ready(LoadConnection connection) {
        if (over) {
            return;
        }
        if (perSecond > 0) {
            idle.add(connection);
        } else {
            ask(connection, eachOnItsOwn ? connection.askedNanos : System.nanoTime());
        }
    }

    @Override
    public void answered(LoadConnection connection, int status) {
        if (over) {
            return;
        }
        if (status == 200) {
            answers++;
            long us = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - connection.askedNanos);
            latencyUs.recordValue(Math.min(LONGEST_US, Math.max(0, us)));
        } else {
            failed("answered " + status);
        }
        if (eachOnItsOwn) {
            forget(connection);
            connection.close();
            dial();
        } else if (perSecond > 0) {
            Long at = waiting.poll();
            if (at == null) {
                idle.add(connection);
            } else {
                ask(connection, at);
            }
        } else {
            ask(connection, System.nanoTime());
        }
    }

    @Override
    public void lost(LoadConnection connection, String why) {
        forget(connection);
        idle.remove(connection);
        if (!over) {
            failed(why);
            loop.schedule(this::dialAgain, 10, TimeUnit.MILLISECONDS);
        }
    }

    private void dialAgain() {
        if (!over) {
            dial();
        }
    }

    private void forget(LoadConnection connection) {
        if (open.remove(connection)) {
            bytesOfClosed += connection.bodyBytes();
        }
    }

    private void failed(String why) {
        failures++;
        if (reasons.size() < MOST_REASONS && !reasons.contains(why)) {
            reasons.add(why);
        }
    }

    private void end() {
        over = true;
        ScheduledFuture<?> ticking = ticks;
        if (ticking != null) {
            ticking.cancel(false);
        }
        double seconds = (System.nanoTime() - begunNanos) / 1e9;
        long bytes = bytesOfClosed;
        for (LoadConnection connection : List.copyOf(open)) {
            bytes += connection.bodyBytes();
            connection.close();
        }
        request.release();
        failures += waiting.size(); // never asked: the proxy was too slow
        done.complete(new Result(answers, failures, seconds, latencyUs, bytes, reasons));
    }
}
