package io.fairlead.lab.demo;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Asks the site for things through the proxy. Open loop: a request begins when its time has come, however long the others take, so that
 * what waits is seen. Closed loop: the next begins when one is over.
 */
public final class Traffic implements AutoCloseable {

    private static final int LOOPS = 1;
    private static final long LONGEST_US = 60_000_000;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    private final ProxyUser user;
    private final String url;
    private final Tally open = new Tally();
    private int requestsTold;
    private int goodTold;
    private volatile double requestsPerSecond;
    private volatile boolean ended;
    private final Thread pacer;

    /** How requests ended since it began. */
    static final class Tally implements ProxyUser.Told {
        private final AtomicInteger inFlight = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicInteger good = new AtomicInteger();
        private final Map<String, LongAdder> byExit = new ConcurrentHashMap<>();
        private final Histogram times = new ConcurrentHistogram(LONGEST_US, 3);
        private final Recorder lately = new Recorder(LONGEST_US, 2);

        @Override
        public void over(int status, String exitId, long nanos) {
            inFlight.decrementAndGet();
            done.incrementAndGet();
            if (status >= 200 && status < 400) {
                good.incrementAndGet();
                byExit.computeIfAbsent(exitId, id -> new LongAdder()).increment();
                long micros = Math.min(LONGEST_US, TimeUnit.NANOSECONDS.toMicros(nanos));
                times.recordValue(micros);
                lately.recordValue(micros);
            }
        }

        Report report() {
            return Report.of(done.get(), good.get(), times);
        }
    }

    /**
     * How requests ended.
     *
     * @param requests that are over
     * @param good of these, those with an answer of the site
     * @param p50Ms of the good ones, to the last byte
     */
    public record Report(int requests, int good, double p50Ms, double p99Ms) {

        static Report of(int requests, int good, Histogram micros) {
            return new Report(
                    requests,
                    good,
                    micros.getValueAtPercentile(50) / 1_000.0,
                    micros.getValueAtPercentile(99) / 1_000.0);
        }

        public double success() {
            return requests == 0 ? 0 : (double) good / requests;
        }
    }

    /**
     * What ended between two askings.
     *
     * @param times of the good ones, µs
     */
    record Interval(int requests, int good, Histogram times) {}

    /**
     * Begins, with nothing to do.
     *
     * @param url what is asked for
     */
    public Traffic(InetSocketAddress proxy, String tenant, String secret, String url) {
        this.user = new ProxyUser(loops, proxy, tenant, secret);
        this.url = url;
        this.pacer = new Thread(this::pace, "traffic");
        pacer.setDaemon(true);
        pacer.start();
    }

    /** Sets the rate of the open loop. */
    public void rate(double perSecond) {
        requestsPerSecond = perSecond;
    }

    /** The open loop since its beginning. */
    public Report report() {
        return open.report();
    }

    /** The open loop since this was last asked. For one thread. */
    Interval interval() {
        int requests = open.done.get();
        int good = open.good.get();
        Interval newest = new Interval(requests - requestsTold, good - goodTold, open.lately.getIntervalHistogram());
        requestsTold = requests;
        goodTold = good;
        return newest;
    }

    /** Good requests of the open loop by the exit that their answers name, since its beginning. */
    Map<String, Long> byExit() {
        return open.byExit.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue()
                .sum()));
    }

    /** Requests of the open loop that are under way. */
    public int inFlight() {
        return open.inFlight.get();
    }

    /**
     * Runs a closed loop.
     *
     * @param users who ask one after the other
     * @param requests in all
     */
    public Report closedLoop(int users, int requests) throws InterruptedException {
        Tally tally = new Tally();
        AtomicInteger left = new AtomicInteger(requests);
        CountDownLatch end = new CountDownLatch(requests);
        for (int i = 0; i < users; i++) {
            next(tally, left, end);
        }
        end.await();
        return tally.report();
    }

    private void next(Tally tally, AtomicInteger left, CountDownLatch end) {
        if (left.getAndDecrement() <= 0) {
            return;
        }
        tally.inFlight.incrementAndGet();
        user.get(url, (status, exitId, nanos) -> {
            tally.over(status, exitId, nanos);
            end.countDown();
            next(tally, left, end);
        });
    }

    private void pace() {
        long dueNanos = System.nanoTime();
        while (!ended) {
            double rate = requestsPerSecond;
            if (rate <= 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                dueNanos = System.nanoTime();
                continue;
            }
            long nowNanos = System.nanoTime();
            if (dueNanos - nowNanos > 0) {
                LockSupport.parkNanos(dueNanos - nowNanos);
                continue;
            }
            dueNanos += (long) (TimeUnit.SECONDS.toNanos(1) / rate);
            open.inFlight.incrementAndGet();
            user.get(url, open);
        }
    }

    @Override
    public void close() {
        ended = true;
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
