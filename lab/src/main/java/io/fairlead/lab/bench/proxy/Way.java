package io.fairlead.lab.bench.proxy;

/** How a load asks a proxy for the site. */
enum Way {

    /** The whole address in each request (RFC 9112 §3.2.2). */
    FORWARD,

    /** CONNECT first; requests go through the tunnel. */
    CONNECT,

    /** As if the proxy were the site: for one that passes bytes on to a place of its own. */
    STRAIGHT
}
