package io.fairlead.model.quality;

import io.fairlead.model.policy.QualityPolicy;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.GammaDistribution;

/**
 * Chronology of an exit's disconnections and of the minutes that it was online, over a sliding window of at most a day.
 * Disconnections are counted in half hours of event time, presence is one bit a minute: both are the same whatever the
 * order in which they were told.
 *
 * <p>Plain mutable state for one owner. 290 bytes.
 */
public class DisconnectionHistory {

    /** Width of a bucket of disconnections, ms. */
    public static final long BUCKET_MS = 1_800_000;

    /** Buckets: 24 h and the half hour that runs. */
    public static final int BUCKETS = 49;

    /** More disconnections than this in one half hour count as this many. */
    public static final int MAX_PER_BUCKET = 120;

    private static final long MINUTE_MS = 60_000;
    private static final int MINUTES_PER_BUCKET = 30;
    private static final int MINUTES = BUCKETS * MINUTES_PER_BUCKET;
    private static final double HOUR_MS = 3_600_000;

    /** Newest bucket that anything was told of: event time / {@link #BUCKET_MS}; 0: nothing yet. */
    public long head;

    /** Disconnections by bucket. */
    public byte[] disconnections = new byte[BUCKETS];

    /** One bit for each minute online. */
    public long[] minutesOnline = new long[(MINUTES + 63) / 64];

    /** The exit dropped out, unannounced and by its own fault. */
    public void disconnected(long atMs) {
        long bucket = atMs / BUCKET_MS;
        if (advanceTo(bucket)) {
            int place = Ring.place(bucket, BUCKETS);
            if (disconnections[place] < MAX_PER_BUCKET) {
                disconnections[place]++;
            }
        }
    }

    /** The exit was online from one time to another: every minute touched counts. */
    public void online(long fromMs, long toMs) {
        if (toMs < fromMs || !advanceTo(toMs / BUCKET_MS)) {
            return;
        }
        long first = Math.max(fromMs / MINUTE_MS, (head - BUCKETS + 1) * MINUTES_PER_BUCKET);
        for (long minute = first; minute <= toMs / MINUTE_MS; minute++) {
            int bit = Ring.place(minute, MINUTES);
            minutesOnline[bit >> 6] |= 1L << bit;
        }
    }

    /** Disconnections in the window that ends now. */
    public int disconnections(long nowMs, long windowMs) {
        long last = nowMs / BUCKET_MS;
        int sum = 0;
        for (long bucket = firstBucket(last, windowMs); bucket <= Math.min(last, head); bucket++) {
            sum += disconnections[Ring.place(bucket, BUCKETS)];
        }
        return sum;
    }

    /** Hours online in the window that ends now. */
    public double hoursOnline(long nowMs, long windowMs) {
        long nowMinute = nowMs / MINUTE_MS;
        long lastMinute = Math.min(nowMinute, (head + 1) * MINUTES_PER_BUCKET - 1);
        long first = Math.max(firstBucket(nowMs / BUCKET_MS, windowMs) * MINUTES_PER_BUCKET, 0);
        int minutes = 0;
        for (long minute = first; minute <= lastMinute; ) {
            int bit = Ring.place(minute, MINUTES);
            long span = Math.min(Math.min(64 - (bit & 63), MINUTES - bit), lastMinute - minute + 1);
            long mask = span == 64 ? -1L : ((1L << span) - 1) << (bit & 63);
            minutes += Long.bitCount(minutesOnline[bit >> 6] & mask);
            minute += span;
        }
        return Math.min(minutes / 60.0, windowMs / HOUR_MS);
    }

    /** Hazard per hour: {@code (n + prior) / (hours + prior hours)}. */
    public static double lambdaPerHour(double disconnections, double hours, double priorCount, double priorHours) {
        double exposure = hours + priorHours;
        return exposure <= 0 ? 0 : (disconnections + priorCount) / exposure;
    }

    /** Probability of at least one disconnection within the horizon: {@code 1 − exp(−lambda · T)}. */
    public static double probability(double lambdaPerHour, double horizonMs) {
        return -Math.expm1(-lambdaPerHour * horizonMs / HOUR_MS);
    }

    /** Probability of disconnection within the policy's horizon, without its bounds: cheap. */
    public double probability(long nowMs, QualityPolicy policy) {
        double lambda = lambdaPerHour(
                disconnections(nowMs, policy.disconnectWindowMs()),
                hoursOnline(nowMs, policy.disconnectWindowMs()),
                policy.disconnectPriorCount(),
                policy.disconnectPriorHours());
        return probability(lambda, (double) policy.disconnectHorizonMs());
    }

    /**
     * The same with 5 % and 95 % bounds from the Gamma posterior of the hazard (shape n + prior, rate hours + prior
     * hours).
     *
     * @param horizonMs T: the policy's, or the remaining time of a sticky session
     */
    public Estimate estimate(long nowMs, QualityPolicy policy, long horizonMs) {
        int n = disconnections(nowMs, policy.disconnectWindowMs());
        double hours = hoursOnline(nowMs, policy.disconnectWindowMs());
        return estimate(n, hours, policy.disconnectPriorCount(), policy.disconnectPriorHours(), (double) horizonMs);
    }

    /** The same from bare numbers. The weight is the hours online. */
    public static Estimate estimate(
            double disconnections, double hours, double priorCount, double priorHours, double horizonMs) {
        double mean = probability(lambdaPerHour(disconnections, hours, priorCount, priorHours), horizonMs);
        double shape = disconnections + priorCount;
        double rate = hours + priorHours;
        if (shape <= 0 || rate <= 0) {
            return new Estimate(mean, 0, rate <= 0 ? 1 : mean, hours);
        }
        GammaDistribution lambda = GammaDistribution.of(shape, 1 / rate);
        return Estimate.around(
                mean,
                probability(lambda.inverseCumulativeProbability(0.05), horizonMs),
                probability(lambda.inverseCumulativeProbability(0.95), horizonMs),
                hours);
    }

    private static long firstBucket(long lastBucket, long windowMs) {
        return lastBucket - Math.min(BUCKETS - 1, windowMs / BUCKET_MS) + 1;
    }

    /** Makes room up to a bucket; false: it has gone by. */
    private boolean advanceTo(long bucket) {
        if (bucket > head) {
            if (head == 0 || bucket - head >= BUCKETS) {
                Arrays.fill(disconnections, (byte) 0);
                Arrays.fill(minutesOnline, 0);
            } else {
                for (long b = head + 1; b <= bucket; b++) {
                    clear(b);
                }
            }
            head = bucket;
        }
        return Ring.holds(head, bucket, BUCKETS);
    }

    private void clear(long bucket) {
        disconnections[Ring.place(bucket, BUCKETS)] = 0;
        long firstMinute = bucket * MINUTES_PER_BUCKET;
        for (long minute = firstMinute; minute < firstMinute + MINUTES_PER_BUCKET; minute++) {
            int bit = Ring.place(minute, MINUTES);
            minutesOnline[bit >> 6] &= ~(1L << bit);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DisconnectionHistory that
                && head == that.head
                && Arrays.equals(disconnections, that.disconnections)
                && Arrays.equals(minutesOnline, that.minutesOnline);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(head) * 31 + Arrays.hashCode(minutesOnline);
    }
}
