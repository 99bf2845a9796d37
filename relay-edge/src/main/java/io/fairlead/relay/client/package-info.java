/** The relay client: one stream a room from relay servers over long links, however many watch here. */
@NullMarked
package io.fairlead.relay.client;

import org.jspecify.annotations.NullMarked;
