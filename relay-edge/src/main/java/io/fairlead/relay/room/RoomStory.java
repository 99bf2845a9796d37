package io.fairlead.relay.room;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a room has gone through: bytes, sources that followed others, and times without media. Grows only; written on the room's loop (what
 * viewers got: on theirs), read by anybody.
 */
public final class RoomStory {

    /** A room has paused when nothing came for so long. */
    static final int PAUSE_MS = 500;

    private static final long NANOS_PER_MS = 1_000_000;
    private static final long NEVER = Long.MIN_VALUE;

    private final LongAdder viewerBytes = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder spareBytes = new LongAdder();
    private final LongAdder splices = new LongAdder();
    private final LongAdder spliceGapMs = new LongAdder();
    private final LongAdder pauses = new LongAdder();
    private final LongAdder pausedMs = new LongAdder();
    private final LongAdder silences = new LongAdder();
    private long lastNs = NEVER;

    /**
     * What was so at a moment, to be compared with a later one.
     *
     * @param receivedBytes of tags that were sent on
     * @param spareBytes of tags that were not
     * @param viewerBytes to all who watch, relay clients among them
     * @param splices sources that followed another
     * @param spliceGapMs time without media around those, beyond the pause between two frames
     * @param pauses times that nothing came for more than half a second
     * @param pausedMs how long those were
     * @param silences sources that gave way for their silence
     */
    public record Moment(
            long receivedBytes,
            long spareBytes,
            long viewerBytes,
            int splices,
            long spliceGapMs,
            int pauses,
            long pausedMs,
            int silences) {

        /** Of a room that has just begun. */
        public static final Moment START = new Moment(0, 0, 0, 0, 0, 0, 0, 0);

        /** What has come about since an earlier moment. */
        public Moment since(Moment before) {
            return new Moment(
                    receivedBytes - before.receivedBytes,
                    spareBytes - before.spareBytes,
                    viewerBytes - before.viewerBytes,
                    splices - before.splices,
                    spliceGapMs - before.spliceGapMs,
                    pauses - before.pauses,
                    pausedMs - before.pausedMs,
                    silences - before.silences);
        }
    }

    /** As it is now. */
    public Moment now() {
        return new Moment(
                receivedBytes.sum(),
                spareBytes.sum(),
                viewerBytes.sum(),
                splices.intValue(),
                spliceGapMs.sum(),
                pauses.intValue(),
                pausedMs.sum(),
                silences.intValue());
    }

    // ---- the room's

    void received(int bytes) {
        receivedBytes.add(bytes);
    }

    void spared(int bytes) {
        spareBytes.add(bytes);
    }

    void silence() {
        silences.increment();
    }

    /**
     * A frame or sound is sent.
     *
     * @param intervalMs usual pause between two frames
     * @param spliced it is the first of a source that followed another
     */
    void placed(long nowNs, long intervalMs, boolean spliced) {
        long pauseMs = lastNs == NEVER ? 0 : (nowNs - lastNs) / NANOS_PER_MS;
        lastNs = nowNs;
        if (spliced) {
            splices.increment();
            spliceGapMs.add(Math.max(0, pauseMs - intervalMs));
        }
        if (pauseMs > PAUSE_MS) {
            pauses.increment();
            pausedMs.add(pauseMs);
        }
    }

    // ---- the viewers'

    void delivered(long bytes) {
        viewerBytes.add(bytes);
    }
}
