package io.fairlead.proxy.agent;

import java.net.InetSocketAddress;

/**
 * The way to a target: maps the address that the rules have allowed to the one that is really dialled. Direct in
 * production; where all traffic has to go through a local forwarder, its address.
 */
@FunctionalInterface
public interface DialPath {

    DialPath DIRECT = target -> target;

    /** Called on an event loop for each dial; must not block. */
    InetSocketAddress via(InetSocketAddress target);
}
