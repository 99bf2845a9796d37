package io.fairlead.proxy.front;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.handler.codec.http.HttpContent;

/** One request of a user connection while it is served. Confined to the connection's event loop. */
interface Exchange {

    /** Begins; the connection is ready for whatever follows. */
    void start();

    /** A part of the request's body, to be released. */
    void content(HttpContent part);

    /** Those parts were all for now. */
    void userPaused();

    /** Whether more of the request may be read from the user now. */
    boolean wantsMore();

    /** The user may be written to again. */
    void userWritable();

    /** The user has gone, or has ended sending. The connection is of no more use. */
    void userGone();

    /** The request's body can't be read any further. */
    void malformed(MalformedRequest why);

    /** Ends it, for this reason; the connection is closed by whoever says so. */
    void cut(Outcome outcome, FaultLayer layer);
}
