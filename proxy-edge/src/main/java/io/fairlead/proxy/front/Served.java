package io.fairlead.proxy.front;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;

/** A user connection whose protocol is known. On its event loop. */
interface Served {

    /** The first bytes follow. The connection has been idle until now; the timer is its own from here on. */
    void started();

    /** The edge stops: closes if nothing is going on. */
    void drain();

    /** Ends whatever is going on, for this reason. */
    void cut(Outcome outcome, FaultLayer layer);

    /** What this tenant may do has changed, or its day is used up: ends what is its and would not be let in now. */
    void review(String tenantId);

    /** Requests and tunnels that are served now. */
    int requests();
}
