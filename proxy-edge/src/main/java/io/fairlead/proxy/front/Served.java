package io.fairlead.proxy.front;

/** A user connection whose protocol is known. On its event loop. */
interface Served {

    /** The first bytes follow. The connection has been idle until now; the timer is its own from here on. */
    void started();

    /** The edge stops: closes if nothing is going on. */
    void drain();

    /** The edge waits no longer. */
    void drainNow();
}
