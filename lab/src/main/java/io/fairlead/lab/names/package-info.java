/** Resolvers, real and simulated, and the ways between them and name servers. */
@NullMarked
package io.fairlead.lab.names;

import org.jspecify.annotations.NullMarked;
