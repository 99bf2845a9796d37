/**
 * Roles on the long link: which of the viewers behind one relay client carries a room's media, whose streams stand by, and who follows whom.
 * Nothing here knows a socket.
 */
@NullMarked
package io.fairlead.relay.leg;

import org.jspecify.annotations.NullMarked;
