package io.fairlead.lab.simulate;

import io.fairlead.proxy.pick.Slot;
import org.jspecify.annotations.Nullable;

/**
 * The exit that was chosen.
 *
 * @param running that the chooser counts, this one included
 * @param limit that it was chosen under; 0: the policy knows none
 * @param slot of the table; null for policies that have none
 */
record Choice(
        SimulatedExit exit,
        int running,
        int limit,
        @Nullable Slot slot) {}
