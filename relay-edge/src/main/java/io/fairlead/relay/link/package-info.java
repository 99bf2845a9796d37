/** The long link between relay client and relay server: who may be at its ends, HTTP/2 on it, and what heads say. */
@NullMarked
package io.fairlead.relay.link;

import org.jspecify.annotations.NullMarked;
