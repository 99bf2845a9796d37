/** What users' connections and exit links share of HTTP/2: what Netty's codec leaves to its user. */
@NullMarked
package io.fairlead.proxy.h2;

import org.jspecify.annotations.NullMarked;
