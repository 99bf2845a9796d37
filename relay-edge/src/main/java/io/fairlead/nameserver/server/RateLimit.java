package io.fairlead.nameserver.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Limits how often a network is given the same answer, so that nobody can turn this server on somebody else by writing his address on
 * questions (response-rate limiting, ISC TN-2012-1). Each pair of network and answer may have a second's worth at once; of what comes over it, a part is
 * answered empty and truncated, so that who really asks comes over TCP, and the rest is dropped.
 *
 * <p>One for all sockets of a server, asked by all threads without locks: of each pair only the time is kept at which its next answer would be due (the virtual
 * scheduling of ITU-T I.371). The table has a fixed size. Pairs that fall into the same slot take it from each other, with nothing counted yet, so the limit errs
 * towards answering; of threads that take it at once for the same pair one does.
 */
final class RateLimit {

    /** What to do with an answer. */
    enum Verdict {
        SEND,
        TRUNCATE,
        DROP
    }

    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Between two answers; 0: no limit. */
    private final long intervalNanos;

    private final int slip;
    private final AtomicLongArray keys;

    /** When the next answer is due that keeps exactly to the rate, ns since the Unix epoch. */
    private final AtomicLongArray dueNanos;

    private final AtomicInteger over = new AtomicInteger();

    /**
     * @param perSecond answers of a kind to a network; 0: no limit
     * @param slip one of so many over it is answered truncated; 0: none
     * @param slots a power of 2
     */
    RateLimit(int perSecond, int slip, int slots) {
        this.intervalNanos = perSecond == 0 ? 0 : BURST_NANOS / perSecond;
        this.slip = slip;
        int size = perSecond == 0 ? 1 : slots;
        keys = new AtomicLongArray(size);
        dueNanos = new AtomicLongArray(size);
    }

    /** @param answer what it is given, as a number; all errors are one */
    Verdict judge(long network, long answer, long nowMs) {
        if (intervalNanos == 0) {
            return Verdict.SEND;
        }
        long nowNanos = TimeUnit.MILLISECONDS.toNanos(nowMs);
        long key = mix(network * 0x9E3779B97F4A7C15L + answer) | 1;
        int slot = (int) (key >>> 32) & keys.length() - 1;
        long former = dueNanos.get(slot);
        long known = keys.get(slot);
        if (known != key && keys.compareAndSet(slot, known, key)) {
            dueNanos.compareAndSet(slot, former, nowNanos); // not what others have counted of the new pair meanwhile
        }
        while (true) {
            long due = dueNanos.get(slot);
            long next = Math.max(due, nowNanos) + intervalNanos;
            if (next - nowNanos > BURST_NANOS) {
                return slip > 0 && over.incrementAndGet() % slip == 0 ? Verdict.TRUNCATE : Verdict.DROP;
            }
            if (dueNanos.compareAndSet(slot, due, next)) {
                return Verdict.SEND;
            }
        }
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 32) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 32;
    }
}
