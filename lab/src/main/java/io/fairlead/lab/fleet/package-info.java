/** A fleet of real exit agents behind paths that delay, lose, break and end what goes over them. */
@NullMarked
package io.fairlead.lab.fleet;

import org.jspecify.annotations.NullMarked;
