package io.fairlead.lab.simulate;

import java.util.PriorityQueue;

/** Events in the order of their time; of the same time, in the order in which they were planned. Not for several threads. */
public final class Timeline {

    /** Where simulated time begins, ms since the Unix epoch. */
    public static final long EPOCH_MS = 1_700_000_000_000L;

    private record Event(long atUs, long order, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atUs, other.atUs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowUs;
    private long planned;

    /** Since the epoch of the simulation, µs; below 0 before measuring begins. */
    public long nowUs() {
        return nowUs;
    }

    /** As a wall clock would say. */
    public long nowMs() {
        return EPOCH_MS + Math.floorDiv(nowUs, 1_000);
    }

    public void at(long atUs, Runnable what) {
        events.add(new Event(Math.max(atUs, nowUs), planned++, what));
    }

    public void after(double delayMs, Runnable what) {
        at(nowUs + Math.round(delayMs * 1_000), what);
    }

    void startAt(long us) {
        nowUs = us;
    }

    /** Runs what is planned until then, and a look after each. Returns how many events there were. */
    public long runUntil(long endUs, Runnable afterEach) {
        long count = 0;
        for (Event next = events.peek(); next != null && next.atUs <= endUs; next = events.peek()) {
            events.remove();
            nowUs = next.atUs;
            next.what.run();
            afterEach.run();
            count++;
        }
        nowUs = endUs;
        return count;
    }
}
