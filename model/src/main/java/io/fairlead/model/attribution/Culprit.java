package io.fairlead.model.attribution;

/** Whose fault a failure was. */
public enum Culprit {
    /** The exit alone: its score follows. */
    EXIT,
    /** The autonomous system that the exit is in: all its exits fail, whatever the target. */
    ASN,
    /** The target: all exits fail there. */
    TARGET,
    /** The edge that the request came through. */
    EDGE
}
