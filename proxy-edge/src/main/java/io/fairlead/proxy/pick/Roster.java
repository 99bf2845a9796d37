package io.fairlead.proxy.pick;

import io.fairlead.model.PoolType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Exits by number. Numbers are dense, and what picks read and write of an exit lies in flat arrays by number: its
 * {@link SlotWord}, for {@code best} when it was last used, for {@code hot-cold} how fast it connects, for sessions since when it is up.
 *
 * <p>Any thread may read and write words. The number of an exit that is removed goes to another later; its stamp goes on, so that a slot of the
 * one can't be taken for the other.
 */
final class Roster implements Lender {

    /** No word of an exit that a slot was taken of: such an exit is open. */
    static final long NOT_TAKEN = 0;

    /** Exits at most. */
    static final int MAX_EXITS = (1 << Entry.NUMBER_BITS) - 2;

    /** Times to connect that are mixed, about. */
    private static final int RECENT_CONNECTS = 4;

    private static final int CHUNK_BITS = 14;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle EXIT = MethodHandles.arrayElementVarHandle(KnownExit[].class);

    private volatile long[][] words = {};
    private volatile long[][] lastUsed = {};
    private volatile long[][] connects = {};
    private volatile long[][] upSince = {};
    private volatile long[][] sessions = {};

    /** Whether any session was ever placed here: without, picks need not look what is kept for them. */
    private volatile boolean sessionsSeen;

    /** Runs with the clock, about. */
    private volatile int second;

    private volatile @Nullable KnownExit[][] exits = {};

    // Under the monitor.
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private int size;

    /** Gives an exit its number. */
    synchronized int add(KnownExit exit) {
        Integer reused = free.poll();
        int number = reused == null ? size++ : reused;
        if (number >= MAX_EXITS) {
            throw new IllegalStateException("there are " + number + " exits, and no more can be numbered");
        }
        if (number >>> CHUNK_BITS == words.length) {
            KnownExit[][] more = Arrays.copyOf(exits, exits.length + 1);
            more[exits.length] = new KnownExit[CHUNK];
            exits = more;
            lastUsed = longer(lastUsed);
            connects = longer(connects);
            upSince = longer(upSince);
            sessions = longer(sessions);
            words = longer(words);
        }
        WORD.setOpaque(connects[number >>> CHUNK_BITS], at(number), 0L);
        WORD.setOpaque(sessions[number >>> CHUNK_BITS], at(number), 0L);
        EXIT.setVolatile(exits[number >>> CHUNK_BITS], at(number), exit);
        return number;
    }

    private static long[][] longer(long[][] chunks) {
        long[][] more = Arrays.copyOf(chunks, chunks.length + 1);
        more[chunks.length] = new long[CHUNK];
        return more;
    }

    /** Takes a number back; its exit is open to nobody and has no slot out. */
    synchronized void remove(int number) {
        EXIT.setVolatile(exits[number >>> CHUNK_BITS], at(number), null);
        free.add(number);
    }

    /** The exit that has this number now. */
    @Nullable
    KnownExit exit(int number) {
        return (KnownExit) EXIT.getVolatile(exits[number >>> CHUNK_BITS], at(number));
    }

    long word(int number) {
        return (long) WORD.getVolatile(words[number >>> CHUNK_BITS], at(number));
    }

    boolean change(int number, long before, long after) {
        return WORD.compareAndSet(words[number >>> CHUNK_BITS], at(number), before, after);
    }

    /**
     * Takes a slot of an exit, unless it has no room, or its terms are no more those of this stamp.
     *
     * @return the word with it, or {@link #NOT_TAKEN}
     */
    long take(int number, int stamp) {
        long[] chunk = words[number >>> CHUNK_BITS];
        while (true) {
            long before = (long) WORD.getVolatile(chunk, at(number));
            if (!SlotWord.hasRoom(before) || SlotWord.stamp(before) != stamp) {
                return NOT_TAKEN;
            }
            if (WORD.compareAndSet(chunk, at(number), before, before + 1)) {
                taken(number, before + 1);
                return before + 1;
            }
        }
    }

    /** A slot was taken: notes it where that was the last. */
    void taken(int number, long word) {
        if (!SlotWord.hasRoom(word)) {
            roomChanged(number);
        }
    }

    @Override
    public void takeBack(int number) {
        long before = (long) WORD.getAndAdd(words[number >>> CHUNK_BITS], at(number), -1L);
        if (!SlotWord.hasRoom(before) && SlotWord.hasRoom(before - 1)) {
            roomChanged(number);
        }
    }

    private void roomChanged(int number) {
        KnownExit exit = exit(number);
        if (exit != null) { // it may have been forgotten since
            exit.roomChanged();
        }
    }

    long lastUsedNanos(int number) {
        return (long) WORD.getOpaque(lastUsed[number >>> CHUNK_BITS], at(number));
    }

    void lastUsed(int number, long nanos) {
        WORD.setOpaque(lastUsed[number >>> CHUNK_BITS], at(number), nanos);
    }

    /** Recent time to connect, µs; 0: it has not connected yet. */
    long connectUs(int number) {
        return (long) WORD.getOpaque(connects[number >>> CHUNK_BITS], at(number));
    }

    /** It has connected in this time; two at once may count as one. */
    void connected(int number, long us) {
        long before = connectUs(number);
        long after = before == 0 ? us : before + (us - before) / RECENT_CONNECTS;
        WORD.setOpaque(connects[number >>> CHUNK_BITS], at(number), Math.max(1, after));
    }

    /** Since when it is linked here, by the nano clock. */
    long upSinceNanos(int number) {
        return (long) WORD.getOpaque(upSince[number >>> CHUNK_BITS], at(number));
    }

    void upSince(int number, long nanos) {
        WORD.setOpaque(upSince[number >>> CHUNK_BITS], at(number), nanos);
    }

    // ---- sessions

    /** A second has gone by. */
    void second(int now) {
        second = now;
    }

    /** Slots of an exit that are kept free for its sessions. */
    int keptForSessions(int number) {
        return sessionsSeen ? SessionWord.kept(sessionWord(number), second) : 0;
    }

    /** Requests of sessions that wait for room on an exit. */
    int waitingSessions(int number) {
        return sessionsSeen ? SessionWord.waiting(sessionWord(number)) : 0;
    }

    /** A request of a session has taken a slot. */
    void sessionGoesOn(int number) {
        long before;
        do {
            before = sessionWord(number);
        } while (!changeSessions(number, before, SessionWord.begun(before, second)));
    }

    /** A request of a session found no room on its exit. */
    void sessionMissed(int number) {
        long before;
        do {
            before = sessionWord(number);
        } while (!changeSessions(number, before, SessionWord.missed(before, second)));
    }

    /** A request of a session begins to wait for room on its exit, or waits no more. */
    void sessionWaits(int number, boolean begins) {
        long before;
        do {
            before = sessionWord(number);
        } while (!changeSessions(number, before, SessionWord.waits(before, begins)));
    }

    @Override
    public void sessionPaused(int number) {
        long before;
        do {
            before = sessionWord(number);
        } while (!changeSessions(number, before, SessionWord.ended(before)));
    }

    private long sessionWord(int number) {
        return (long) WORD.getVolatile(sessions[number >>> CHUNK_BITS], at(number));
    }

    private boolean changeSessions(int number, long before, long after) {
        if (!sessionsSeen) {
            sessionsSeen = true;
        }
        return before == after || WORD.compareAndSet(sessions[number >>> CHUNK_BITS], at(number), before, after);
    }

    // ---- what slots tell of their exit

    @Override
    public String exitId(int number) {
        return lender(number).id;
    }

    @Override
    public PoolType poolType(int number) {
        return lender(number).poolType;
    }

    @Override
    public long asn(int number) {
        return lender(number).asn;
    }

    @Override
    public long scoreJobEpoch(int number) {
        Score told = lender(number).score;
        return told == null ? 0 : told.jobEpoch;
    }

    @Override
    public long scoreCounter(int number) {
        Score told = lender(number).score;
        return told == null ? 0 : told.counter;
    }

    private KnownExit lender(int number) {
        KnownExit exit = exit(number);
        if (exit == null) {
            throw new IllegalStateException("exit " + number + " was forgotten while a slot of it was out");
        }
        return exit;
    }

    private static int at(int number) {
        return number & CHUNK - 1;
    }
}
