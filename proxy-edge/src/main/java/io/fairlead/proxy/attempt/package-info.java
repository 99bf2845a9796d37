/** The life of a request: its tries through exits, what may be tried again, and what is told of it. */
@NullMarked
package io.fairlead.proxy.attempt;

import org.jspecify.annotations.NullMarked;
