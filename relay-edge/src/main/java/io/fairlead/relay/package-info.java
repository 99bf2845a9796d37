/** Relay server and relay client as edges: put together with what all edges share. */
@NullMarked
package io.fairlead.relay;

import org.jspecify.annotations.NullMarked;
