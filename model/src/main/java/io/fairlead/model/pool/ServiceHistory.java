package io.fairlead.model.pool;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What an exit has been to pools: when it left the last, when it was last replaced for what it was, how often it left sooner than was foreseen, and in which
 * hours of the day (UTC) its owner uses the device. Plain mutable state for one owner, 120 bytes.
 */
public final class ServiceHistory {

    private static final int HOURS = 24;
    private static final long HOUR_MS = 3_600_000;
    private static final int MOST_SEEN = 2_000;
    private static final int MOST_PROMISES = 100;

    private long leftAtMs = Long.MIN_VALUE;
    private long replacedAtMs = Long.MIN_VALUE;
    private double kept;
    private double broken;
    private final short[] seen = new short[HOURS];
    private final short[] active = new short[HOURS];

    /** It left a pool. */
    void left(long atMs, boolean replaced) {
        leftAtMs = atMs;
        if (replaced) {
            replacedAtMs = atMs;
        }
    }

    /** A time in a pool is over, or as long as was foreseen. */
    void promise(boolean wasKept) {
        if (kept + broken >= MOST_PROMISES) {
            kept /= 2;
            broken /= 2;
        }
        kept += wasKept ? 1 : 0;
        broken += wasKept ? 0 : 1;
    }

    /** A heartbeat says whether the owner uses the device. */
    public void owner(long atMs, boolean uses) {
        int hour = hour(atMs);
        if (seen[hour] >= MOST_SEEN) {
            seen[hour] = (short) (seen[hour] / 2);
            active[hour] = (short) (active[hour] / 2);
        }
        seen[hour]++;
        if (uses) {
            active[hour]++;
        }
    }

    /** Whether it was replaced for what it was, less than that long ago. */
    boolean replacedWithin(long nowMs, long ms) {
        return replacedAtMs != Long.MIN_VALUE && nowMs - replacedAtMs < ms;
    }

    /** How far it has rested since it left its last pool, 0–1. */
    double rested(long nowMs, long restMs) {
        return leftAtMs == Long.MIN_VALUE || restMs <= 0
                ? 1
                : Math.max(0, Math.min(1, (nowMs - leftAtMs) / (double) restMs));
    }

    /** Share of its times in pools that were shorter than foreseen, drawn to none by one that was kept. */
    double brokenShare() {
        return broken / (kept + broken + 1);
    }

    /** Share of the time ahead in which its owner uses the device as a rule. */
    double ownerShare(long nowMs, long aheadMs) {
        double sum = 0;
        double whole = 0;
        for (long from = nowMs; from < nowMs + aheadMs; ) {
            long to = Math.min(nowMs + aheadMs, (Math.floorDiv(from, HOUR_MS) + 1) * HOUR_MS);
            int hour = hour(from);
            sum += (double) (to - from) * active[hour] / (seen[hour] + 1);
            whole += to - from;
            from = to;
        }
        return whole == 0 ? 0 : sum / whole;
    }

    private static int hour(long atMs) {
        return (int) Math.floorMod(Math.floorDiv(atMs, HOUR_MS), (long) HOURS);
    }

    /** Writes all that it knows. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(leftAtMs);
        out.writeLong(replacedAtMs);
        out.writeDouble(kept);
        out.writeDouble(broken);
        for (int i = 0; i < HOURS; i++) {
            out.writeShort(seen[i]);
            out.writeShort(active[i]);
        }
    }

    /** Reads what {@link #write} wrote. */
    public static ServiceHistory read(DataInput in) throws IOException {
        ServiceHistory history = new ServiceHistory();
        history.leftAtMs = in.readLong();
        history.replacedAtMs = in.readLong();
        history.kept = in.readDouble();
        history.broken = in.readDouble();
        for (int i = 0; i < HOURS; i++) {
            history.seen[i] = in.readShort();
            history.active[i] = in.readShort();
        }
        return history;
    }
}
