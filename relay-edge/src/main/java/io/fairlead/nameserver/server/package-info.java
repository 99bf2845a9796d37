/** The name server itself: questions over UDP and TCP, answered within limits. */
@NullMarked
package io.fairlead.nameserver.server;

import org.jspecify.annotations.NullMarked;
