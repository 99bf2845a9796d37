package io.fairlead.lab.simulate.rooms;

/**
 * One run.
 *
 * @param kind what is simulated
 * @param seed of all chance in it
 * @param steps events
 */
record RoomSetup(Kind kind, long seed, int steps) {

    /** What is simulated. */
    enum Kind {
        /** A room with streams of one live source, and viewers (invariant 5). */
        ROOM,
        /** A leg with viewers behind one relay client, each with a request to the media server (invariants 4 and 5). */
        LEG
    }

    /** The command that does it again. */
    String replay() {
        return "fairlead simulate rooms --only " + kind + " --seed " + seed + " --seeds 1 --steps " + steps;
    }
}
