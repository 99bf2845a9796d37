package io.fairlead.proxy.tenant;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One rate of bytes, divided among all who read under it. Thread-safe; while no rate is set, a read costs one volatile load.
 *
 * <p>What was read is paid for afterwards, because nobody knows before how much there is to read. Who can't pay at once waits, and
 * {@link Share#resume} is called when all is paid. What the rate yields is given out every {@value #ROUND_MS} ms to those who wait, the
 * same to each, and what one does not need to the others (max-min fairness): one who reads little waits for a round, however much
 * the others have read. Who begins to read while others wait pays {@value #ENTRY_BYTES} bytes beforehand, so that many short
 * connections get no more than a long one; and what a closed connection still owes is paid before all others get anything.
 *
 * <p>A second's worth is kept while nobody needs it. Bound: a reader is ahead by what one read brings at most.
 */
final class ByteRate {

    /** Between two rounds, ms: what somebody who reads little waits at most. */
    static final int ROUND_MS = 20;

    static final int ENTRY_BYTES = 4_096;

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    /** One who reads. Its fields are the rate's. */
    abstract static class Share {

        /** Below 0: paid beforehand. */
        private double owedBytes;

        private boolean enters;
        private boolean waiting;

        /** All is paid. Called on any thread, and not while a lock is held. */
        abstract void resume();

        /** Runs something on a thread of its own after this time. */
        abstract void later(Runnable task, int delayMs);
    }

    private final LongSupplier nanoClock;
    private final List<Share> waiting = new ArrayList<>();
    private volatile long perSecond;
    private volatile boolean holds;
    private double room;
    private double owedByClosed;
    private boolean roundPlanned;
    private boolean filled;
    private long filledNanos;

    ByteRate(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Bytes a second; 0: as many as there are. Who waits goes on if there is no limit any more. */
    void set(long bytesPerSecond) {
        List<Share> free = new ArrayList<>();
        synchronized (this) {
            fill();
            perSecond = bytesPerSecond;
            room = filled ? Math.min(room, (double) bytesPerSecond) : (double) bytesPerSecond;
            if (bytesPerSecond == 0) {
                owedByClosed = 0;
                waiting.forEach(share -> share.owedBytes = 0);
                waiting.forEach(ByteRate::waitsNoMore);
                free.addAll(waiting);
                waiting.clear();
                holds = false;
            }
        }
        free.forEach(Share::resume);
    }

    /** Whether somebody waits now. */
    boolean holds() {
        return holds;
    }

    /** Whether one may read now; else it waits, and is told. */
    boolean mayRead(Share share) {
        if (perSecond == 0 || !holds) {
            return true;
        }
        synchronized (this) {
            if (share.owedBytes < 0 || waiting.isEmpty()) {
                return true;
            }
            if (!share.waiting) {
                share.enters = true;
                share.owedBytes += ENTRY_BYTES;
                await(share);
            }
            return false;
        }
    }

    /**
     * Bytes were read.
     *
     * @return whether that was more than can be paid: then the share waits, and is told
     */
    boolean read(Share share, int bytes) {
        if (perSecond == 0) {
            return false;
        }
        synchronized (this) {
            fill();
            share.owedBytes += bytes;
            if (!share.waiting && waiting.isEmpty()) {
                double paid = Math.min(Math.max(0, room), Math.max(0, share.owedBytes));
                room -= paid;
                share.owedBytes -= paid;
            }
            if (share.owedBytes < 1) {
                return false;
            }
            await(share);
            return true;
        }
    }

    /** One reads no more; what it owes stays owed. */
    synchronized void close(Share share) {
        if (share.waiting) { // and keeps its place: while anything is owed, somebody has to wait
            owedByClosed += Math.max(0, share.owedBytes - (share.enters ? ENTRY_BYTES : 0));
            share.owedBytes = 0;
            share.enters = false;
        }
    }

    private void await(Share share) {
        if (!share.waiting) {
            share.waiting = true;
            waiting.add(share);
            holds = true;
            planRound(share);
        }
    }

    private void planRound(Share clock) {
        if (!roundPlanned) {
            roundPlanned = true;
            clock.later(this::round, ROUND_MS);
        }
    }

    /** Gives out what there is. */
    private void round() {
        List<Share> paid = new ArrayList<>();
        synchronized (this) {
            roundPlanned = false;
            fill();
            double forClosed = Math.min(owedByClosed, Math.max(0, room));
            owedByClosed -= forClosed;
            room -= forClosed;
            boolean moved = true;
            while (moved && room >= 1 && !waiting.isEmpty()) {
                moved = payEach(room / waiting.size(), paid);
            }
            holds = !waiting.isEmpty();
            if (holds) {
                planRound(waiting.get(0));
            }
        }
        paid.forEach(Share::resume);
    }

    /** Whether somebody has paid all, so that there may be more for the others. */
    private boolean payEach(double most, List<Share> paid) {
        boolean any = false;
        for (Iterator<Share> each = waiting.iterator(); each.hasNext(); ) {
            Share share = each.next();
            double pays = Math.min(most, Math.max(0, share.owedBytes));
            share.owedBytes -= pays;
            room -= pays;
            if (share.owedBytes < 1) {
                each.remove();
                waitsNoMore(share);
                paid.add(share);
                any = true;
            }
        }
        return any;
    }

    private static void waitsNoMore(Share share) {
        share.waiting = false;
        if (share.enters) {
            share.enters = false;
            share.owedBytes -= ENTRY_BYTES;
        }
    }

    private void fill() {
        long now = nanoClock.getAsLong();
        if (filled) {
            room = Math.min((double) perSecond, room + perSecond * ((now - filledNanos) / NANOS));
        }
        filled |= perSecond > 0;
        filledNanos = now;
    }
}
