package io.fairlead.model.policy;

/** How an exit's capacity moves. */
public enum CapacityMode {
    /** Stays at its start. */
    FIXED,
    /** Grows under load, shrinks on capacity failures. */
    ADAPTIVE
}
