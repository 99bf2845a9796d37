/** Live rooms on one machine: a source, a media server, a relay server, relay clients and the viewers behind them. */
@NullMarked
package io.fairlead.lab.rooms;

import org.jspecify.annotations.NullMarked;
