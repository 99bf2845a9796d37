/** Where users come in: HTTP/1.1 forward proxying and CONNECT. */
@NullMarked
package io.fairlead.proxy.front;

import org.jspecify.annotations.NullMarked;
