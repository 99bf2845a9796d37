package io.fairlead.lab.simulate;

import io.fairlead.schemas.decisions.ExitScore;
import org.jspecify.annotations.Nullable;

/** A policy of choosing exits, as it runs on one edge. What it hears is what such a policy hears in the world; most need little of it. */
interface Chooser {

    /** Null: none is to be had. */
    @Nullable
    Choice choose(Ask ask);

    /** Whether it had chosen none because exits must rest for the target, the last time. */
    default boolean isResting() {
        return false;
    }

    /** Whether it had chosen none because the one that would do has no room, the last time. */
    default boolean isFull() {
        return false;
    }

    /** A request of a session begins to wait for room on its exit, or waits no more. */
    default void waiting(SimulatedExit exit, boolean begins) {}

    /** The request that it was chosen for has ended, however. */
    void released(Choice choice);

    default void online(SimulatedExit exit) {}

    default void offline(SimulatedExit exit, boolean dropped) {}

    /** An exit told of itself: its round trip and the requests that it runs in all, and those through this edge. */
    default void heartbeat(SimulatedExit exit, double pingMs, int running, int runningHere) {}

    /**
     * An exit told what it runs for other edges.
     *
     * @param edges that share it
     * @param turn place of this one among them
     */
    default void shared(SimulatedExit exit, int elsewhere, int edges, int turn) {}

    /** A try got its first byte, or failed; after how long. */
    default void tried(SimulatedExit exit, double connectMs, double elapsedMs, boolean carried) {}

    /** Whose fault it was came out: an exit carried a request, or failed it by its own fault. */
    default void judged(SimulatedExit exit, boolean carried) {}

    /** An exit refused a request because it was full. */
    default void refused(SimulatedExit exit) {}

    /** The answer of a target was a block. */
    default void blocked(SimulatedExit exit, int targetClass) {}

    default void decided(ExitScore score) {}

    /** The operator takes an exit out. */
    default void killed(SimulatedExit exit) {}

    /** The job that decides is heard, or is not. */
    default void jobSilent(boolean silent) {}

    /** Every second. */
    default void tick() {}

    /** The harness counts so many here; whoever counts for himself says what he counts. */
    default int countedRunning(SimulatedExit exit, int counted) {
        return counted;
    }
}
