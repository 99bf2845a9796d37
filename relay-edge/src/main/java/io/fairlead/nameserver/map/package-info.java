/** Where viewers are sent: the network map as it is told, how groups are now, and the choice for one asker. */
@NullMarked
package io.fairlead.nameserver.map;

import org.jspecify.annotations.NullMarked;
