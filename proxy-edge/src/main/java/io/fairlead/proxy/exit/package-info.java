/** The exits that are online at this supernode, and tunnels through them to targets. */
@NullMarked
package io.fairlead.proxy.exit;

import org.jspecify.annotations.NullMarked;
