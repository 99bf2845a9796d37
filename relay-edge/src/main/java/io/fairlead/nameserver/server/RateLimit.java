package io.fairlead.nameserver.server;

/**
 * Limits how often a network is given the same answer, so that nobody can turn this server on somebody else by writing his address on
 * questions (response-rate limiting, ISC TN-2012-1). Each pair of network and answer has a bucket of tokens; of what comes over it, a part is
 * answered empty and truncated, so that who really asks comes over TCP, and the rest is dropped.
 *
 * <p>A table of fixed size for one thread: pairs that fall into the same slot take it from each other, with a full bucket, so the limit errs towards
 * answering.
 */
final class RateLimit {

    /** What to do with an answer. */
    enum Verdict {
        SEND,
        TRUNCATE,
        DROP
    }

    private final int perSecond;
    private final int slip;
    private final long[] keys;
    private final float[] tokens;
    private final long[] atMs;
    private int over;

    /**
     * @param perSecond answers of a kind to a network; 0: no limit
     * @param slip one of so many over it is answered truncated; 0: none
     * @param slots a power of 2
     */
    RateLimit(int perSecond, int slip, int slots) {
        this.perSecond = perSecond;
        this.slip = slip;
        int size = perSecond == 0 ? 1 : slots;
        keys = new long[size];
        tokens = new float[size];
        atMs = new long[size];
    }

    /** @param answer what it is given, as a number; all errors are one */
    Verdict judge(long network, long answer, long nowMs) {
        if (perSecond == 0) {
            return Verdict.SEND;
        }
        long key = mix(network * 0x9E3779B97F4A7C15L + answer) | 1;
        int slot = (int) (key >>> 32) & keys.length - 1;
        if (keys[slot] != key) {
            keys[slot] = key;
            tokens[slot] = perSecond;
            atMs[slot] = nowMs;
        }
        float filled = tokens[slot] + Math.max(0, nowMs - atMs[slot]) * perSecond / 1_000f;
        tokens[slot] = Math.min(perSecond, filled);
        atMs[slot] = nowMs;
        if (tokens[slot] >= 1) {
            tokens[slot]--;
            return Verdict.SEND;
        }
        return slip > 0 && ++over % slip == 0 ? Verdict.TRUNCATE : Verdict.DROP;
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 32) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 32;
    }
}
