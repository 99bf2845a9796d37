package io.fairlead.proxy.pick;

import org.jspecify.annotations.Nullable;

/** Chooses an exit and takes one of its slots. Thread-safe; never blocks. */
public interface ExitChooser {

    /** @return a slot that is taken and must be released once, or null when no eligible exit has room */
    @Nullable
    Slot pick(PickRequest request);
}
