/** The name server as an edge: put together with what all edges share. */
@NullMarked
package io.fairlead.nameserver;

import org.jspecify.annotations.NullMarked;
