package io.fairlead.jobs.quality;

import io.fairlead.model.exit.ExitState;
import io.fairlead.model.exit.Told;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** All that is kept of one exit. Plain mutable state for one owner. */
public class TrackedExit {

    /** Edges, each with its epoch, whose sequences are remembered; over it the oldest epoch goes. */
    static final int MAX_LANES = 64;

    /** No event is from after this (the year 9999), ms since the Unix epoch. */
    static final long LAST_MS = 253_402_300_799_999L;

    /** What was told of the exit. */
    public ExitState state = new ExitState();

    /** What was told to the edges last. */
    public Told told = new Told();

    /** Newest sequence for each of the {@link ExitSignal#LANES}, by edge and epoch: what an edge sends twice counts once. */
    public Map<String, long[]> lanes = new HashMap<>(4);

    /** When the one timer is set to, event time, ms; 0: it is not. */
    public long timerMs;

    /** When the exit was rated last, event time, ms. */
    public long lookedAtMs;

    /** Something came in since it was rated. */
    public boolean stale;

    /** Edge that saw the newest event since it was rated; empty: none. */
    public String newestEdge = "";

    /** When that edge saw it, by its clock, ms since the Unix epoch. */
    public long newestObservedMs;

    /**
     * Whether it was rated past the end of time, as versions did whose event time could jump there: nothing that comes could be newer, and what was decayed until then is
     * gone. It is of no use.
     */
    boolean isOutOfTime() {
        return Math.max(Math.max(lookedAtMs, told.atMs), state.newestMs) > LAST_MS;
    }

    /** The same exit without what was kept of it, but for what was heard already. */
    TrackedExit anew() {
        TrackedExit anew = new TrackedExit();
        anew.lanes = lanes;
        return anew;
    }

    /** Whether nothing came since it began {@link #anew}. */
    boolean isUnheard() {
        return state.newestMs == 0;
    }

    /** Whether a signal is new on its lane; if so it is remembered. */
    boolean isNew(ExitSignal signal) {
        String lane = signal.edge() + '@' + signal.edgeEpochMs();
        long[] newest = lanes.get(lane);
        if (newest == null) {
            if (lanes.size() >= MAX_LANES) {
                lanes.keySet().stream()
                        .min((a, b) -> Long.compare(epoch(a), epoch(b)))
                        .ifPresent(lanes::remove);
            }
            newest = new long[ExitSignal.LANES];
            Arrays.fill(newest, -1);
            lanes.put(lane, newest);
        }
        if (newest.length < ExitSignal.LANES) { // state of an older version, which knew fewer
            int known = newest.length;
            newest = Arrays.copyOf(newest, ExitSignal.LANES);
            Arrays.fill(newest, known, ExitSignal.LANES, -1);
            lanes.put(lane, newest);
        }
        if (signal.sequence() <= newest[signal.lane()]) {
            return false;
        }
        newest[signal.lane()] = signal.sequence();
        return true;
    }

    private static long epoch(String lane) {
        return Long.parseLong(lane.substring(lane.lastIndexOf('@') + 1));
    }
}
