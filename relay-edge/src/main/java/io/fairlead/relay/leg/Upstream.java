package io.fairlead.relay.leg;

/** How many streams of a room are asked for at the media server, for the viewers behind one relay client. */
public enum Upstream {
    /** One for each viewer, all of which flow. */
    PER_VIEWER,
    /** One for each viewer, by which the media server admits it; those of the master and of the spares go on, the others are closed. */
    STANDBY,
    /** The relay server's own, whoever watches; the media server is not asked who may. */
    SINGLE
}
