package io.fairlead.edge.link;

/**
 * Estimates how many bytes a link has on the way when it is full, from bytes counted between a PING and its answer.
 *
 * <p>The sender may have at most one window on the way in a round trip. As long as a sample nearly fills the window and the
 * rate still rises with it, the window is what limits, and it is doubled over the sample; once a wider window brings no
 * more rate, only queues would grow, and it stays. (The estimator of gRPC: A. R. Sivaraman, "BDP estimation in gRPC", 2017.)
 *
 * <p>Samples go on after that, at most one each 20 ms and 64 KiB, because streams find out by them whether it is their own
 * window that holds them back. One thread; time in nanoseconds of a monotonic clock.
 */
final class BandwidthDelay {

    private static final double NEARLY_FULL = 2.0 / 3;
    private static final long SHORTEST_PAUSE_NANOS = 20_000_000;
    private static final int BYTES_WORTH_A_SAMPLE = 64 << 10;

    private final int maxBytes;
    private int windowBytes;
    private boolean sampling;
    private long bytes;
    private long startedNanos;
    private long endedNanos;
    private double bestRate;

    BandwidthDelay(int startBytes, int maxBytes, long nowNanos) {
        this.windowBytes = startBytes;
        this.maxBytes = maxBytes;
        this.endedNanos = nowNanos - SHORTEST_PAUSE_NANOS;
    }

    /** Counts bytes that arrived. True: send a PING now, a sample begins with it. */
    boolean arrived(int count, long nowNanos) {
        bytes += count;
        if (sampling || bytes < BYTES_WORTH_A_SAMPLE || nowNanos - endedNanos < SHORTEST_PAUSE_NANOS) {
            return false;
        }
        sampling = true;
        bytes = 0;
        startedNanos = nowNanos;
        return true;
    }

    /** The PING was answered: the sample is over. True: the window has grown. */
    boolean answered(long nowNanos) {
        if (!sampling) {
            return false;
        }
        long sampleBytes = bytes;
        sampling = false;
        bytes = 0;
        endedNanos = nowNanos;
        double rate = sampleBytes / (double) Math.max(1, nowNanos - startedNanos);
        boolean rising = rate > bestRate;
        bestRate = Math.max(bestRate, rate);
        if (!rising || windowBytes >= maxBytes || sampleBytes < NEARLY_FULL * windowBytes) {
            return false;
        }
        windowBytes = (int) Math.min(maxBytes, 2 * sampleBytes);
        return true;
    }

    /** What a stream of this link may need, bytes. */
    int windowBytes() {
        return windowBytes;
    }
}
