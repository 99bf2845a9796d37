package io.fairlead.proxy.exit;

import io.netty.util.AttributeKey;

/** Told once what both ends of a tunnel have counted, after the tunnel has ended and its agent has told. May never be: old agents don't. */
@FunctionalInterface
public interface TunnelSettlement {

    /** Where a tunnel keeps who is to be told. */
    AttributeKey<TunnelSettlement> OF_TUNNEL = AttributeKey.valueOf(TunnelSettlement.class, "of tunnel");

    /**
     * On the event loop of the link.
     *
     * @param bytesUp sent into the tunnel here, {@code bytesDown} received
     * @param agentBytesUp what the agent says that it received, {@code agentBytesDown} sent
     * @param clean both directions were ended by whoever sent: both ends must have counted the same. Else bytes may have been on their way
     */
    void settled(long bytesUp, long bytesDown, long agentBytesUp, long agentBytesDown, boolean clean);
}
