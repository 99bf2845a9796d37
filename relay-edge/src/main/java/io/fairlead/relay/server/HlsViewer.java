package io.fairlead.relay.server;

import io.fairlead.relay.room.Experience;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.Segments;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.relay.room.ViewerStrain;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One who watches by HLS: many requests over any connections, held together by what it was given at its entry. It is there until it has asked
 * for nothing for a while. On the loop of its first connection, but for what is said otherwise.
 */
final class HlsViewer implements Presence, Experience {

    private static final long NOT_YET = -1;
    private static final long NONE = -1;

    /** A write that takes longer is a stall. */
    private static final long STALL_NS = 500_000_000L;

    private final String room;
    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final long idleNs;
    private final long joinedNs;
    private final LongAdder bytes = new LongAdder();
    private final List<Runnable> goners = new ArrayList<>();
    private volatile long askedNs;
    private volatile @Nullable Entered entered;
    private @Nullable Runnable told;
    private @Nullable ViewerEnd end;
    private boolean left;
    private @Nullable Future<?> look;
    private long firstByteNs = NOT_YET;
    private int stalls;
    private long stalledNs;
    private long lagMaxMs;
    private long fetched = NONE;
    private int skips;
    private long skippedSegments;

    /** Where it watches. */
    record Entered(Room room, Segments segments) {}

    HlsViewer(String room, EventLoop loop, LongSupplier nanoClock, int idleMs) {
        this.room = room;
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.idleNs = TimeUnit.MILLISECONDS.toNanos(idleMs);
        this.joinedNs = nanoClock.getAsLong();
        this.askedNs = joinedNs;
    }

    /** Name of the room that it was let into. */
    String room() {
        return room;
    }

    /** It has its address, and must use it from now on. */
    void welcomed() {
        asked();
        long everyNs = Math.max(1, idleNs / 4);
        look = loop.scheduleAtFixedRate(this::lookWhetherThere, everyNs, everyNs, TimeUnit.NANOSECONDS);
    }

    /** It has asked for something. Any thread. */
    void asked() {
        askedNs = nanoClock.getAsLong();
    }

    /** It is in the room. On the room's loop. */
    Entered enter(Room watched) {
        Entered place = new Entered(watched, watched.enterSegments());
        entered = place;
        loop.execute(() -> {
            if (end != null) {
                leave(end);
            }
        });
        return place;
    }

    /** Where it watches; null before. Any thread. */
    @Nullable
    Entered entered() {
        return entered;
    }

    private void lookWhetherThere() {
        if (nanoClock.getAsLong() - askedNs >= idleNs) {
            Entered place = entered;
            boolean over = place != null && place.room.closed();
            end(over ? ViewerEnd.ROOM_ENDED : ViewerEnd.LEFT);
        }
    }

    // ---- presence

    @Override
    public EventExecutor loop() {
        return loop;
    }

    @Override
    public void whenGone(Runnable goner) {
        loop.execute(() -> {
            if (end == null) {
                goners.add(goner);
            } else {
                goner.run();
            }
        });
    }

    @Override
    public void end() {
        loop.execute(() -> end(ViewerEnd.LEFT));
    }

    /** The first reason counts. */
    void end(ViewerEnd reason) {
        if (end != null) {
            return;
        }
        end = reason;
        Future<?> looking = look;
        if (looking != null) {
            looking.cancel(false);
        }
        Runnable telling = told;
        if (telling != null) {
            telling.run();
        }
        leave(reason);
        goners.forEach(Runnable::run);
        goners.clear();
    }

    /** Once, if it is in a room. */
    private void leave(ViewerEnd reason) {
        Entered place = entered;
        if (place != null && !left) {
            left = true;
            place.room.loop().execute(() -> place.room.leaveSegments(reason));
        }
    }

    // ---- what it got

    /**
     * Media were written to it. Any thread.
     *
     * @param sequence number of the segment
     * @param behindMs how far its end is behind what is newest
     */
    void got(long size, long tookNs, long sequence, long behindMs) {
        bytes.add(size);
        Entered place = entered;
        if (place != null) {
            place.room.fetched(size);
        }
        loop.execute(() -> {
            if (firstByteNs == NOT_YET) {
                firstByteNs = nanoClock.getAsLong() - joinedNs;
            }
            if (tookNs > STALL_NS) {
                stalls++;
                stalledNs += tookNs;
            }
            lagMaxMs = Math.max(lagMaxMs, behindMs);
            if (fetched != NONE && sequence > fetched + 1) {
                skips++;
                skippedSegments += sequence - fetched - 1;
            }
            fetched = Math.max(fetched, sequence);
        });
    }

    @Override
    public long joinedNs() {
        return joinedNs;
    }

    @Override
    public long firstByteNs() {
        return firstByteNs;
    }

    /** Segments begin with a key frame. */
    @Override
    public long firstKeyNs() {
        return firstByteNs;
    }

    @Override
    public long bytes() {
        return bytes.sum();
    }

    @Override
    public ViewerStrain strain() {
        return new ViewerStrain(stalls, stalledNs, skips, skippedSegments);
    }

    @Override
    public long takeLagMaxMs() {
        long farthest = lagMaxMs;
        lagMaxMs = 0;
        return farthest;
    }

    @Override
    public @Nullable ViewerEnd ended() {
        return end;
    }

    @Override
    public void whenEnded(Runnable telling) {
        told = telling;
    }
}
