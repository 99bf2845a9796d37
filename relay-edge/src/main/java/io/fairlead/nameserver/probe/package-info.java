/** Monitoring agents: how far resolvers are from a delivery group, measured by asking them, rarely and with a name. */
@NullMarked
package io.fairlead.nameserver.probe;

import org.jspecify.annotations.NullMarked;
