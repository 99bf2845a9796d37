package io.fairlead.lab.simulate.rooms;

/** A promise does not hold. Says which, when, and how to see it again. */
final class RoomBroken extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    RoomBroken(RoomSetup setup, int step, String what) {
        super("%s, at event %,d; seed %d. See it again by: %s".formatted(what, step, setup.seed(), setup.replay()));
    }
}
