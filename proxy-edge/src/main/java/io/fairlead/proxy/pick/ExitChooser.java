package io.fairlead.proxy.pick;

import org.jspecify.annotations.Nullable;

/** Chooses an exit and takes one of its slots. Thread-safe; never blocks. */
public interface ExitChooser {

    /**
     * Takes a slot, which must be released once.
     *
     * @param into free; filled if one is found
     * @return false: no eligible exit has room
     */
    boolean pick(PickRequest request, Slot into);

    /** Why the operator's terms let nothing go through an exit now, for people; empty: they do. */
    default String objection(String exitId) {
        return "";
    }

    /** @return a slot of its own that is taken and must be released once, or null when no eligible exit has room */
    default @Nullable Slot pick(PickRequest request) {
        Slot slot = new Slot();
        return pick(request, slot) ? slot : null;
    }

    /**
     * A request of a session begins to wait for room on its exit, or waits no more: one of the slots that come free there is left to it. Any thread.
     */
    default void waiting(String exitId, boolean begins) {}
}
