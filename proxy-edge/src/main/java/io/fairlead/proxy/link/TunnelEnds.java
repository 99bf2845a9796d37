package io.fairlead.proxy.link;

import io.netty.handler.codec.http2.Http2StreamChannel;

/** Told of each tunnel that has ended on this end of a link. On its event loop. */
@FunctionalInterface
interface TunnelEnds {

    /**
     * @param read bytes that came out of the stream, {@code written} that went into it
     * @param clean both directions were ended by whoever sent
     */
    void ended(Http2StreamChannel stream, long read, long written, boolean clean);
}
