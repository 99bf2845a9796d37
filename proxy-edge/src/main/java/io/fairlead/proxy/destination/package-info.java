/** Which destinations may be dialled: decided on the resolved address, at dial time, at the supernode and again at the agent. */
@NullMarked
package io.fairlead.proxy.destination;

import org.jspecify.annotations.NullMarked;
