/**
 * What long-lived links between edges have in common, whatever runs over them: sockets, certificates and TLS on both sides, HTTP/2 with
 * windows that grow to the path, signs of life, and ends that lose nothing.
 */
@NullMarked
package io.fairlead.edge.link;

import org.jspecify.annotations.NullMarked;
