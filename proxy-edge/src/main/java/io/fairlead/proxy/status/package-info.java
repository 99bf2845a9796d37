/** What we answer when a request can't be served: one HTTP status and one {@code Proxy-Status} (RFC 9209) per outcome. */
@NullMarked
package io.fairlead.proxy.status;

import org.jspecify.annotations.NullMarked;
