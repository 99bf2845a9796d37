package io.fairlead.lab.simulate.rooms;

import java.util.Locale;

/** Looks at what must hold, and knows at which event. */
final class Promises {

    private final RoomSetup setup;
    private int step;

    Promises(RoomSetup setup) {
        this.setup = setup;
    }

    void at(int event) {
        step = event;
    }

    /** @throws RoomBroken it does not hold; says what is wrong */
    void hold(boolean kept, String wrong, Object... values) {
        if (!kept) {
            throw broken(String.format(Locale.ROOT, wrong, values));
        }
    }

    RoomBroken broken(String what) {
        return new RoomBroken(setup, step, what);
    }
}
