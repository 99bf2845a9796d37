/** The HTTP side of a relay: publishers send FLV by POST or PUT, viewers get it over HTTP or WebSocket. */
@NullMarked
package io.fairlead.relay.server;

import org.jspecify.annotations.NullMarked;
